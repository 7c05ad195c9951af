/** Claims that are asked of both families, for the one of which no rules are given: a fence that forgot it is none. */
import type { Family } from '../../packet/address.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Claim } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import type { Finding } from '../proof/finding.ts';
import { type ContextsQuestion, proofContexts, withoutRules } from './contexts.ts';

interface UnruledQuestion extends ContextsQuestion {
  readonly families: readonly Family[];
  readonly beside: Ruleset | undefined;
}

/** Contexts without rules; none where nothing is asked of them. */
export function unruledContexts({ families, beside, ...question }: UnruledQuestion): readonly ProofContext[] {
  if (question.setting.host.fence === undefined) return [];
  return families.flatMap((family) => proofContexts([withoutRules(family, beside)], question));
}

/** What holds there is not worth saying. */
export function inUnruled(claim: Claim, contexts: readonly ProofContext[], judge: (context: ProofContext) => readonly Finding[]) {
  if (claim.everyFamily !== true) return [];
  return contexts.flatMap((context) =>
    judge(context)
      .filter(({ verdict }) => verdict === 'violated' || verdict === 'undecided')
      .map((finding): Finding => ({ ...finding, reason: finding.reason ?? reasonOf(context) })),
  );
}

function reasonOf({ ruleset: { family } }: ProofContext): string {
  return `no IPv${family} rules are given, and without any it leaves`;
}
