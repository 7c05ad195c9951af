/** frag - the fragment header of IPv6.
 *  man    iptables-extensions(8), frag
 *  kernel net/ipv6/netfilter/ip6t_frag.c frag_mt6(): false of packets without the header */
import { ALWAYS, inSet, NEVER, unmodelled } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension, saveOption } from '../contract/extension.ts';
import { namesAllIndices, saveIndices } from '../contract/securityIndex.ts';
import { spiRange } from '../shapes/range.ts';

const WHAT = 'the fields of a fragment header';

export const frag = matchExtension({
  name: 'frag',
  families: [6],
  claim: { modelled: 'partly', why: 'of a fragment only its offset is known' },
  options: {
    '--fragid': { value: ['spiRange'], invertible: true },
    '--fraglen': { value: ['u32'], invertible: true },
    '--fragres': { value: [] },
    '--fragfirst': { value: [] },
    '--fragmore': { value: [], excludes: ['--fraglast'] },
    '--fraglast': { value: [] },
  },
  listing: {
    opens: /frag/,
    options: {
      '--fragid': /ids?:(!)?(\S+)/,
      '--fraglen': /length:(!)?(\d+)/,
      '--fragres': /reserved/,
      '--fragfirst': /first/,
      '--fragmore': /more/,
      '--fraglast': /last/,
    },
  },
  lower: (given) => [
    { expr: inSet('fragOffset', [{ lo: 1, hi: 0x1fff }]) },
    ...conj(given, {
      '--fragid': () => (given['--fragid'] !== undefined && namesAllIndices(given['--fragid']) ? ALWAYS : unmodelled(WHAT)),
      '--fraglen': () => unmodelled(WHAT),
      '--fragres': () => unmodelled(WHAT),
      '--fragfirst': () => NEVER,
      '--fragmore': () => unmodelled(WHAT),
      '--fraglast': () => unmodelled(WHAT),
    }),
  ],
  save: (given, context) => [
    ...saveIndices(given['--fragid'], (range) => spiRange.print(range, context)),
    ...(given['--fraglen'] === undefined ? [] : saveOption(given['--fraglen'], { value: ['u32'] }, context)),
    ...(['--fragres', '--fragfirst', '--fragmore', '--fraglast'] as const).filter((name) => given[name] !== undefined),
  ],
});
