/** string - a text somewhere in the packet.
 *  man    iptables-extensions(8), string
 *  kernel net/netfilter/xt_string.c string_mt_check(), string_mt(): the headers are searched as well */
import { and, equals, inSet, type MatchExpr, masked, not, or, present, unmodelled } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import { TCP_FLAGS } from '../../packet/fields.ts';
import { PROTO } from '../../packet/protocol.ts';
import { IP_HEADER } from '../../packet/usual.ts';
import { conj, matchExtension, type RuleComplaint } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';
import { U16 } from '../shapes/number.ts';
import { type Bytes, savePattern } from '../shapes/pattern.ts';

const WHAT = 'a text in the data of a packet';
/** A shorter text, or one that cannot be printed, may be meant for the headers. */
const SHORTEST = 4;

export const string = matchExtension({
  name: 'string',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'a text is not in what has no data; what data says is not known' },
  options: {
    '--string': { value: ['pattern'], invertible: true, excludes: ['--hex-string'] },
    '--hex-string': { value: ['hexPattern'], invertible: true },
    '--algo': { value: ['searchAlgorithm'], required: true },
    '--from': { value: ['u16'] },
    '--to': { value: ['u16'] },
    '--icase': { value: [] },
  },
  check: (given) => {
    const complaints: RuleComplaint[] = [];
    const { '--from': from, '--to': to } = given;
    if (given['--string'] === undefined && given['--hex-string'] === undefined) {
      complaints.push({ kind: 'malformed', message: '`-m string` needs `--string` or `--hex-string`' });
    }
    if ((from?.values[0] ?? 0) > (to?.values[0] ?? U16)) {
      complaints.push({ kind: 'not-loadable', message: '`--from` is greater than `--to`', option: '--from' });
    }
    return complaints;
  },
  unclear: ['--string', '--hex-string'],
  listing: {
    opens: {
      pattern: /STRING match +(! )?"((?:[^"\\]|\\.)*)" ALGO name (\S+)/,
      words: (not = '', text = '', algorithm = '') => [
        ...listedNot(not),
        ...(/^\|[\da-f ]+\|$/.test(text) ? ['--hex-string', text] : ['--string', text.replace(/\\(.)/g, '$1')]),
        ...['--algo', algorithm],
      ],
    },
    options: { '--from': /FROM (\d+)/, '--to': /TO (\d+)/, '--icase': /ICASE/ },
  },
  lower: (given, { family }) =>
    conj(given, { '--string': (text) => foundIn(family, text), '--hex-string': (text) => foundIn(family, text) }),
  save: (given) => {
    const option = given['--string'] ?? given['--hex-string'];
    const [from, to] = [given['--from']?.values[0] ?? 0, given['--to']?.values[0] ?? U16];
    return [
      ...(option?.inverted ? ['!'] : []),
      ...savePattern(option?.values[0] ?? []),
      ...['--algo', given['--algo']?.values[0] ?? ''],
      ...(from === 0 ? [] : ['--from', String(from)]),
      ...(to === U16 ? [] : ['--to', String(to)]),
      ...(given['--icase'] === undefined ? [] : ['--icase']),
    ];
  },
});

function foundIn(family: Family, text: Bytes): MatchExpr {
  const isText = text.length >= SHORTEST && text.every((byte) => byte >= 0x20 && byte < 0x7f);
  return isText ? and(not(isWithoutData(family)), unmodelled(WHAT)) : unmodelled(WHAT);
}

/** By its length: TCP's header has 40 bytes with the options of a SYN, and 32 with those of later packets. */
function isWithoutData(family: Family): MatchExpr {
  const upTo = (bytes: number): MatchExpr => inSet('length', [{ lo: 0, hi: IP_HEADER[family] + bytes }]);
  const { S, P } = TCP_FLAGS;
  const segment = or(and(masked('flags', S, S), upTo(40)), and(masked('flags', 0, P), upTo(32)));
  return and(present('sport'), or(and(equals('proto', PROTO.tcp), segment), and(equals('proto', PROTO.udp), upTo(8))));
}
