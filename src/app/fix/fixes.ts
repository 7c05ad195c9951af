/** Proved edits for what `verify` found broken: one search for each cause, all on one budget. */
import { chooseSetting } from '../../connection/setting.ts';
import { proofStanding } from '../../fix/proofStanding.ts';
import { proveFix } from '../../fix/proveFix.ts';
import type { FixQuestion, FixStart } from '../../fix/scene.ts';
import { hostNames } from '../../host/host.ts';
import { Budget } from '../../lib/budget.ts';
import { groupBy } from '../../lib/groupBy.ts';
import type { Verified, VerifyOptions } from '../../prove/judge/verifyRules.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import { asksForFix, type FixSearch } from '../../prove/proof/provedFix.ts';
import { causeKey } from '../../prove/proof/sameCause.ts';
import { textOfFile } from '../../syntax/text/likeTexts.ts';
import type { Source } from '../../syntax/text/source.ts';
import { readingFor } from '../load/ruleTexts.ts';
import { suppressionsIn } from '../suppress/comments.ts';
import type { VerifyRulesQuestion } from '../verify/verifyRules.ts';

/** More steps than this are more than people wait for. */
const MOST_STEPS = 20_000_000;

/** Of all fixes that are looked for together. */
export function fixBudget(options: Pick<VerifyRulesQuestion['options'], 'limits'>): Budget {
  return new Budget({ ...options.limits?.(), steps: MOST_STEPS });
}

/** The same pods, each with what was found for its errors. */
export function withFixes(
  pods: readonly Verified[],
  { rules, options }: VerifyRulesQuestion,
  budget: Budget = fixBudget(options),
): readonly Verified[] {
  const reading = { ...readingFor(rules.reading, options.families), ...(options.host !== undefined && hostNames(options.host)) };
  const known = new Map<string, ReadonlyMap<Finding, FixSearch>>();
  return pods.map((pod) => {
    // equal pods share their findings
    const key = JSON.stringify(pod.rulesets.map(({ family, source: { text } }) => [family, text]));
    const fixes = known.get(key) ?? fixesOf(pod, { options, reading, budget });
    known.set(key, fixes);
    return fixes.size === 0 ? pod : withOwnFixes(pod, fixes);
  });
}

/** Fixes that were found for equal rules, in the file of these. */
export function withOwnFixes(pod: Verified, fixes: ReadonlyMap<Finding, FixSearch>): Verified {
  const own = new Map([...new Set(fixes.values())].map((search) => [search, inFileOf(pod, search)]));
  return { ...pod, fixes: new Map([...fixes].map(([finding, search]) => [finding, own.get(search) ?? search])) };
}

/** What is said of the lines of one text is true of those of its equals. */
function inFileOf({ rulesets }: Verified, search: FixSearch): FixSearch {
  const { fix } = search;
  if (fix === undefined) return search;
  const sources = rulesets.map((one) => one.source);
  const equal = sources.find(({ text }) => text === fix.source.text);
  if (equal !== undefined) return { ...search, fix: { ...fix, source: asInFile(equal), text: textOfFile(equal, fix.text) } };
  // it has its file's own lines already
  const own = sources.find((source) => textOfFile(source) === fix.source.text);
  return own === undefined ? search : { ...search, fix: { ...fix, source: asInFile(own) } };
}

function asInFile(source: Source): Source {
  const { varied: _, ...plain } = source;
  return { ...plain, text: textOfFile(source) };
}

interface Shared extends Pick<FixQuestion, 'reading' | 'budget'> {
  readonly options: VerifyOptions;
}

function fixesOf(verified: Verified, { options, reading, budget }: Shared): ReadonlyMap<Finding, FixSearch> {
  const found = new Map<Finding, FixSearch>();
  if (options.where !== undefined) return found;
  const errors = verified.findings.filter(asksForFix);
  const shared = { verified, reading, budget, start: startOf(verified, { options, budget }), known: new Map() };
  for (const group of groupBy(errors, causeKey).values()) {
    const before = [...found.values()].find(({ fix }) => group.every((one) => fix?.mends.includes(one) === true));
    const search = before ?? proveFix({ ...shared, findings: group, kept: keptLines(verified, group) });
    if (search !== undefined) for (const one of group) found.set(one, search);
  }
  return found;
}

/** Proved when it is first asked for. */
function startOf({ rulesets }: Verified, { options: given, budget }: Omit<Shared, 'reading'>): () => FixStart {
  let start: FixStart | undefined;
  return () => {
    if (start !== undefined) return start;
    const { accepted: _, only: __, except: ___, progress: ____, limits: _____, ...options } = given;
    const setting = chooseSetting({ rulesets, given: options });
    start = { setting, options, standing: proofStanding({ rulesets, setting, options, budget }), known: new Map() };
    return start;
  };
}

/** What is suppressed stays where the comment is. */
function keptLines({ rulesets }: Verified, [{ family }]: readonly [Finding, ...Finding[]]): ReadonlySet<number> {
  const text = rulesets.find((one) => one.family === family)?.source.text ?? '';
  return new Set(suppressionsIn(text).found.flatMap(({ line }) => line ?? []));
}
