/** Lines about many pods: the verdict, how many pods, which, and why. */
import { paragraph } from '../../lib/layout.ts';
import { printable } from '../../lib/printable.ts';
import type { Paint } from '../../report/text/paint.ts';
import type { UnreadPods } from './podsRead.ts';

export interface PodLine {
  readonly verdict: string;
  /** the least comes first */
  readonly rank: number;
  readonly labels: readonly string[];
  readonly says: string;
  /** below it */
  readonly more?: readonly string[];
}

export interface TableStyle {
  readonly paint: Paint;
  readonly width: number;
  /** all names */
  readonly detailed: boolean;
}

export const RANK = { notCaptured: 0, fails: 1, undecided: 2, unread: 3, fine: 5, nothing: 6 } as const;

/** Pods that could not be read for the same reason are one line. */
export function unreadLines(unread: readonly UnreadPods[]): readonly PodLine[] {
  const lines = new Map<string, { readonly line: Omit<PodLine, 'labels'>; readonly labels: string[] }>();
  for (const { label, why, isNothing } of unread) {
    const key = `${isNothing} ${why}`;
    const line = isNothing ? { verdict: 'SKIPPED', rank: RANK.nothing, says: why } : { verdict: 'NOT READ', rank: RANK.unread, says: why };
    const known = lines.get(key) ?? { line, labels: [] as string[] };
    known.labels.push(label);
    lines.set(key, known);
  }
  return [...lines.values()].map(({ line, labels }) => ({ ...line, labels }));
}

export function podTable(lines: readonly PodLine[], style: TableStyle): readonly string[] {
  const sorted = lines.toSorted((a, b) => a.rank - b.rank || b.labels.length - a.labels.length);
  const counts = sorted.map(({ labels }) => (labels.length === 1 ? '' : `x${labels.length}`));
  const [wide, count] = [Math.max(...sorted.map(({ verdict }) => verdict.length)), Math.max(...counts.map(({ length }) => length))];
  const hang = wide + (count === 0 ? 0 : count + 1) + 2;
  return sorted.flatMap(({ verdict, rank, labels, says, more = [] }, at) => {
    const head = [verdict.padEnd(wide), ...(count === 0 ? [] : [(counts[at] ?? '').padStart(count)])].join(' ');
    const isFine = rank >= RANK.fine;
    const text = paragraph({
      text: `${head}  ${namesText(labels, style.detailed || !isFine)}${says === '' ? '' : `: ${printable(says)}`}`,
      width: style.width,
      hang,
    });
    const rest = more.map((one) =>
      style.paint.dim(
        `${' '.repeat(hang)}${paragraph({ text: one, width: style.width - hang, hang: 0 }).replaceAll('\n', `\n${' '.repeat(hang)}`)}`,
      ),
    );
    return [style.paint.bold(style.paint[colourOf(rank)](verdict)) + text.slice(verdict.length), ...rest];
  });
}

function colourOf(rank: number): 'red' | 'yellow' | 'green' | 'blue' {
  if (rank < RANK.undecided) return 'red';
  return rank < RANK.fine ? 'yellow' : rank === RANK.fine ? 'green' : 'blue';
}

const MOST_NAMES = 6;

/** `shop/web-0, web-1, db/db-0`: the namespace once. */
export function namesText(labels: readonly string[], all: boolean): string {
  const sorted = labels.toSorted();
  const shown = all ? sorted : sorted.slice(0, MOST_NAMES);
  const words = shown.map((label, at) => {
    const [namespace, name] = label.includes('/') ? label.split('/') : ['', label];
    const before = shown[at - 1];
    return before?.startsWith(`${namespace}/`) ? name : label;
  });
  const left = sorted.length - shown.length;
  return printable([...words, ...(left > 0 ? [`${left} more`] : [])].join(', '));
}
