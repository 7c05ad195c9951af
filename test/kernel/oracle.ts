/** The running kernel as an oracle: a child process (oracle/) that loads rules into a network namespace of its own, sends
 *  packets there and answers with what each of them met. One JSON line per question and per answer. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type Backend = 'legacy' | 'nft';

/** What oracle/ wants to know; the docstring of its __main__.py has all keys. */
export interface Question {
  readonly rules_v4?: string;
  readonly rules_v6?: string;
  readonly packets: readonly Readonly<Record<string, unknown>>[];
  readonly [setting: string]: unknown;
}

export interface KernelRow {
  readonly hook: string;
  /** interfaces that the hook shows */
  readonly iif: string | null;
  readonly oif: string | null;
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

export interface Answer {
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

export interface Oracle {
  readonly backend: Backend;
  readonly ask: (question: Question) => Promise<readonly Answer[]>;
  readonly close: () => Promise<void>;
}

interface Reply {
  readonly ok: boolean;
  readonly error?: string;
  readonly result?: readonly Answer[];
}

export function openOracle(backend: Backend): Oracle {
  const script = fileURLToPath(new URL('oracle/', import.meta.url));
  const child = spawn('python3', ['-B', script, '--backend', backend], { stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting: { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void }[] = [];
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2000);
  });
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(JSON.parse(line) as Reply));
  let over = false;
  const ended = new Promise<void>((resolve) => {
    for (const stream of [child, child.stdin]) stream.on('error', () => {}); // 'close' follows, with what it complained about
    child.on('close', () => {
      over = true;
      for (const { reject } of waiting.splice(0)) reject(ending());
      resolve();
    });
  });
  const ending = (): Error => new Error(`the kernel oracle ended: ${complaints}`);
  return {
    backend,
    ask: async (question) => {
      if (over) throw ending();
      const reply = await new Promise<Reply>((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(question)}\n`);
      });
      if (reply.result === undefined) throw new Error(reply.error ?? 'the kernel oracle gave no answer');
      return reply.result;
    },
    close: () => {
      child.stdin.end();
      return ended;
    },
  };
}
