/** A running pod that has a proxy and no rules of its mesh: one cause, so one answer. What was asked, why, and what to type next. */
import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import { verdictLines } from '../../report/human/verdictLine.ts';
import type { VerifyStyle } from '../../report/human/verify.ts';
import { commandLine, typedConnection } from './cluster.ts';

export interface NotCaptured {
  /** what says that it is to be captured */
  readonly because: string;
  /** `container istio-proxy: no backend holds rules` */
  readonly queried: string;
  /** the init container that is to write its rules; undefined: an agent on the node does */
  readonly writer: string | undefined;
  readonly name: string;
  readonly connection: readonly string[];
  /** the same question to another container */
  readonly again: string;
}

/** Undefined where a rule is to blame for anything: then that is the answer. */
export function notCapturedText(pod: NotCaptured, verified: readonly Verified[], style: VerifyStyle): string | undefined {
  const { width, paint } = style;
  const [one] = verified;
  const open = (one?.findings ?? []).filter(
    ({ muted, verdict }) => muted === undefined && (verdict === 'violated' || verdict === 'undecided'),
  );
  const outside = open.filter(({ claim }) => claim === 'pod-captured');
  const serious = open.filter(({ level, verdict }) => level !== 'info' || verdict === 'undecided');
  if (one === undefined || verified.length > 1 || outside.length === 0 || serious.some(({ blame }) => blame.length > 0)) return undefined;
  const told = outside.map(({ family, reason = '', witness }) => {
    const says = reason.replace(/^NOT CAPTURED: /, '');
    const outcome = witness === undefined ? '' : `: ${witness.outcome.toUpperCase()}`;
    return [witness?.packet.dir ?? 'out', `${says}${outcome} (IPv${family})`] as const;
  });
  const rows = [...told, ['queried', pod.queried] as const, ['cause', causeText(pod, one.profile?.name)] as const];
  const lines = rows.map(([name, text]) => `  ${paragraph({ text: `${name.padEnd(8)}${printable(text)}`, width: width - 2, hang: 10 })}`);
  const next = nextCommands(pod, one.profile?.name).map((line, at) => `  ${(at === 0 ? 'next' : '').padEnd(8)}${printable(line)}`);
  return [
    ...verdictLines(one, style).slice(0, 1),
    '',
    `${paint.red(paint.bold('error: pod-captured'))} (${[...new Set(outside.map(({ family }) => `IPv${family}`))].join(', ')})`,
    `  ${paragraph({ text: `${printable(pod.because)}, and no rule sends traffic to a proxy`, width: width - 2, hang: 2 })}`,
    ...lines,
    ...next,
    paint.dim(`${plural(serious.length, 'finding')} of this one cause: -v shows each`),
  ].join('\n');
}

function causeText({ writer }: NotCaptured, mesh: string | undefined): string {
  if (mesh === 'istio-ambient') return 'often: the agent of istio-cni on its node was not ready, or could not enrol the pod';
  const native = mesh === 'istio-sidecar' ? '; or its rules are native nftables (`nft list ruleset`)' : '';
  if (writer !== undefined) return `often: ${writer} failed, or wrote its rules by a backend that was not queried${native}`;
  return `often: the pod started before the CNI plugin of the mesh was ready on its node${native}`;
}

function nextCommands({ writer, name, connection, again }: NotCaptured, mesh: string | undefined): readonly string[] {
  const typed = (...words: readonly string[]) => commandLine({ connection: [] }, [...words, ...typedConnection(connection)]);
  const logs =
    writer !== undefined
      ? [typed('logs', name, '-c', writer)]
      : mesh === 'istio-sidecar' || mesh === 'istio-ambient'
        ? ['kubectl logs -n istio-system -l k8s-app=istio-cni-node']
        : [];
  return [...logs, again, `${typed('delete', 'pod', name)}   # its controller makes it again`];
}
