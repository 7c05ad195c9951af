/** ah - the index of an IPsec authentication header; in IPv6 also its length.
 *  man    iptables-extensions(8), ah
 *  kernel net/ipv4/netfilter/ipt_ah.c ah_mt() needs `-p ah`; net/ipv6/netfilter/ip6t_ah.c ah_mt6() looks for the header itself */
import { inSet } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { conj, matchExtension, type RuleComplaint } from '../contract/extension.ts';
import { inHeader } from '../contract/headerExpr.ts';
import { saveIndices, WHOLE_HEADER } from '../contract/securityIndex.ts';
import { spiRange } from '../shapes/range.ts';

const WHAT = 'the fields of an authentication header';

export const ah = matchExtension({
  name: 'ah',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'in IPv6, packets without the header are' },
  options: {
    '--ahspi': { value: ['spiRange'], invertible: true },
    '--ahlen': { value: ['u32'], invertible: true },
    '--ahres': { value: [] },
  },
  check: (given, { family, proto }) => {
    if (family === 6) return [];
    const complaints: RuleComplaint[] = [given['--ahlen'], given['--ahres']].flatMap((option) =>
      option === undefined ? [] : [{ kind: 'malformed', message: `\`${option.name}\` is for IPv6 only`, option: option.name }],
    );
    if (proto?.value !== PROTO.ah || proto.inverted) {
      complaints.push({ kind: 'not-loadable', message: '`-m ah` needs `-p ah` in the same rule' });
    }
    return complaints;
  },
  unclear: ['--ahspi', '--ahlen', '--ahres'],
  listing: {
    opens: /ah/,
    options: { '--ahspi': /spis?:(!)?(\d+(?::\d+)?)/, '--ahlen': /length:(!)?(\d+)/, '--ahres': /reserved/ },
  },
  lower: (given, { family }) => {
    if (family === 4) return [{ expr: WHOLE_HEADER }, ...conj(given, { '--ahspi': ({ lo, hi }) => inSet('spi', [{ lo, hi }]) })];
    return [{ expr: inHeader(PROTO.ah, WHAT) }];
  },
  save: (given, context) => {
    const { '--ahlen': length, '--ahres': reserved } = given;
    const words = [...saveIndices(given['--ahspi'], (range) => spiRange.print(range, context))];
    if (length !== undefined && (length.values[0] !== 0 || length.inverted)) {
      words.push(...(length.inverted ? ['!'] : []), '--ahlen', String(length.values[0]));
    }
    return reserved === undefined ? words : [...words, '--ahres'];
  },
});
