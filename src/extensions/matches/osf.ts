/** osf - the operating system that made a SYN, by its looks.
 *  man    iptables-extensions(8), osf
 *  kernel net/netfilter/xt_osf.c xt_osf_match_packet() */
import { unmodelled } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const osf = matchExtension({
  name: 'osf',
  families: [4],
  claim: { modelled: 'not', why: 'fingerprints are loaded apart from the rules' },
  options: {
    '--genre': { value: ['genre'], invertible: true, required: true },
    '--ttl': { value: ['osfLevel'] },
    '--log': { value: ['osfLevel'] },
  },
  hooks: () => ['PREROUTING', 'INPUT', 'FORWARD'],
  protocols: [PROTO.tcp],
  unclear: ['--genre'],
  listing: { options: { '--genre': /OS fingerprint match (! )?(\S+)/ } },
  lower: (given) => conj(given, { '--genre': () => unmodelled('the operating system of the sender') }),
});
