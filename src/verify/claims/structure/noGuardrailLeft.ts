/** While Istio replaces its rules it drops all TCP and UDP; when it dies in between, six rules stay. source: istio facts 5 */
import type { MatchExpr } from '../../../netfilter/matchExpr.ts';
import { PROTO } from '../../../packet/protocol.ts';
import type { Rule } from '../../../ruleset/ruleset.ts';
import type { Claim } from '../../claim.ts';
import { blaming } from './rules.ts';

export const noGuardrailLeft: Claim = {
  id: 'no-guardrail-left',
  level: 'error',
  statement: 'No rule is left of those that drop all TCP and UDP while the capture rules are being replaced.',
  skip: ({ profile }) => (profile?.name.startsWith('istio') === true ? undefined : 'only Istio puts such rules'),
  judge: ({ ruleset }) => {
    const filter = ruleset.tables.get('filter');
    const left = (['INPUT', 'FORWARD', 'OUTPUT'] as const).flatMap((hook): readonly Rule[] => {
      const drops = (filter?.chains.get(hook)?.rules ?? []).filter(({ effect }) => effect.kind === 'drop');
      const of = (proto: number) => drops.filter(({ match }) => isWholeProtocol(match, proto));
      const both = [of(PROTO.tcp), of(PROTO.udp)];
      return both.every(({ length }) => length > 0) ? both.flat() : [];
    });
    return blaming(left.map((rule) => ({ rule, why: `drops every ${rule.text.includes('udp') ? 'UDP' : 'TCP'} packet in ${rule.chain}` })));
  },
};

function isWholeProtocol(match: MatchExpr, proto: number): boolean {
  const [interval, ...more] = match.kind === 'in' && match.field === 'proto' ? match.intervals : [];
  return more.length === 0 && interval?.lo === proto && interval.hi === proto;
}
