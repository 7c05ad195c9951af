/** The simulator's walk beside the kernel's answer: rows, fate, final tuple, device, mark. */
import { does } from '../../netfilter/everyEffect.ts';
import { formatAddress } from '../../packet/address.ts';
import { effectOf, type Fate, type Walk, type WalkStep } from '../../simulate/trace.ts';
import type { KernelRow, OracleAnswer } from '../asked/oracle.ts';

/** What both sides can say about a packet, as lines: equal or not. */
export interface Account {
  readonly rows: readonly string[];
  readonly end: string;
}

export interface BesideKernel {
  readonly walks: readonly Walk[];
  readonly answer: OracleAnswer;
  /** rules whose rows do not count, see idleRules.ts */
  readonly idle: ReadonlySet<string>;
}

/** Both sides without the rows that say nothing. */
export interface Disagreement {
  readonly ours: readonly Account[];
  readonly kernels: Account;
}

/** Undefined when they agree; else what each says. */
export function disagreement(beside: BesideKernel): Disagreement | undefined {
  if (agreeing(beside).length > 0) return undefined;
  const { walks, answer, idle } = beside;
  return { ours: walks.map((walk) => counted(accountOfWalk(walk), idle)), kernels: counted(accountOfAnswer(answer), idle) };
}

/** The simulator's ways that are the kernel's. */
export function agreeing({ walks, answer, idle }: BesideKernel): readonly Walk[] {
  const kernels = counted(accountOfAnswer(answer), idle);
  return walks.filter((walk) => {
    const account = counted(accountOfWalk(walk), idle);
    const end = portIsChance(walk) ? withoutPorts(account.end) === withoutPorts(kernels.end) : account.end === kernels.end;
    return (end || isClash(walk)) && sameState(walk, answer) && account.rows.join('\n') === kernels.rows.join('\n');
  });
}

/** The kernel drops it when it enters the connection into its table, which is after the oracle has seen the packet leave. */
export function isClash({ fate }: Walk): boolean {
  return fate.kind === 'lost' && fate.reason === 'connection-clash';
}

function counted({ rows, end }: Account, idle: BesideKernel['idle']): Account {
  return { rows: rows.filter((row) => !idle.has(ruleOfRow(row))), end };
}

/** `filter:INPUT:3`, `inet fw:input:3`: what idleRules.ts names. */
export function ruleOfRow(row: string): string {
  return /^\S+(?: -[io] \S+)* (.+) \S+$/.exec(row)?.[1] ?? '';
}

/** The nft backend tells the state of the packet's connection. */
function sameState({ fate, after }: Walk, { ct_state }: OracleAnswer): boolean {
  const arrived = fate.kind === 'delivered' || fate.kind === 'sent' || fate.kind === 'forwarded';
  return !arrived || ct_state === undefined || ct_state === after.ctstate;
}

function portIsChance({ choices }: Walk): boolean {
  return choices.some(({ what }) => what.startsWith('the kernel picks a port'));
}

function withoutPorts(end: string): string {
  return end.replace(/:\d+(?= >| mark)/g, '');
}

export function accountOfWalk(walk: Walk): Account {
  let at = '';
  const rows = walk.steps.flatMap((step) => {
    if (step.kind === 'hook') at = placeOf(step);
    return rowOfStep(step, at);
  });
  return { rows, end: endOfWalk(walk) };
}

/** `FORWARD -i eth0 -o net1` */
function placeOf({ hook, iif, oif }: { readonly hook: string; readonly iif?: string | null; readonly oif?: string | null }): string {
  return [hook, ...(iif ? [`-i ${iif}`] : []), ...(oif ? [`-o ${oif}`] : [])].join(' ');
}

export function accountOfAnswer(answer: OracleAnswer): Account {
  return { rows: answer.trace.map(rowOfKernel), end: endOfAnswer(answer) };
}

function rowOfStep(step: WalkStep, at: string): readonly string[] {
  switch (step.kind) {
    case 'rule': {
      const { rule, verdict } = step;
      const effect = effectOf(step);
      const to = effect.kind === 'jump' || effect.kind === 'goto' ? `:${effect.chain}` : '';
      return [`${at} ${rule.table}:${rule.chain}:${rule.number} ${verdict}${to}`];
    }
    case 'policy':
      return [`${at} ${step.table}:${step.chain}:policy ${step.verdict}`];
    case 'end':
      return [`${at} ${step.table}:${step.chain}:end RETURN`];
    default:
      return [];
  }
}

/** NAT and TPROXY count as ACCEPT although they found nothing to send the packet to: legacy logs a rule before its target runs. */
const BEFORE_THE_TARGET = new Set(['REDIRECT', 'MASQUERADE', 'SNAT', 'DNAT', 'TPROXY']);

export function rowOfKernel(row: KernelRow): string {
  const { table, chain, rulenum, kind, verdict, target = '' } = row;
  const at = placeOf(row);
  if (kind !== undefined) return `${at} ${table}:${chain}:${kind === 'return' ? 'end' : 'policy'} ${verdict}`;
  const ours = target === 'REJECT' ? 'REJECT' : BEFORE_THE_TARGET.has(target) && verdict === 'DROP' ? 'ACCEPT' : verdict;
  return `${at} ${table}:${chain}:${rulenum} ${ours}`;
}

function endOfWalk({ fate, after, packet }: Walk): string {
  const tuple = `${endpoint(formatAddress(after.src), after.sport)} > ${endpoint(formatAddress(after.dst), after.dport)} mark ${after.mark}`;
  const lo = packet.dir === 'out' ? 'lo' : (packet.iif ?? '');
  switch (fate.kind) {
    case 'delivered':
      return `delivered ${fate.transparent ? 'to a transparent socket ' : ''}-i ${after.iif ?? lo} ${tuple}`;
    case 'sent':
    case 'forwarded':
      return `${fate.kind} -o ${fate.oif} ${tuple}`;
    default:
      return wordOf(fate);
  }
}

function wordOf(fate: Fate): string {
  // the rows do not tell whether REJECT has answered
  if (fate.kind === 'dropped' && fate.by !== undefined && does(fate.by, 'reject')) return 'rejected';
  return fate.kind === 'undecided' ? `undecided: ${fate.reasons.map(({ what }) => what).join(', ')}` : fate.kind;
}

function endOfAnswer({ fate, fate_detail, trace, tuple_after: after, in_iface, out_iface, mark_after }: OracleAnswer): string {
  const tuple = after === null ? '' : `${endpoint(after.src, after.sport)} > ${endpoint(after.dst, after.dport)} mark ${mark_after ?? 0}`;
  switch (fate) {
    case 'local':
      return `delivered ${fate_detail === 'tproxy' ? 'to a transparent socket ' : ''}-i ${in_iface} ${tuple}`;
    case 'sent':
    case 'forwarded':
      return `${fate} -o ${out_iface} ${tuple}`;
    case 'dropped':
      return BEFORE_THE_TARGET.has(trace.at(-1)?.target ?? '') ? 'lost' : 'dropped';
    case 'send_error':
      return 'lost';
    default:
      return fate;
  }
}

function endpoint(address: string, port: number | undefined): string {
  return port === undefined ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
