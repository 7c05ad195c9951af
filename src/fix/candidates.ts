/** Edits inside the chains that are to blame: a rule goes elsewhere, out, or one that the mesh writes itself comes in. */
import { callsIn } from '../netfilter/everyEffect.ts';
import type { Finding } from '../prove/proof/finding.ts';
import type { FixEdit } from '../prove/proof/provedFix.ts';
import type { Chain, Rule, Ruleset } from '../ruleset/ruleset.ts';
import { disorder } from './disorder.ts';
import { aboveComments, isRuleOf, type LineEdit, lineLike, type RuleDocument } from './ruleDocument.ts';
import { differingPlaces } from './sameOrder.ts';

export interface CandidateEdit {
  readonly edits: readonly FixEdit[];
  readonly lines: readonly LineEdit[];
  /** how far a rule goes, in rules; of one that comes in: from its place in the mesh's order */
  readonly distance: number;
}

export interface CandidateQuestion {
  readonly document: RuleDocument;
  readonly ruleset: Ruleset;
  /** not fixed yet */
  readonly findings: readonly Finding[];
  /** rules that the mesh itself writes */
  readonly own: readonly Rule[];
  /** rules only come in: none goes elsewhere or out */
  readonly addsOnly: boolean;
  /** lines with a comment that suppresses a claim: they stay where they are */
  readonly kept: ReadonlySet<number>;
}

/** The likeliest first. */
export function candidateEdits(question: CandidateQuestion): readonly CandidateEdit[] {
  const chains = chainsToBlame(question.ruleset, question.findings);
  const all = [...chains].flatMap(([chain, deciding]) => ofChain(question, chain, deciding));
  return all.toSorted((a, b) => a.distance - b.distance);
}

/** Two rules of the mesh that a chain lacks, each where it would have written it: one may need the other. */
export function pairsOfInsertions(question: CandidateQuestion): readonly CandidateEdit[] {
  const nearest = new Map<string, CandidateEdit>();
  for (const one of candidateEdits(question)) {
    const [{ kind, rule } = { kind: 'move', rule: '' }] = one.edits;
    if (kind === 'insert' && !nearest.has(rule)) nearest.set(rule, one);
  }
  // in the order of the mesh, which is theirs where both come before the same line
  const order = question.own.map(({ text }) => text);
  const ruleOf = ({ edits }: CandidateEdit): number => order.indexOf(edits[0]?.rule ?? '');
  const single = [...nearest.values()].toSorted((a, b) => ruleOf(a) - ruleOf(b));
  return single.flatMap((a, index) =>
    single.slice(index + 1).map(
      (b): CandidateEdit => ({
        edits: [...a.edits, ...b.edits],
        lines: [...a.lines, ...b.lines],
        distance: a.distance + b.distance,
      }),
    ),
  );
}

/** Each with the numbers of the rules that decide in it; none: packets come to its end. */
function chainsToBlame({ tables }: Ruleset, findings: readonly Finding[]): ReadonlyMap<Chain, ReadonlySet<number>> {
  const found = new Map<Chain, Set<number>>();
  const add = (table: Rule['table'], name: string, number?: number): void => {
    const chain = tables.get(table)?.chains.get(name);
    if (chain === undefined) return;
    const numbers = found.get(chain) ?? new Set<number>();
    if (number !== undefined) numbers.add(number);
    found.set(chain, numbers);
  };
  for (const { blame, witness } of findings) {
    for (const { table, chain, number } of blame) add(table, chain, number);
    if (blame.length > 0) continue;
    for (const step of witness?.paths[0]?.legs[0]?.walk.steps ?? []) {
      if (step.kind === 'hook' && (step.hook === 'OUTPUT' || step.hook === 'PREROUTING'))
        for (const { name } of tables.values()) add(name, step.hook);
      if (step.kind !== 'rule') continue;
      const { rule } = step;
      add(rule.table, rule.chain);
      for (const { chain } of callsIn(rule)) add(rule.table, chain);
    }
  }
  return found;
}

function ofChain(question: CandidateQuestion, chain: Chain, deciding: ReadonlySet<number>): readonly CandidateEdit[] {
  const { document, kept } = question;
  const at = chain.rules.map(({ line }) => line - 1);
  const isExact = at.every((index, place) => {
    const line = document[index];
    return line !== undefined && isRuleOf(line, chain.name) && index > (at[place - 1] ?? -1);
  });
  if (!isExact) return [];
  const scene: ChainScene = { document, chain, at, own: question.own };
  const first = Math.min(...deciding, chain.rules.length + 1);
  const free = chain.rules.filter(({ line }) => !kept.has(line));
  return [
    ...(question.addsOnly ? [] : free.flatMap((rule) => [...moves(scene, rule, deciding), ...deletion(scene, rule, first)])),
    ...insertions(scene, question, first),
  ];
}

interface ChainScene {
  readonly document: RuleDocument;
  readonly chain: Chain;
  /** index of the line of each rule */
  readonly at: readonly number[];
  readonly own: readonly Rule[];
}

/** Only past a rule that decides: what comes in another order before or after it, it decides as before. */
function moves(scene: ChainScene, rule: Rule, deciding: ReadonlySet<number>): readonly CandidateEdit[] {
  const { chain } = scene;
  const from = rule.number;
  const others = chain.rules.filter((one) => one !== rule);
  const blockOf = differingPlaces(rule, others);
  const places = chain.rules.flatMap(({ number: to }): readonly PlacedEdit[] => {
    // two neighbours are swapped by moving the first
    if (to === from - 1 || blockOf(to - 1) === blockOf(from - 1)) return [];
    const passed = [...deciding].some((number) => number !== from && number >= Math.min(from, to) && number <= Math.max(from, to));
    const isMeant = passed || deciding.has(from) || deciding.size === 0;
    return isMeant ? [{ place: to - 1, edit: moveTo(scene, from, to) }] : [];
  });
  return bestPlaces(scene, { rule, others, blockOf, places });
}

