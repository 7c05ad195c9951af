/** Of edits that leave less broken the best that breaks nothing. */
import { chooseSetting } from '../connection/setting.ts';
import { groupBy } from '../lib/groupBy.ts';
import { deadRules } from '../prove/deadRules/deadRules.ts';
import { claimsAsked, verifyRulesets } from '../prove/judge/verifyRules.ts';
import type { ProofContext } from '../prove/proof/context.ts';
import type { FixKind } from '../prove/proof/provedFix.ts';
import { everyRule } from '../ruleset/everyRule.ts';
import type { Rule, Ruleset } from '../ruleset/ruleset.ts';
import { disorder } from './disorder.ts';
import { changedShare, isSameSetting, worsens } from './harm.ts';
import type { ProofStanding } from './proofStanding.ts';
import { type FixScene, type FixSearching, type FixStep, type FixTrial, managerOf, type TrialScene } from './scene.ts';

/** Of the best by claims so many are compared packet by packet. */
const MOST_COMPARED = 8;
/** They are no promises. */
const HINTS: readonly string[] = claimsAsked({}).flatMap(({ id, level }) => (level === 'info' ? [id] : []));
const KINDS: readonly FixKind[] = ['move', 'insert', 'delete'];

/** Fewest errors left first; then by what is done. */
export function ranksOf(trials: readonly FixTrial[]): readonly (readonly FixTrial[])[] {
  const keyOf = ({ errors, candidate }: FixTrial): number =>
    errors * KINDS.length + Math.max(...candidate.edits.map(({ kind }) => KINDS.indexOf(kind)));
  const keys = [...new Set(trials.map(keyOf))].toSorted((a, b) => a - b);
  return keys.map((key) => trials.filter((trial) => keyOf(trial) === key));
}

export function bestOfRank(search: FixSearching, around: TrialScene, trials: readonly FixTrial[]): FixStep | undefined {
  const { scene, base, context, broken, own } = around;
  const { setting, standing: before } = scene;
  const good = trials.slice(0, MOST_COMPARED).flatMap((trial) => {
    const { standing: after, head, errors, extent } = trial;
    if (!isSameSetting(setting, chooseSetting({ rulesets: trial.rulesets, given: search.start.options }))) return [];
    const dead = deadIn(head, context);
    if (isIdle(trial, dead) || !isHarmless(before, after)) return [];
    const warnings = after.promises().filter(({ claim, verdict }) => claim.level === 'warning' && verdict === 'violated').length;
    const rank = [warnings, errors === broken.length ? extent : 0, dead.length, disorder(everyRule(head), own)];
    return [{ trial, rank }];
  });
  // the share is dear: it is asked of those that are best without it
  for (const equals of groupBy(
    good.toSorted((a, b) => compare(a.rank, b.rank)),
    ({ rank }) => rank.join(' '),
  ).values()) {
    const shares = equals.flatMap(({ trial }) => {
      const share = changedShare({ space: context.space, setting, base, head: trial.head, before, after: trial.standing });
      return share === undefined ? [] : [{ trial, rank: [share, trial.candidate.distance] }];
    });
    const [best] = shares.toSorted((a, b) => compare(a.rank, b.rank));
    if (best !== undefined) return stepOf(search, scene, best.trial);
  }
  return undefined;
}

function isHarmless(before: ProofStanding, after: ProofStanding): boolean {
  return before.promises().every((state) => {
    const now = after.stateOf(state.claim, state.family);
    return !worsens(state, now, managerOf(before, state.family));
  });
}

/** What it was for is to be seen in the verdicts of the text itself. */
function stepOf(search: FixSearching, scene: FixScene, { candidate, document, rulesets, standing, errors }: FixTrial): FixStep {
  const verified = verifyRulesets(rulesets, { ...search.start.options, except: HINTS });
  const findings = verified.findings.filter(
    ({ claim, family, verdict }) =>
      verdict === 'violated' && family === search.family && scene.findings.some((one) => one.claim === claim && one.family === family),
  );
  return { edits: candidate.edits, errors, verified, next: { document, rulesets, setting: scene.setting, standing, findings } };
}

/** Rules that no packet comes to or matches. */
function deadIn(head: Ruleset, { host, space: { budget } }: ProofContext): readonly Rule[] {
  return deadRules(head, { host, budget }).dead.map(({ rule }) => rule);
}

/** The rule that was moved or written matches nothing where it stands now: it could as well be taken out. */
function isIdle({ candidate, document }: FixTrial, dead: readonly Rule[]): boolean {
  const written = new Set(candidate.lines.map(({ put }) => put?.line));
  return dead.some(({ line }) => written.has(document[line - 1]));
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
