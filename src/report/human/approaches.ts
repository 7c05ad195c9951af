/** The approaches side by side, for people: a table, then what changes for which packets. */

import { groupBy } from '../../lib/groupBy.ts';
import { paragraph, wrap } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import type { ApproachComparison, ApproachedPod, ApproachesReport, ApproachJson } from '../json/approaches.ts';

import { foldedLines } from '../text/folded.ts';
import { OUTCOME_WORDS } from '../text/labels.ts';
import type { Paint } from '../text/paint.ts';
import { countWords } from '../text/tally.ts';

export interface ApproachesStyle {
  readonly paint: Paint;
  readonly width: number;
  /** every class that changes, and what is assumed, line by line */
  readonly detailed: boolean;
}

export function humanApproaches({ pods }: ApproachesReport, style: ApproachesStyle): string {
  return pods.map((pod) => humanPod(pod, style)).join('\n\n\n');
}

const LABEL = 17;

function humanPod(pod: ApproachedPod, style: ApproachesStyle): string {
  const { paint, width, detailed } = style;
  const folded = foldedLines({ assumptions: pod.assumptions.length });
  return [
    verdict(pod, style),
    paint.dim(printable(`${pod.kind} ${pod.namespace}/${pod.name}`)),
    ...rowsOf(pod).flatMap((row) => tableRow(row, style)),
    '',
    ...privileges(pod, style),
    ...findings(pod, style),
    '',
    ...PAIRS.flatMap(([from, to]) =>
      pod.comparisons.filter((one) => one.from === from && one.to === to).flatMap((one) => comparison(one, style)),
    ),
    ...backendLines(pod, style),
    ...(detailed ? pod.assumptions.map((text) => paragraph({ text: `assumed ${printable(text)}`, width, hang: 8 })) : folded).map((line) =>
      paint.dim(line),
    ),
  ].join('\n');
}

/** A row in which nothing is said is left out. */
function rowsOf({ approaches }: ApproachedPod): readonly TableRow[] {
  const rows = ROWS.map(([label, cell]) => ({ label, cells: approaches.map((one) => cell(one)) }));
  return rows.filter(({ cells }) => cells.some((text) => text !== '-'));
}

/** By which approaches it is captured, by which not and why, and what is wrong. */
function verdict({ approaches }: ApproachedPod, { paint, width }: ApproachesStyle): string {
  const modes = (some: readonly ApproachJson[]) => some.map(({ mode }) => mode).join(', ');
  const captured = approaches.filter((one) => one.verdict === 'captured');
  const others = groupBy(
    approaches.filter((one) => one.verdict !== 'captured'),
    (one) => OUTSIDE[one.verdict === 'captured' ? 'unknown' : one.verdict] + (one.verdict === 'unknown' ? '' : `: ${one.decidedBy}`),
  );
  const of = (level: string) =>
    new Set(approaches.flatMap(({ findings: own }) => own.filter((one) => one.level === level).map(({ claim }) => claim))).size;
  const counts = countWords({ errors: of('error'), warnings: of('warning'), undecided: 0 });
  const words = [
    ...(captured.length === 0 ? [] : [`CAPTURED by ${modes(captured)}`]),
    ...[...others].map(([why, some]) => `${why} (${modes(some)})`),
    ...(counts === '' ? [] : [counts]),
  ];
  const colour = captured.length === approaches.length ? 'green' : captured.length === 0 ? 'red' : 'yellow';
  return paint.bold(paint[colour](paragraph({ text: printable(words.join('; ')), width, hang: 2 })));
}

const OUTSIDE = { skipped: 'NOT CAPTURED', blocked: 'DOES NOT START', unknown: 'NOT CHECKED' } as const;

/** What people move between; JSON has all pairs. */
const PAIRS = [
  ['init', 'cni'],
  ['cni', 'multus'],
  ['cni', 'ambient'],
] as const;

const INIT_PHASES = { before: 'not captured', 'without-proxy': 'TCP refused', 'with-proxy': 'captured' } as const;
const VERDICTS = { captured: 'yes', skipped: 'no', blocked: 'does not start' } as const;

type Cell = (approach: ApproachJson) => string;

const ROWS: readonly (readonly [label: string, cell: Cell])[] = [
  ['', ({ mode }) => mode],
  ['captured', capturedCell],
  ['rules', ({ rules, backend }) => (rules === 0 ? '-' : `${rules}${backend === 'nftables' ? ' of nftables' : ''}`)],
  ['pods may', ({ pod }) => (pod.length === 0 ? '-' : pod.join(' '))],
  ['nodes have', ({ agents }) => agents.join(', ') || '-'],
  ['if that is late', ({ late }) => late],
  ['init containers', ({ initContainers }) => initContainers.map(({ name, phase }) => `${name}: ${INIT_PHASES[phase]}`).join(', ') || '-'],
  [
    'more networks',
    ({ interfaces }) => interfaces.map(({ name, captured }) => `${name}: ${captured ? 'captured' : 'not'}`).join(', ') || '-',
  ],
];

