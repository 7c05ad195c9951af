/** rt - the routing header of IPv6.
 *  man    iptables-extensions(8), rt
 *  kernel net/ipv6/netfilter/ip6t_rt.c rt_mt6(): false of packets without the header
 *  fact   what is asked of type 0 must stand after `--rt-type 0` */
import { matchExtension, type RuleComplaint, saveOption } from '../contract/extension.ts';
import { inHeader, NEXT_HEADER } from '../contract/headerExpr.ts';
import { saveIndices } from '../contract/securityIndex.ts';
import { spiRange } from '../shapes/range.ts';

const OPTIONS = {
  '--rt-type': { value: ['u32'], invertible: true },
  '--rt-segsleft': { value: ['spiRange'], invertible: true },
  '--rt-len': { value: ['u32'], invertible: true },
  '--rt-0-res': { value: [] },
  '--rt-0-addrs': { value: ['routeAddresses'] },
  '--rt-0-not-strict': { value: [] },
} as const;

export const rt = matchExtension({
  name: 'rt',
  families: [6],
  claim: { modelled: 'partly', why: 'packets without extension headers are' },
  options: OPTIONS,
  check: (given) => {
    const { '--rt-type': type, '--rt-0-addrs': addresses } = given;
    const complaints: RuleComplaint[] = [];
    for (const option of [given['--rt-0-res'], addresses, given['--rt-0-not-strict']]) {
      if (option === undefined) continue;
      const isZero = type?.values[0] === 0 && !type.inverted && type.span.start < option.span.start;
      if (!isZero)
        complaints.push({ kind: 'malformed', message: `\`${option.name}\` needs \`--rt-type 0\` before it`, option: option.name });
    }
    const loose = given['--rt-0-not-strict'];
    if (loose !== undefined && (addresses === undefined || addresses.span.start > loose.span.start)) {
      complaints.push({ kind: 'malformed', message: '`--rt-0-not-strict` needs `--rt-0-addrs` before it', option: loose.name });
    }
    return complaints;
  },
  listing: {
    opens: /rt/,
    options: {
      '--rt-type': /type:(!)?(\d+)/,
      '--rt-segsleft': /segslefts?:(!)?(\S+)/,
      '--rt-len': /length:(!)?(\d+)/,
      '--rt-0-res': /reserved/,
      '--rt-0-addrs': /0-addrs (\S+)/,
      '--rt-0-not-strict': /0-not-strict/,
    },
    // the number is printed with a sign
    pieces: [{ pattern: /type:-1/, words: () => ['--rt-type', '4294967295'] }],
  },
  lower: () => [{ expr: inHeader(NEXT_HEADER.route, 'the routing header of a packet') }],
  save: (given, context) => {
    const words = ['--rt-type', '--rt-len'] as const;
    const [type, length] = words.map((name) => (given[name] === undefined ? [] : saveOption(given[name], OPTIONS[name], context)));
    const { '--rt-0-addrs': addresses } = given;
    return [
      ...(type ?? []),
      ...saveIndices(given['--rt-segsleft'], (range) => spiRange.print(range, context)),
      ...(length ?? []),
      ...(given['--rt-0-res'] === undefined ? [] : ['--rt-0-res']),
      ...(addresses === undefined ? [] : saveOption(addresses, OPTIONS['--rt-0-addrs'], context)),
      ...(given['--rt-0-not-strict'] === undefined ? [] : ['--rt-0-not-strict']),
    ];
  },
});
