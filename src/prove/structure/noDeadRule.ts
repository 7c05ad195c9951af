/** Rules that decide nothing: for no packet, whatever came before, or for none otherwise than the rest of its table.
 *  Istio writes some itself. source: docs/facts/istio.md#rules-of-the-sidecar */
import { asWritten } from '../../ruleset/asWritten.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { DeadRule, UndecidedRule } from '../deadRules/deadRules.ts';
import { deadRules } from '../deadRules/deadRules.ts';
import { MAX_RULES, redundantRules } from '../deadRules/deadRulesRedundant.ts';
import type { Claim, Doubtful } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { blaming, doubtsOfParts } from './ofRules.ts';

const SAYS: Readonly<Record<DeadRule['how'], string>> = {
  shadowed: 'shadowed: rules before it take every packet that it matches',
  'unreachable-chain': 'unreachable-chain: no way leads from a hook to its chain',
  'empty-match': 'empty-match: no packet at its hooks can match it',
};

export const noDeadRule: Claim = {
  id: 'no-dead-rule',
  level: 'info',
  statement: 'Every rule decides something for some packet.',
  judge: ({ ruleset, host, profile, space: { budget } }: ProofContext) => {
    const parts = doubtsOfParts(ruleset);
    if (parts.length > 0) return { violations: [], doubts: parts };
    const rulesets = asWritten(ruleset);
    const walked = rulesets.map((one) => deadRules(one, { host, budget }));
    const dead = walked.flatMap((one) => one.dead);
    const undecided = walked.flatMap((one) => one.undecided);
    const isIstio = profile?.name.startsWith('istio') === true;
    const artefact = (rule: Rule): string => (isIstio && isArtefact(rule) ? '; Istio writes this rule, and it does no harm' : '');
    const found = dead.map(({ rule, how }) => ({ rule, why: `${SAYS[how]}${artefact(rule)}` }));
    const tried = rulesets.map((one) => redundantRules(one, { host, budget }));
    const [unclear, skipped] = [tried.flatMap((one) => one.undecided), tried.flatMap((one) => one.skipped)];
    const redundant = tried
      .flatMap(({ rules }) => rules)
      .map((rule) => ({ rule, why: 'redundant: without it every packet is treated the same' }));
    const why = (wanted: UndecidedRule['why']): readonly Rule[] => undecided.flatMap((one) => (one.why === wanted ? [one.rule] : []));
    const doubts = [
      doubtOf(why('budget'), 'budget: these rules are too hard'),
      doubtOf([...new Set([...why('unmodelled'), ...unclear])], 'something that is not modelled decides whether they do anything'),
    ];
    return {
      ...blaming([...found, ...redundant]),
      doubts: doubts.flatMap((one) => (one === undefined ? [] : [{ ...one, set: EMPTY }])),
      notes: skipped.map(({ name }) => `table ${name}: redundant rules were not looked for, ${TOO_LARGE}`),
    };
  },
};

const TOO_LARGE = `which takes too long with more than ${MAX_RULES} rules`;

function doubtOf(rules: readonly Rule[], why: string): Omit<Doubtful, 'set'> | undefined {
  return rules.length === 0 ? undefined : { rules, why };
}

/** Rules by group for lo behind those by user that leave nothing over, and a chain that only the other mode calls. */
function isArtefact({ chain, table, text }: Rule): boolean {
  if (table !== 'nat') return false;
  return chain === 'ISTIO_OUTPUT' ? /-o lo .*--(gid|uid)-owner/.test(text) : /^ISTIO_(INBOUND|IN_REDIRECT|REDIRECT)$/.test(chain);
}
