/** srh - the segment routing header of IPv6.
 *  man    iptables-extensions(8), srh
 *  kernel net/ipv6/netfilter/ip6t_srh.c srh1_mt6(): false of packets without the header
 *  fact   what is compared with one number shares one slot: of its `-eq`, `-gt` and `-lt` the last value counts for all
 *  fact   iptables-save puts `--srh-tag` before the segments, and writes their masks always */
import { type GivenOption, type GivenOptions, matchExtension, saveOption } from '../contract/extension.ts';
import { inHeader, NEXT_HEADER } from '../contract/headerExpr.ts';

const BYTE = { value: ['u8'], invertible: true } as const;

const OPTIONS = {
  '--srh-next-hdr': BYTE,
  '--srh-hdr-len-eq': BYTE,
  '--srh-hdr-len-gt': BYTE,
  '--srh-hdr-len-lt': BYTE,
  '--srh-segs-left-eq': BYTE,
  '--srh-segs-left-gt': BYTE,
  '--srh-segs-left-lt': BYTE,
  '--srh-last-entry-eq': BYTE,
  '--srh-last-entry-gt': BYTE,
  '--srh-last-entry-lt': BYTE,
  '--srh-tag': { value: ['u16'], invertible: true },
  '--srh-psid': { value: ['segment'], invertible: true },
  '--srh-nsid': { value: ['segment'], invertible: true },
  '--srh-lsid': { value: ['segment'], invertible: true },
} as const;

/** `iptables -L` prints `tag:!7`, and `psid ! a::/64` */
const LISTED = Object.fromEntries(
  Object.keys(OPTIONS).map((name) => [
    name,
    new RegExp(`${name.replace('--srh-', '')}${name.endsWith('sid') ? ' +(! )?' : ':(!)?'}(\\S+)`),
  ]),
);

/** The option with the value of its slot. */
function inSlot(option: GivenOption, given: GivenOptions): GivenOption {
  const [, slot] = /^(--srh-.*)-(?:eq|gt|lt)$/.exec(option.name) ?? [];
  if (slot === undefined) return option;
  const sharing = ['eq', 'gt', 'lt'].flatMap((test) => given[`${slot}-${test}`] ?? []);
  const last = sharing.reduce((latest, one) => (one.span.start > latest.span.start ? one : latest), option);
  return { ...option, values: last.values };
}

export const srh = matchExtension({
  name: 'srh',
  families: [6],
  claim: { modelled: 'partly', why: 'packets without extension headers are' },
  options: OPTIONS,
  listing: { opens: /srh/, options: LISTED },
  lower: () => [{ expr: inHeader(NEXT_HEADER.route, 'the segment routing header of a packet') }],
  save: (given, context) =>
    Object.entries(OPTIONS).flatMap(([name, spec]) => {
      const option = (given as GivenOptions)[name];
      return option === undefined ? [] : saveOption(inSlot(option, given as GivenOptions), spec, context);
    }),
});
