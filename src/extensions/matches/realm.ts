/** realm - the realm of the packet's route.
 *  man    iptables-extensions(8), realm
 *  kernel net/netfilter/xt_realm.c realm_mt(): 0 of routes that name none
 *  fact   a host description with realms in its routes is refused, so that every realm here is 0 */
import { ALWAYS, NEVER } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const realm = matchExtension({
  name: 'realm',
  families: [4],
  options: { '--realm': { value: ['routeRealm'], invertible: true, required: true } },
  hooks: () => ['INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  listing: { options: { '--realm': /(! )?realm (\S+)/ } },
  lower: (given) => conj(given, { '--realm': ({ value }) => (value === 0 ? ALWAYS : NEVER) }),
});