/** What is captured by another mesh is not known. */
function capturedCell({ verdict, decidedBy }: ApproachJson): string {
  if (verdict === 'unknown') return 'not known';
  return verdict === 'captured' ? 'yes' : `${VERDICTS[verdict]}: ${decidedBy}`;
}

interface TableRow {
  readonly label: string;
  readonly cells: readonly string[];
}

function tableRow({ label, cells }: TableRow, { width }: ApproachesStyle): readonly string[] {
  const room = Math.floor((width - LABEL) / Math.max(1, cells.length));
  const columns = cells.map((cell) => wrap(printable(cell), room - 1));
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) => {
    const line = columns.map((lines) => (lines[at] ?? '').padEnd(room)).join('');
    return `${(at === 0 ? label : '').padEnd(LABEL)}${line}`.trimEnd();
  });
}

/** Who is trusted with what, for each set of agents once. */
function privileges({ approaches }: ApproachedPod, { paint, width }: ApproachesStyle): readonly string[] {
  const [withAgent] = approaches.filter(({ node }) => node.length > 0);
  const lines = approaches.filter(({ mode }) => mode === 'init' || mode === withAgent?.mode);
  return lines.map(({ mode, node, rbac }) => {
    const may = node.length === 0 ? '' : `the CNI agent has ${node.join(', ')} on every node; `;
    return paint.dim(paragraph({ text: `${mode}: ${may}${rbac}`, width, hang: 2 }));
  });
}

/** Each once, with the approaches that have it. */
function findings({ approaches }: ApproachedPod, { paint, width }: ApproachesStyle): readonly string[] {
  const found = new Map<string, string[]>();
  for (const { mode, findings: own } of approaches)
    for (const { level, claim, message, file, line } of own) {
      const text = `${level}: ${claim}: ${printable(message)} (${file}:${line})`;
      found.set(text, [...(found.get(text) ?? []), mode]);
    }
  return [...found].map(([text, modes]) => paint.yellow(paragraph({ text: `${modes.join(', ')}: ${text}`, width, hang: 2 })));
}

/** What a change of Istio's backend does, approaches alike together. */
function backendLines({ approaches, backends }: ApproachedPod, { paint, width }: ApproachesStyle): readonly string[] {
  const [first] = approaches.filter(({ backend }) => backend !== null);
  const change = first?.backend === 'nftables' ? 'nftables -> iptables' : 'iptables -> nftables';
  const known = backends.filter(({ equivalent }) => equivalent !== null);
  const bounds = [...new Set(known.map((one) => one.bounds))];
  const [shared] = bounds.length === 1 ? bounds : [];
  const alike = groupBy(known, (one) => backendText(one, typeof shared === 'string' ? null : one.bounds));
  const lines = [...alike].map(([says, some]) => `${paint.bold(change)} (${some.map(({ mode }) => mode).join(', ')}): ${says}`);
  // what is the same for all is said once, as the screen is full
  const proved = typeof shared === 'string' ? [`  ${paragraph({ text: `proved for ${shared}`, width: width - 2, hang: 2 })}`] : [];
  return [...lines.map((text) => paragraph({ text, width, hang: 2 })), ...proved];
}

function backendText({ differences }: ApproachedPod['backends'][number], bounds: string | null): string {
  const proved = bounds === null ? '' : ` (proved for ${bounds})`;
  return `${differences.length === 0 ? 'EQUAL' : `CHANGED: ${differences.map(differenceText).join(', ')}`}${proved}`;
}

function differenceText({ name, level, undecided }: ApproachedPod['backends'][number]['differences'][number]): string {
  return `${name ?? 'other packets'} (${undecided ? 'undecided' : level === 'info' ? 'hint' : level})`;
}

const MOST = 2;

function comparison(one: ApproachComparison, { paint, width, detailed }: ApproachesStyle): readonly string[] {
  const head = paint.bold(`${one.from} -> ${one.to}`);
  if (one.equivalent === null) return [`${head}: not compared: the pod does not start with one of them, or its rules are another mesh's`];
  const scope = one.firstLegOnly ? "of the application's packets" : 'of packets';
  if (one.equivalent) return [paragraph({ text: `${head}: EQUAL: no change in behaviour (proved for ${one.bounds})`, width, hang: 2 })];
  const shown = one.changes
    .slice(0, detailed ? undefined : MOST)
    .flatMap(({ before, after, packets, example }) => [
      `  ${paint.bold(`${OUTCOME_WORDS[before]} -> ${OUTCOME_WORDS[after]}`)}`,
      ...(detailed ? [`    ${paragraph({ text: packets, width: width - 4, hang: 0 }).replaceAll('\n', '\n    ')}`] : []),
      `    example  ${example}`,
    ]);
  const more = detailed ? 0 : one.changes.length - MOST;
  const doubt = one.undecided > 0 ? `${one.undecided} undecided` : '';
  const changed = one.changes.length === 0 ? '' : `CHANGED: ${plural(one.changes.length, 'class', 'classes')} ${scope}`;
  return [
    `${head}: ${changed === '' ? `UNDECIDED: ${doubt}` : [changed, doubt].filter((part) => part !== '').join(', ')}`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more: -v shows them`] : []),
  ];
}
