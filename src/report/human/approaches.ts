/** The approaches side by side, for people: a table, then what changes for which packets. */

import { paragraph, wrap } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import type { ApproachComparison, ApproachedPod, ApproachesReport, ApproachJson } from '../json/approaches.ts';

import { OUTCOME_WORDS } from '../text/labels.ts';
import type { Paint } from '../text/paint.ts';

export interface ApproachesStyle {
  readonly paint: Paint;
  readonly width: number;
}

export function humanApproaches({ pods }: ApproachesReport, style: ApproachesStyle): string {
  return pods.map((pod) => humanPod(pod, style)).join('\n\n\n');
}

const LABEL = 17;

function humanPod(pod: ApproachedPod, style: ApproachesStyle): string {
  const { paint, width } = style;
  const note = (text: string) => paint.dim(paragraph({ text: `note: ${printable(text)}`, width, hang: 6 }));
  return [
    paint.bold(printable(`${pod.kind} ${pod.namespace}/${pod.name}`)),
    ...ROWS.flatMap(([label, cell]) => tableRow({ label, cells: pod.approaches.map((one) => cell(one)) }, style)),
    '',
    ...privileges(pod, style),
    ...findings(pod, style),
    '',
    ...PAIRS.flatMap(([from, to]) =>
      pod.comparisons.filter((one) => one.from === from && one.to === to).flatMap((one) => comparison(one, style)),
    ),
    ...pod.assumptions.map(note),
  ].join('\n');
}

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
  ['rules', ({ rules }) => (rules === 0 ? '-' : String(rules))],
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

const MOST = 3;

function comparison(one: ApproachComparison, { paint, width }: ApproachesStyle): readonly string[] {
  const head = paint.bold(`${one.from} -> ${one.to}`);
  if (one.equivalent === null) return [`${head}: not compared: the pod does not start with one of them, or its rules are another mesh's`];
  const scope = one.firstLegOnly ? "of the application's packets" : 'of packets';
  if (one.equivalent) return [paragraph({ text: `${head}: no change (proved for ${one.bounds})`, width, hang: 2 })];
  const shown = one.changes
    .slice(0, MOST)
    .flatMap(({ before, after, packets, example }) => [
      `  ${paint.bold(`${OUTCOME_WORDS[before]} -> ${OUTCOME_WORDS[after]}`)}`,
      `    ${paragraph({ text: packets, width: width - 4, hang: 0 }).replaceAll('\n', '\n    ')}`,
      `    example  ${example}`,
    ]);
  const more = one.changes.length - MOST;
  const doubt = one.undecided > 0 ? `, ${one.undecided} undecided` : '';
  return [
    `${head}: ${plural(one.changes.length, 'class', 'classes')} ${scope} ${one.changes.length === 1 ? 'is' : 'are'} treated differently${doubt}`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more; --json has them all`] : []),
  ];
}
