/** Rules that decide nothing: for no packet, whatever came before, or for none otherwise than the rest of its table.
 *  Istio writes some itself. source: scenarios 0.2 */
import type { Rule } from '../../../ruleset/ruleset.ts';
import type { Claim, Doubtful } from '../../claim.ts';
import type { DeadRule } from '../../deadRules.ts';
import { deadRules } from '../../deadRules.ts';
import { redundantRules } from '../../deadRulesRedundant.ts';
import type { Scene } from '../../scene.ts';
import { blaming } from './rules.ts';

const SAYS: Readonly<Record<DeadRule['how'], string>> = {
  shadowed: 'shadowed: rules before it take every packet that it asks for',
  'unreachable-chain': 'unreachable-chain: no way leads from a hook to its chain',
  'empty-match': 'empty-match: no packet at its hooks can be what it asks for',
};

export const noDeadRule: Claim = {
  id: 'no-dead-rule',
  level: 'info',
  statement: 'Every rule decides something for some packet.',
  judge: ({ ruleset, host, profile, space }: Scene) => {
    const { dead, undecided } = deadRules(ruleset, { host });
    const isIstio = profile?.name.startsWith('istio') === true;
    const artefact = (rule: Rule): string => (isIstio && isArtefact(rule) ? '; Istio writes this rule, and it does no harm' : '');
    const found = dead.map(({ rule, how }) => ({ rule, why: `${SAYS[how]}${artefact(rule)}` }));
    const redundant = redundantRules(ruleset, host).rules.map((rule) => ({
      rule,
      why: 'redundant: without it every packet fares the same',
    }));
    const doubts: readonly Doubtful[] = undecided.length === 0 ? [] : [{ set: space.manager.any([]), rules: undecided, why: 'budget' }];
    return { ...blaming([...found, ...redundant]), doubts };
  },
};

/** Rules by group for lo behind those by user that leave nothing over, and a chain that only the other mode calls. */
function isArtefact({ chain, table, text }: Rule): boolean {
  if (table !== 'nat') return false;
  return chain === 'ISTIO_OUTPUT' ? /-o lo .*--(gid|uid)-owner/.test(text) : /^ISTIO_(INBOUND|IN_REDIRECT|REDIRECT)$/.test(chain);
}
