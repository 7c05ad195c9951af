/** One edit made in the text, which is read again: does it leave less broken? */
import { observed } from '../diff/divergence.ts';
import { journeyOf } from '../prove/judge/replay.ts';
import { readRules } from '../ruleset/readRules.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { shareOf } from '../symbolic/diagrams/fractionOfSpace.ts';
import { isError } from '../syntax/text/diagnostic.ts';
import type { Source } from '../syntax/text/source.ts';
import type { CandidateEdit } from './candidates.ts';
import { asksTheSame } from './harm.ts';
import { type ClaimState, type ProofStanding, proofStanding } from './proofStanding.ts';
import { documentText, type RuleDocument, withEdits } from './ruleDocument.ts';
import {
  contextIn,
  type EditedRules,
  type FixQuestion,
  type FixScene,
  type FixSearching,
  type FixTrial,
  managerOf,
  type TrialScene,
} from './scene.ts';

/** Undefined: it does not load, declares something else, or changes nothing for the packets that break a claim. */
export function tried(search: FixSearching, { scene, context, paths, broken }: TrialScene, candidate: CandidateEdit): FixTrial | undefined {
  search.budget.step(1 << 10);
  const document = withEdits(scene.document, candidate.lines);
  const edited = editedRules(search, scene, document);
  if (edited === undefined) return undefined;
  const { head, standing } = edited;
  const { host, profile, space } = context;
  const now = scene.findings.map(({ witness }) =>
    witness === undefined ? undefined : observed(journeyOf({ ruleset: head, host, profile, space }, witness.packet)),
  );
  if (!now.some((path, index) => path === undefined || path !== paths[index])) return undefined;
  const after = contextIn(standing, search.family);
  if (after === undefined || !asksTheSame(context.declared, after.declared)) return undefined;
  const left = broken.map(({ claim, family: of }) => standing.stateOf(claim, of)).filter(({ verdict }) => verdict !== 'holds');
  const extent = extentOf(standing, left);
  const isLess = left.length < broken.length || extent < extentOf(scene.standing, broken);
  return isLess ? { ...edited, candidate, document, errors: left.length, extent } : undefined;
}

/** Undefined: it does not load. */
function editedRules(
  { start, family, given, question, budget }: FixSearching,
  { rulesets: before, setting, standing }: FixScene,
  document: RuleDocument,
): EditedRules | undefined {
  const text = documentText(document);
  const key = `${family} ${text}`;
  if (start.known.has(key)) return start.known.get(key);
  const rulesets = withText(before, { ...given.source, text }, question.reading);
  const head = rulesets?.find((one) => one.family === family);
  const spaces = new Map(standing.contexts.map(({ ruleset, space }) => [ruleset.family, space]));
  const edited =
    rulesets === undefined || head === undefined
      ? undefined
      : { rulesets, head, standing: proofStanding({ rulesets, setting, options: start.options, budget, spaces }) };
  start.known.set(key, edited);
  return edited;
}

/** Those of that text read again, the others as they are; undefined: it does not load, or holds other families now. */
function withText(rulesets: readonly Ruleset[], source: Source, reading: FixQuestion['reading']): readonly Ruleset[] | undefined {
  const { rulesets: read, diagnostics } = readRules(source, reading);
  if (diagnostics.some(isError)) return undefined;
  const now = rulesets.map((one) =>
    one.source.file === source.file && one.tables.size > 0 ? read.filter(({ family }) => family === one.family) : [one],
  );
  return now.every((found) => found.length === 1) ? now.flat() : undefined;
}

/** How much is broken: rules that break claims, and shares of all packets. */
function extentOf(standing: ProofStanding, states: readonly ClaimState[]): number {
  return states.reduce((sum, { family, rules, broken }) => {
    const manager = managerOf(standing, family);
    return [...broken.values()].reduce((all, set) => all + shareOf(manager, set), sum + rules.length);
  }, 0);
}
