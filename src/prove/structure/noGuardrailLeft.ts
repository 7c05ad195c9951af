/** While Istio replaces its rules it drops all TCP and UDP; when it dies in between, six rules stay, first in their chains.
 *  Such rules further down, or in one chain alone, are a firewall. source: docs/facts/istio.md#guardrails */
import { lastEffect } from '../../netfilter/everyEffect.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Claim } from '../proof/claim.ts';
import { blaming } from './ofRules.ts';

export const noGuardrailLeft: Claim = {
  id: 'no-guardrail-left',
  level: 'error',
  statement: 'No rule is left of those that drop all TCP and UDP while the capture rules are being replaced.',
  skip: ({ profile }) => (profile?.name.startsWith('istio') === true ? undefined : 'only Istio puts such rules'),
  judge: ({ ruleset }) => {
    const chains = ruleset.tables.get('filter')?.chains;
    const guarding = (hook: HookName): readonly Rule[] => guardrails(chains?.get(hook)?.rules ?? []);
    const isLeft = guarding('INPUT').length > 0 && guarding('OUTPUT').length > 0;
    const left = isLeft ? (['INPUT', 'FORWARD', 'OUTPUT'] as const).flatMap(guarding) : [];
    return blaming(left.map((rule) => ({ rule, why: `drops every ${rule.text.includes('udp') ? 'UDP' : 'TCP'} packet in ${rule.chain}` })));
  },
};

/** The rules before every other that drop TCP and UDP; none when only one of them is dropped. */
function guardrails(rules: readonly Rule[]): readonly Rule[] {
  const isGuardrail = (rule: Rule): boolean =>
    lastEffect(rule).kind === 'drop' && [PROTO.tcp, PROTO.udp].some((one) => isWholeProtocol(rule.match, one));
  const end = rules.findIndex((rule) => !isGuardrail(rule));
  const first = end < 0 ? rules : rules.slice(0, end);
  return [PROTO.tcp, PROTO.udp].every((proto) => first.some(({ match }) => isWholeProtocol(match, proto))) ? first : [];
}

function isWholeProtocol(match: MatchExpr, proto: number): boolean {
  const [interval, ...more] = match.kind === 'in' && match.field === 'proto' ? match.intervals : [];
  return more.length === 0 && interval?.lo === proto && interval.hi === proto;
}
