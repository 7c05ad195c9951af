/** The simulator's walk beside the kernel's answer: rows, fate, final tuple, device, mark. */
import { formatAddress } from '../../src/packet/address.ts';
import type { Fate, Step, Walk } from '../../src/simulate/trace.ts';
import type { Answer, KernelRow } from './oracle.ts';

/** What both sides can say about a packet, as lines: equal or not. */
export interface Account {
  readonly rows: readonly string[];
  readonly end: string;
}

/** Undefined when they agree; else what each says. */
export function disagreement(
  walks: readonly Walk[],
  answer: Answer,
): { readonly ours: readonly Account[]; readonly kernels: Account } | undefined {
  const ours = walks.map(accountOfWalk);
  const kernels = accountOfAnswer(answer);
  const agrees = walks.some((walk, index) => {
    const account = ours[index] as Account;
    const end = portIsChance(walk) ? withoutPorts(account.end) === withoutPorts(kernels.end) : account.end === kernels.end;
    return end && account.rows.join('\n') === kernels.rows.join('\n');
  });
  return agrees ? undefined : { ours, kernels };
}

function portIsChance({ choices }: Walk): boolean {
  return choices.some(({ what }) => what.startsWith('the kernel picks a port'));
}

function withoutPorts(end: string): string {
  return end.replace(/:\d+(?= >| mark)/g, '');
}

export function accountOfWalk(walk: Walk): Account {
  return { rows: walk.steps.flatMap(rowOfStep), end: endOfWalk(walk) };
}

export function accountOfAnswer(answer: Answer): Account {
  return { rows: answer.trace.filter((row) => !isIdleChance(row)).map(rowOfKernel), end: endOfAnswer(answer) };
}

function rowOfStep(step: Step): readonly string[] {
  switch (step.kind) {
    case 'rule': {
      const { rule, hook, verdict } = step;
      const to = verdict === 'JUMP' || verdict === 'GOTO' ? `:${rule.target}` : '';
      return [`${hook} ${rule.table}:${rule.chain}:${rule.number} ${verdict}${to}`];
    }
    case 'policy':
      return [`${step.hook} ${step.table}:${step.chain}:policy ${step.verdict}`];
    case 'end':
      return [`${step.hook} ${step.table}:${step.chain}:end RETURN`];
    default:
      return [];
  }
}

/** Targets that change nothing which a rule can see. */
const IDLE: ReadonlySet<string> = new Set(['LOG', 'NFLOG', 'AUDIT', 'CLASSIFY', 'TCPMSS', 'TCPOPTSTRIP']);

/** A rule that matches by chance and then changes nothing: the simulator does not fork for it. */
function isIdleChance({ rule = '', verdict, target = 'LOG' }: KernelRow): boolean {
  return verdict === 'CONTINUE' && /-m (?:statistic|limit) /.test(rule) && IDLE.has(target);
}

/** NAT and TPROXY count as ACCEPT although they found nothing to send the packet to: legacy logs a rule before its target runs. */
const BEFORE_THE_TARGET = new Set(['REDIRECT', 'MASQUERADE', 'SNAT', 'DNAT', 'TPROXY']);

export function rowOfKernel({ hook, table, chain, rulenum, kind, verdict, target = '' }: KernelRow): string {
  if (kind !== undefined) return `${hook} ${table}:${chain}:${kind === 'return' ? 'end' : 'policy'} ${verdict}`;
  const ours = target === 'REJECT' ? 'REJECT' : BEFORE_THE_TARGET.has(target) && verdict === 'DROP' ? 'ACCEPT' : verdict;
  return `${hook} ${table}:${chain}:${rulenum} ${ours}`;
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
  return fate.kind === 'undecided' ? `undecided: ${fate.reasons.map(({ what }) => what).join(', ')}` : fate.kind;
}

function endOfAnswer({ fate, fate_detail, trace, tuple_after: after, in_iface, out_iface, mark_after }: Answer): string {
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
