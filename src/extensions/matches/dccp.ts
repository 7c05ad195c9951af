/** dccp - ports, type and options of a DCCP header.
 *  man    iptables-extensions(8), dccp
 *  kernel net/netfilter/xt_dccp.c dccp_mt(): false in later fragments, whatever the inversions */
import { inSet, present, unmodelled } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { conj, matchExtension } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';

const LISTED_TYPES = ['REQUEST', 'RESPONSE', 'DATA', 'ACK', 'DATAACK', 'CLOSEREQ', 'CLOSE', 'RESET', 'SYNC', 'SYNCACK'];

/** Without -n they are names. */
const TYPE_NAMES = [...LISTED_TYPES, 'INVALID'].sort((a, b) => b.length - a.length).join('|');

/** All numbers without a name are invalid. */
function listedType(number: string): string {
  if (!/^\d/.test(number)) return number;
  return LISTED_TYPES[Number(number)] ?? 'INVALID';
}

export const dccp = matchExtension({
  name: 'dccp',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'ports are; packets have no DCCP type or options' },
  options: {
    '--sport': { value: ['decimalPortRange'], invertible: true, aliases: ['--source-port'] },
    '--dport': { value: ['decimalPortRange'], invertible: true, aliases: ['--destination-port'] },
    '--dccp-types': { value: ['dccpTypes'], invertible: true },
    '--dccp-option': { value: ['tcpOption'], invertible: true },
  },
  protocols: [PROTO.dccp],
  unclear: ['--dccp-types', '--dccp-option'],
  listing: {
    opens: /dccp/,
    options: { '--sport': /spts?:(!)?(\S+)/, '--dport': /dpts?:(!)?(\S+)/, '--dccp-option': /option=(!)?(\d+)/ },
    pieces: [
      {
        pattern: new RegExp(`(! ?)?((?:\\d+|${TYPE_NAMES})(?:,(?:\\d+|${TYPE_NAMES}))*)`),
        words: (not = '', types = '') => [...listedNot(not), '--dccp-types', types.split(',').map(listedType).join(',')],
      },
    ],
  },
  lower: (given) => [
    { expr: present('sport') },
    ...conj(given, {
      '--sport': (range) => inSet('sport', [range]),
      '--dport': (range) => inSet('dport', [range]),
      '--dccp-types': () => unmodelled('the type of a DCCP packet'),
      '--dccp-option': (option) => unmodelled(`whether a packet has DCCP option ${option}`),
    }),
  ],
});
