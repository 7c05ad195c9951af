/** The mesh's own questions are not led back to it. source: istio facts P1, P7; incidents B5; facts 12.15 */
import { and, or } from '../../netfilter/matchExpr.ts';
import { chosenSources } from '../../symbolic/sources.ts';
import type { Claim } from '../claim.ts';
import { deliveredUntouched, endsAs } from '../ends.ts';
import { expectFates } from '../expectFates.ts';
import { isCapturedDns, isLoopbackNet, isNew, isOutside, isOwn, ofProxy } from '../scopes.ts';

export const dnsProxyDirect: Claim = {
  id: 'dns-proxy-direct',
  level: 'error',
  statement: "The proxy's own DNS questions go to the server they are for.",
  skip: ({ profile, declared }) => {
    if (profile === undefined || declared.dns === 'off') return profile === undefined ? 'there is no mesh' : 'DNS is not captured';
    const asks = profile.listeners.some(({ role, emits }) => role === 'dns' && emits !== undefined);
    return asks ? undefined : 'the DNS listener of the mesh asks no other server on port 53';
  },
  judge: (scene) => {
    const question = and(isNew, ofProxy(scene), isCapturedDns(scene));
    const also = chosenSources(scene.space, scene.declared.proxyMark?.value ?? 0);
    return expectFates(scene, [
      { dir: 'out', when: and(question, isOutside(scene)), also, ends: endsAs('direct') },
      { dir: 'out', when: and(question, or(isOwn(scene), isLoopbackNet(scene))), also, ends: deliveredUntouched(scene) },
    ]);
  },
};
