/** One packet through the rules: what the page shows at every keystroke. */
import type { Trace, TraceLeg, TraceStep } from '../../src/api/library/index.ts';
import { InputError } from '../../src/api/library/inputError.ts';
import { trace } from '../../src/api/library/trace.ts';
import { svg, traceWords } from '../../src/api/report/drawn.ts';
import type { PathWords } from '../../src/api/report/index.ts';
import { shownDiagnostics } from './diagnostics.ts';
import type { AskedSetting, MissedRule, PageQuestion, ShownPath, ShownStep, TraceAnswer, TracedPacket, Visit } from './questions.ts';
import { type RulesHere, rulesHere } from './rulesHere.ts';

type MissStep = Extract<TraceStep, { readonly kind: 'miss' }>;

export function answerTrace({ packet }: Extract<PageQuestion, { readonly kind: 'trace' }>, setting: AskedSetting): TraceAnswer {
  const rules = rulesHere(setting);
  const { diagnostics, pods } = rules;
  const head = { diagnostics: shownDiagnostics(diagnostics), ...(pods && { pods }) };
  const errors = diagnostics.filter(({ kind }) => kind === 'malformed' || kind === 'not-loadable');
  if (rules.rulesets.length === 0) return { ...head, problems: errors.slice(0, 1).map(({ message }) => message) };
  try {
    const answer = trace(rules.rulesets, packet, { ...rules.options, verbose: true, same: false });
    const ofPod = pods && rulesOf(rules, answer);
    return { ...head, ...(ofPod && { ofPod }), traced: tracedPacket(answer, ofPod?.file ?? setting.file), problems: [] };
  } catch (error) {
    if (error instanceof InputError) return { ...head, problems: error.problems };
    throw error;
  }
}

/** The answer of the library alone. @throws InputError */
export function traceHere({ rulesets, options }: RulesHere, packet: string): Trace {
  return trace(rulesets, packet, { ...options, same: false });
}

/** Those that the packet meets. */
function rulesOf({ rulesets }: RulesHere, { packet }: Trace): TraceAnswer['ofPod'] {
  const family = packet.dst.includes(':') ? 6 : 4;
  const source = rulesets.find((one) => one.family === family)?.source;
  return source && { file: source.file, text: source.text };
}

function tracedPacket(answer: Trace, file: string): TracedPacket {
  const { paths: said, ...words } = traceWords(answer);
  const paths = answer.branches ?? [{ outcome: answer.outcome, legs: answer.legs, ...cycle(answer.cycleFrom) }];
  const legs = paths[0]?.legs ?? [];
  return {
    ...words,
    paths: said.map((path, index) => shownPath(path, paths[index] ?? { outcome: answer.outcome, legs: [] })),
    picture: svg(answer, { headed: false, styled: false }),
    visits: legs.flatMap((leg, index) => visits(leg, { index, file })),
    misses: legs.flatMap((leg, index) => misses(leg, { index, file })),
    profile: answer.profile,
  };
}

function cycle(cycleFrom: number | undefined): Pick<ShownPath, 'cycleFrom'> {
  return cycleFrom === undefined ? {} : { cycleFrom };
}

interface Walked extends Pick<ShownPath, 'outcome' | 'cycleFrom'> {
  readonly legs: readonly TraceLeg[];
}

function shownPath(words: PathWords, { outcome, legs, cycleFrom }: Walked): ShownPath {
  const shown = words.legs.map((said, index) => ({ ...said, steps: (legs[index]?.steps ?? []).filter(isDone) }));
  return { ...words, outcome, legs: shown, ...cycle(cycleFrom) };
}

function isDone(step: TraceStep): step is ShownStep {
  return step.kind !== 'miss';
}

interface InText {
  readonly index: number;
  /** lines of other texts are not in the editor */
  readonly file: string;
}

function visits({ steps }: TraceLeg, { index, file }: InText): readonly Visit[] {
  const met = steps.flatMap((step) => (step.kind === 'rule' || step.kind === 'left' ? [step] : []));
  return met.flatMap((rule, order) => (rule.file === file ? [{ line: rule.line, leg: index + 1, order: order + 1 }] : []));
}

function misses({ steps }: TraceLeg, { index, file }: InText): readonly MissedRule[] {
  return steps.flatMap((step) =>
    step.kind === 'miss' && step.file === file ? [{ line: step.line, leg: index + 1, clause: step.clause, saw: sawText(step) }] : [],
  );
}

function sawText({ saw }: MissStep): string {
  return Object.entries(saw)
    .map(([field, value]) => `${field} is ${value ?? 'not there'}`)
    .join(', ');
}
