/** The running kernel as an oracle: a program (oracle/, in Python) that loads rules into a network namespace of its own, sends packets there
 *  and answers with what each of them met. One JSON line per question and per answer. How it is started is the caller's affair. */
import type { Backend } from '../../syntax/text/diagnostic.ts';

/** A program that answers each line with a line, in order. */
export interface Dialogue {
  /** rejected where the program cannot be started, or has ended: with what it complained about */
  readonly say: (line: string) => Promise<string>;
  /** resolves when the program has ended */
  readonly close: () => Promise<void>;
}

/** Starts the oracle with these arguments. */
export type StartOracle = (args: readonly string[]) => Dialogue;

/** What oracle/ wants to know; the docstring of its __main__.py has all keys. */
export interface OracleQuestion {
  readonly rules_v4?: string;
  readonly rules_v6?: string;
  /** for `nft -f` */
  readonly rules_nft?: string;
  readonly packets: readonly Readonly<Record<string, unknown>>[];
  readonly [setting: string]: unknown;
}

export interface KernelRow {
  readonly hook: string;
  /** interfaces that the hook shows */
  readonly iif: string | null;
  readonly oif: string | null;
  /** `nat`, or `FAMILY NAME` of one that no iptables has made */
  readonly table: string;
  readonly chain: string;
  /** 1-based; absent for policies and chain ends */
  readonly rulenum: number | null;
  readonly kind?: 'policy' | 'return';
  /** `ACCEPT`, `JUMP:CHAIN` and so on */
  readonly verdict: string;
  readonly target?: string;
  /** text of the rule, absent for policies and chain ends */
  readonly rule?: string;
}

export interface KernelTuple {
  readonly src: string;
  readonly dst: string;
  readonly sport?: number;
  readonly dport?: number;
}

export interface OracleAnswer {
  readonly trace: readonly KernelRow[];
  readonly fate: 'local' | 'sent' | 'forwarded' | 'dropped' | 'rejected' | 'lost' | 'send_error' | 'stolen' | 'queued';
  readonly fate_detail?: string;
  readonly tuple_before: KernelTuple | null;
  readonly tuple_after: KernelTuple | null;
  readonly out_iface?: string;
  readonly in_iface?: string;
  readonly mark_after?: number;
  /** the TPROXY rule that took the packet */
  readonly tproxy?: { readonly port: number | null };
  /** only the nft backend tells */
  readonly ct_state?: string;
  /** kernel's word for a loss outside netfilter, when the question asked to explain it */
  readonly drop_reason?: string;
  /** what the kernel answered, when the question lets it */
  readonly generated?: readonly {
    readonly tuple: KernelTuple;
    readonly flags: string;
    readonly out_iface?: string;
    readonly trace: readonly KernelRow[];
  }[];
}

/** Which kernel and which iptables answer. */
export interface AskedKernel {
  readonly kernel: string;
  readonly backend: Backend;
  /** version of iptables */
  readonly iptables: string;
}

export interface Oracle {
  readonly backend: Backend | 'auto';
  /** `missing`: why the kernel cannot be asked here */
  readonly hello: () => Promise<AskedKernel | { readonly missing: string }>;
  readonly ask: (question: OracleQuestion) => Promise<readonly OracleAnswer[]>;
  readonly close: () => Promise<void>;
}

/** Its message says why a question has no answer. */
export class OracleError extends Error {
  override readonly name = 'OracleError';
}

/** Why a question has no answer, in one line; other errors are thrown on. */
export function oracleReason(error: unknown): string {
  if (error instanceof OracleError) return error.message.replaceAll(/\s*\n\s*/g, '; ');
  throw error;
}

interface OracleReply {
  readonly ok: boolean;
  readonly error?: string;
  readonly result?: unknown;
}

/** `auto`: that of the machine's own `iptables`. `seconds`: of one question. */
export function converseWithOracle(start: StartOracle, backend: Backend | 'auto', seconds = 600): Oracle {
  const dialogue = start(['--backend', backend, '--seconds', String(seconds)]);
  const put = async (question: unknown): Promise<unknown> => {
    const reply = JSON.parse(await dialogue.say(JSON.stringify(question))) as OracleReply;
    if (reply.result === undefined) throw new OracleError(reply.error ?? 'the kernel oracle gave no answer');
    return reply.result;
  };
  return {
    backend,
    hello: async () => (await put({ hello: true })) as AskedKernel | { readonly missing: string },
    ask: async (question) => (await put(question)) as readonly OracleAnswer[],
    close: dialogue.close,
  };
}
