/** Comments in a dump: those about a line stand at its rule, those about the file at every finding. */

import { groupBy } from '../../lib/groupBy.ts';
import { inOtherFile } from '../../pods/familiesOfPod.ts';
import { type Verified, type VerifyOptions, verifyRulesets } from '../../prove/judge/verifyRules.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import type { AcceptedRule } from '../../prove/proof/suppressions.ts';
import { everyRule } from '../../ruleset/everyRule.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { RuleReading } from '../load/ruleTexts.ts';
import { commentWarnings, type Suppression, type Suppressions, suppressionsIn } from './comments.ts';
import { type KeptProofs, provedKept } from './keptProofs.ts';

export interface CommentedVerdicts {
  readonly pods: readonly Verified[];
  /** warnings about comments */
  readonly diagnostics: readonly Diagnostic[];
}

/** Where proofs may be of an earlier run. */
export interface Keeping {
  readonly kept: KeptProofs;
  readonly reading: RuleReading;
}

/** `pods`: at most one ruleset of each family. Equal rules are proved once. */
export function verifyCommented(
  pods: readonly (readonly Ruleset[])[],
  options: VerifyOptions,
  keeping?: Keeping | undefined,
): CommentedVerdicts {
  const comments = keeping?.kept.now.comments ?? new Map<string, Suppressions>();
  const commentsOf = ({ source: { text } }: Ruleset): Suppressions => {
    const known = comments.get(text) ?? keeping?.kept.before.comments.get(text) ?? suppressionsIn(text);
    comments.set(text, known);
    return known;
  };
  const accepted = (ruleset: Ruleset) => acceptedIn(ruleset, commentsOf(ruleset).found);
  const prove = (pod: readonly Ruleset[], own: VerifyOptions) =>
    withFiles(verifyRulesets(pod, { ...own, accepted }), (one) => commentsOf(one).found);
  const proveOrTake = (pod: readonly Ruleset[]): Verified => {
    if (keeping === undefined) return prove(pod, options);
    const { kept, reading } = keeping;
    return provedKept(kept, pod, { reading, options }, (limits) => prove(pod, { ...options, ...limits }));
  };
  const proved = new Map<string, Verified>();
  const verified = pods.map((pod) => {
    // of one pod there is no other, and its text may be large
    const key = pods.length === 1 ? '' : JSON.stringify(pod.map(({ family, source }) => [family, source.text]));
    const known = proved.get(key) ?? proveOrTake(pod);
    proved.set(key, known);
    return inOtherFile(known, pod);
  });
  const diagnostics = options.where === undefined ? verified.flatMap((one) => warningsOf(one, commentsOf)) : [];
  return { pods: verified, diagnostics };
}

function acceptedIn(ruleset: Ruleset, found: readonly Suppression[]): readonly AcceptedRule[] {
  if (!found.some(({ line }) => line !== undefined)) return [];
  const rules = everyRule(ruleset).filter(({ elsewhere }) => elsewhere === undefined);
  const byLine = groupBy(rules, ({ line }) => line);
  return found.flatMap(({ line, claims, muted }) =>
    line === undefined ? [] : (byLine.get(line) ?? []).map((rule) => ({ rule, claims, muted })),
  );
}

/** Comments about a whole file, after those about its lines. */
function withFiles(verified: Verified, commentsOf: (ruleset: Ruleset) => readonly Suppression[]): Verified {
  const mute = (finding: Finding): Finding => {
    const isOpen = finding.muted === undefined && (finding.verdict === 'violated' || finding.verdict === 'undecided');
    const ruleset = verified.rulesets.find(({ family }) => family === finding.family);
    if (!isOpen || ruleset === undefined) return finding;
    const by = commentsOf(ruleset).find(({ line, claims }) => line === undefined && claims.includes(finding.claim));
    return by === undefined ? finding : { ...finding, muted: by.muted };
  };
  return { ...verified, findings: verified.findings.map(mute) };
}

function warningsOf({ rulesets, findings }: Verified, commentsOf: (ruleset: Ruleset) => Suppressions): readonly Diagnostic[] {
  const used = new Set(findings.flatMap(({ muted }) => muted ?? []));
  const asked = new Set(findings.map(({ claim }) => claim));
  const sources = new Map(rulesets.map((ruleset) => [ruleset.source, commentsOf(ruleset)]));
  return [...sources].flatMap(([source, suppressions]) => commentWarnings(source, suppressions, { used, asked }));
}
