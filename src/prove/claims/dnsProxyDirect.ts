/** The questions of the mesh and of a local forwarder that it uses are not led back to it. source: docs/facts/istio.md#dns */

import { deliveredUntouched, leavesUntouched } from '../../connection/symbolicEnds.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { and, equals, or } from '../../netfilter/matchExpr.ts';
import { familyOf } from '../../packet/address.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { Claim, FateScope } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { expectFates } from '../proof/expectFates.ts';
import { isCapturedDns, isLoopbackNet, isNew, isOutside, isOwn, ofProxy } from '../proof/scopes.ts';

export const dnsProxyDirect: Claim = {
  id: 'dns-proxy-direct',
  level: 'error',
  needs: 'proxy',
  statement: "The proxy's own DNS questions, and those of a DNS forwarder of the host, go to the server they are for.",
  skip: ({ profile, declared }) => {
    if (profile === undefined || declared.dns === 'off') return profile === undefined ? 'there is no mesh' : 'DNS is not captured';
    const asks = profile.listeners.some(({ role, emits }) => role === 'dns' && emits !== undefined);
    return asks ? undefined : 'the DNS listener of the mesh queries no other server on port 53';
  },
  judge: (context) => {
    const question = and(isNew, ofProxy(context), isCapturedDns(context));
    const also = chosenSources(context.space, context.declared.proxyMark?.value ?? 0);
    const local = or(isOwn(context), isLoopbackNet(context));
    return expectFates(context, [
      { dir: 'out', when: and(question, isOutside(context)), also, ends: leavesUntouched(context) },
      { dir: 'out', when: and(question, local), also, ends: deliveredUntouched(context) },
      ...forwarded(context).flatMap((when): readonly FateScope[] => [
        { dir: 'out', when: and(when, isOutside(context)), also: chosenSources(context.space, 0), ends: leavesUntouched(context) },
        { dir: 'out', when: and(when, local), also: chosenSources(context.space, 0), ends: deliveredUntouched(context) },
      ]),
    ]);
  },
};

/** What forwarders beside the proxy ask, each of its own server. */
function forwarded({ host, profile, ruleset }: ProofContext): readonly MatchExpr[] {
  return host.listeners.flatMap(({ process, proto, dials, sends }) => {
    const asker = process === profile?.process.name ? undefined : host.processes.get(process);
    if (asker === undefined || typeof dials !== 'object' || familyOf(dials.address) !== ruleset.family) return [];
    const asked = and(equals('proto', proto), equals('dst', dials.address), equals('dport', dials.port));
    return [and(isNew, asked, equals('uid', asker.uid), equals('gid', asker.gid), equals('mark', sends?.mark ?? 0))];
  });
}
