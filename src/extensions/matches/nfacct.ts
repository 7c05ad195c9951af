/** nfacct - counts the packet under a name; with a quota true once it is used up.
 *  man    iptables-extensions(8), nfacct
 *  kernel net/netfilter/xt_nfacct.c nfacct_mt(); the name must be there, which only the loading machine knows
 *  fact   iptables-save puts two spaces before the name */
import { matchExtension } from '../contract/extension.ts';

export const nfacct = matchExtension({
  name: 'nfacct',
  families: [4, 6],
  claim: 'chance',
  options: { '--nfacct-name': { value: ['accountName'], required: true } },
  listing: { options: { '--nfacct-name': /nfacct-name +(\S+)/ } },
  lower: (_, { ruleId }) => [{ expr: { kind: 'chance', id: ruleId, remembers: true } }],
  save: (given) => ['--nfacct-name', '', given['--nfacct-name']?.values[0] ?? ''],
});