interface PlacedEdit {
  readonly place: number;
  readonly edit: CandidateEdit;
}

interface PlacesQuestion {
  readonly rule: Rule;
  /** of the chain, without the rule */
  readonly others: readonly Rule[];
  readonly blockOf: (place: number) => number;
  readonly places: readonly PlacedEdit[];
}

/** Of places that are the same for every packet the one that is most like the mesh's own order, or the nearest. */
function bestPlaces({ own }: ChainScene, { rule, others, blockOf, places }: PlacesQuestion): readonly CandidateEdit[] {
  const ranked = places.map(({ place, edit }) => ({ place, edit, disorder: disorder(others.toSpliced(place, 0, rule), own) }));
  const sorted = ranked.toSorted((a, b) => a.disorder - b.disorder || a.edit.distance - b.edit.distance);
  const best = new Map<number, CandidateEdit>();
  for (const { place, edit } of sorted) if (!best.has(blockOf(place))) best.set(blockOf(place), edit);
  return [...best.values()];
}

function moveTo({ document, at }: ChainScene, from: number, to: number): CandidateEdit {
  const take = at[from - 1] ?? 0;
  const anchor = at[to - 1] ?? 0;
  const line = document[take] ?? { text: '' };
  const side = to < from ? 'above' : 'below';
  const before = side === 'above' ? aboveComments(document, anchor) : anchor + 1;
  return {
    edits: [{ kind: 'move', rule: line.text.trimEnd(), ...lineOf(line.origin), ...placeOf(document, side, anchor) }],
    lines: [{ take, put: { before, line } }],
    distance: Math.abs(from - to),
  };
}

function deletion({ document, at }: ChainScene, rule: Rule, first: number): readonly CandidateEdit[] {
  const take = at[rule.number - 1] ?? 0;
  const line = document[take] ?? { text: '' };
  const edit: FixEdit = { kind: 'delete', rule: line.text.trimEnd(), ...lineOf(line.origin) };
  return [{ edits: [edit], lines: [{ take }], distance: Math.abs(rule.number - first) }];
}

/** Rules of the mesh that the chain lacks, up to the rule that decides. */
function insertions(scene: ChainScene, { ruleset }: CandidateQuestion, first: number): readonly CandidateEdit[] {
  const { document, chain, at, own } = scene;
  const here = own.filter((rule) => rule.table === chain.table && rule.chain === chain.name);
  const has = new Set(chain.rules.map(({ text }) => text));
  const known = new Set(ruleset.tables.get(chain.table)?.chains.keys() ?? []);
  return here.flatMap((rule, order) => {
    if (has.has(rule.text)) return [];
    if (callsIn(rule).some((call) => !known.has(call.chain))) return [];
    const earlier = here.slice(0, order).flatMap(({ text }) => chain.rules.filter((one) => one.text === text).map(({ number }) => number));
    const usual = Math.max(0, ...earlier) + 1;
    const places = Array.from({ length: Math.min(first, chain.rules.length + 1) }, (_, index) => index + 1);
    const edits = places.flatMap((place): readonly PlacedEdit[] => {
      const isLast = place > chain.rules.length;
      const anchor = isLast ? (at.at(-1) ?? endOfTable(document, ruleset, chain.table)) : at[place - 1];
      const beside = anchor === undefined ? undefined : document[anchor];
      if (anchor === undefined || beside === undefined) return [];
      const side = isLast && at.length > 0 ? 'below' : 'above';
      const before = side === 'below' ? anchor + 1 : aboveComments(document, anchor);
      const edit: FixEdit = { kind: 'insert', rule: rule.text, ...placeOf(document, side, anchor) };
      const lines = [{ put: { before, line: lineLike(beside, rule.text) } }];
      return [{ place: place - 1, edit: { edits: [edit], lines, distance: Math.abs(place - usual) } }];
    });
    return bestPlaces(scene, { rule, others: chain.rules, blockOf: differingPlaces(rule, chain.rules), places: edits });
  });
}

/** The line COMMIT of a table; a text of both families has it twice. */
function endOfTable(document: RuleDocument, { tables }: Ruleset, table: Rule['table']): number | undefined {
  const rules = [...(tables.get(table)?.chains.values() ?? [])].flatMap((chain) => chain.rules);
  const starts = document.flatMap(({ text }, index) => (text.trimEnd() === `*${table}` ? [index] : []));
  const start = rules[0] === undefined ? (starts.length === 1 ? starts[0] : undefined) : rules[0].line - 1;
  const end = start === undefined ? -1 : document.findIndex(({ text }, index) => index > start && text.trimEnd() === 'COMMIT');
  return end < 0 ? undefined : end;
}

function lineOf(origin: number | undefined): Pick<FixEdit, 'line'> {
  return origin === undefined ? {} : { line: origin };
}

/** Named by the nearest line of the text that was given. */
function placeOf(document: RuleDocument, side: 'above' | 'below', anchor: number): Pick<FixEdit, 'to'> {
  const step = side === 'above' ? 1 : -1;
  for (let index = anchor; index >= 0 && index < document.length; index += step) {
    const origin = document[index]?.origin;
    if (origin !== undefined) return { to: { side, line: origin } };
  }
  return {};
}
