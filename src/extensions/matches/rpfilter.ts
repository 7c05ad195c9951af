/** rpfilter - whether an answer would leave by the interface that the packet came by.
 *  man    iptables-extensions(8), rpfilter
 *  kernel net/ipv4/netfilter/ipt_rpfilter.c rpfilter_mt(), net/ipv6/netfilter/ip6t_rpfilter.c */
import { inSet, not } from '../../netfilter/matchExpr.ts';
import { WAYS_BACK, type WayBack } from '../../packet/fields.ts';
import { matchExtension } from '../contract/extension.ts';

export const rpfilter = matchExtension({
  name: 'rpfilter',
  families: [4, 6],
  options: {
    '--loose': { value: [] },
    '--validmark': { value: [] },
    '--accept-local': { value: [] },
    '--invert': { value: [] },
  },
  tables: ['raw', 'mangle'],
  hooks: () => ['PREROUTING'],
  listing: {
    opens: /rpfilter/,
    options: { '--loose': /loose/, '--validmark': /validmark/, '--accept-local': /accept-local/, '--invert': /invert/ },
  },
  lower: (given) => {
    const loose = given['--loose'] !== undefined;
    const ways: readonly WayBack[] = [
      ...(['exempt', 'here'] as const),
      ...(loose ? (['elsewhere'] as const) : []),
      ...(given['--accept-local'] === undefined ? [] : loose ? (['local-here', 'local-elsewhere'] as const) : (['local-here'] as const)),
    ];
    // IPv6 looks from the interface unless it is loose, which rules of routing may ask for
    const [field, marked] = loose ? (['wayBack', 'wayBackMarked'] as const) : (['wayBackBound', 'wayBackBoundMarked'] as const);
    const passes = inSet(
      given['--validmark'] === undefined ? field : marked,
      ways.map((way) => ({ lo: WAYS_BACK.indexOf(way), hi: WAYS_BACK.indexOf(way) })),
    );
    return [{ expr: given['--invert'] === undefined ? passes : not(passes) }];
  },
});
