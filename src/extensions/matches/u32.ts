/** u32 - tests on 32-bit numbers anywhere in the packet.
 *  man    iptables-extensions(8), u32
 *  kernel net/netfilter/xt_u32.c u32_match_it() */
import { unmodelled } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const u32 = matchExtension({
  name: 'u32',
  families: [4, 6],
  claim: { modelled: 'not', why: 'packets are fields, not bytes' },
  options: { '--u32': { value: ['u32Tests'], invertible: true, required: true } },
  unclear: ['--u32'],
  listing: { options: { '--u32': /u32 (! ?)?"([^"]*)"/ } },
  lower: (given) => conj(given, { '--u32': () => unmodelled('tests on the bytes of a packet') }),
});
