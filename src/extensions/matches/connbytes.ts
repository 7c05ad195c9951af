/** connbytes - bytes or packets that a connection has carried.
 *  man    iptables-extensions(8), connbytes
 *  kernel net/netfilter/xt_connbytes.c connbytes_mt(): false without a connection, also when inverted */
import { present } from '../../netfilter/matchExpr.ts';
import { matchExtension } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';

export const connbytes = matchExtension({
  name: 'connbytes',
  families: [4, 6],
  claim: 'chance',
  options: {
    '--connbytes': { value: ['byteRange'], invertible: true, required: true },
    '--connbytes-mode': { value: ['bytesMode'], required: true },
    '--connbytes-dir': { value: ['bytesDir'], required: true },
  },
  needsConntrack: () => true,
  listing: {
    opens: { pattern: /(! )?connbytes (\d\S*)/, words: (not = '', range = '') => [...listedNot(not), '--connbytes', range] },
    options: {
      '--connbytes-mode': /connbytes mode (\S+)/,
      '--connbytes-dir': /connbytes direction (\S+)/,
    },
  },
  lower: (_, { ruleId }) => [{ expr: present('ctdir') }, { expr: { kind: 'chance', id: ruleId, remembers: true } }],
});
