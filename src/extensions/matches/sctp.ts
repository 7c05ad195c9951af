/** sctp - ports and chunks of an SCTP packet.
 *  man    iptables-extensions(8), sctp
 *  kernel net/netfilter/xt_sctp.c sctp_mt(): false in later fragments, whatever the inversions */
import { inSet, present, unmodelled } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { conj, matchExtension } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';
import { chunkNames } from '../shapes/chunks.ts';

export const sctp = matchExtension({
  name: 'sctp',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'ports are; packets have no chunks' },
  options: {
    '--sport': { value: ['sctpPortRange'], invertible: true, aliases: ['--source-port'] },
    '--dport': { value: ['sctpPortRange'], invertible: true, aliases: ['--destination-port'] },
    '--chunk-types': { value: ['chunkScope', 'chunkTypes'], invertible: true },
  },
  protocols: [PROTO.sctp],
  unclear: ['--chunk-types'],
  listing: {
    opens: /sctp/,
    options: { '--sport': /spts?:(!)?(\S+)/, '--dport': /dpts?:(!)?(\S+)/ },
    pieces: [
      {
        pattern: /(! ?)?(all|any|only) (\S+)/,
        words: (not = '', scope = '', chunks = '') => [...listedNot(not), '--chunk-types', scope, chunkNames(chunks)],
      },
    ],
  },
  lower: (given) => [
    { expr: present('sport') },
    ...conj(given, {
      '--sport': (range) => inSet('sport', [range]),
      '--dport': (range) => inSet('dport', [range]),
      '--chunk-types': () => unmodelled('the chunks of an SCTP packet'),
    }),
  ],
});
