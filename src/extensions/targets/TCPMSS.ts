/** TCPMSS - rewrites the segment size that a SYN offers.
 *  man    iptables-extensions(8), TCPMSS
 *  kernel net/netfilter/xt_TCPMSS.c tcpmss_mangle_packet(): an option of TCP, which only -m tcpmss reads
 *         tcpmss_tg4_check(): iptables-legacy loads it only with a match on SYN
 *  fact   with both options given, the last one holds; a SYN that offers no size and carries no data grows by four bytes */

import { TCP_FLAGS } from '../../packet/fields.ts';
import { PROTO } from '../../packet/protocol.ts';
import { type GivenOption, type GivenValues, type RuleComplaint, type RuleContext, targetExtension } from '../contract/extension.ts';

/** What a packet can carry beside the IP header. */
const MAX_MSS = { 4: 65515, 6: 65495 } as const;

const OPTIONS = { '--set-mss': { value: ['u16'] }, '--clamp-mss-to-pmtu': { value: [] } } as const;

/** The size to set; undefined: that of the route. */
function setSize({ '--set-mss': set, '--clamp-mss-to-pmtu': clamp }: GivenValues<typeof OPTIONS>): number | undefined {
  return clamp !== undefined && set !== undefined && set.span.start < clamp.span.start ? undefined : set?.values[0];
}

function sizeComplaints(given: GivenValues<typeof OPTIONS>, { family }: RuleContext): readonly RuleComplaint[] {
  const mss = given['--set-mss'];
  if (mss === undefined) {
    return given['--clamp-mss-to-pmtu'] === undefined
      ? [{ kind: 'malformed', message: '`-j TCPMSS` needs `--set-mss` or `--clamp-mss-to-pmtu`' }]
      : [];
  }
  return mss.values[0] <= MAX_MSS[family]
    ? []
    : [{ kind: 'malformed', message: `expected a segment size from 0 to ${MAX_MSS[family]}`, option: '--set-mss' }];
}

function synWarning({ matches = [] }: RuleContext): readonly RuleComplaint[] {
  const asksForSyn = matches.some(({ name, given }) => name === 'tcp' && (asksSyn(given['--tcp-flags']) || isPlain(given['--syn'])));
  if (asksForSyn) return [];
  const message = 'iptables-legacy loads `-j TCPMSS` only beside `--syn` or `--tcp-flags` with SYN';
  return [{ kind: 'warning', message, refusedBy: 'legacy' }];
}

function isPlain(option: GivenOption | undefined): boolean {
  return option !== undefined && !option.inverted;
}

function asksSyn(option: GivenOption | undefined): boolean {
  const wanted = option?.values[1];
  return isPlain(option) && typeof wanted === 'number' && (wanted & TCP_FLAGS.S) !== 0;
}

export const TCPMSS = targetExtension({
  name: 'TCPMSS',
  claim: { modelled: 'partly', why: 'the four bytes that a SYN without the option gets' },
  families: [4, 6],
  options: OPTIONS,
  protocols: [PROTO.tcp],
  hooks: (given) => (setSize(given) !== undefined ? undefined : ['FORWARD', 'OUTPUT', 'POSTROUTING']),
  check: (given, context) => [...sizeComplaints(given, context), ...synWarning(context)],
  listing: { opens: /TCPMSS/, options: { '--set-mss': /set (\d+)/, '--clamp-mss-to-pmtu': /clamp to PMTU/ } },
  lower: () => ({ kind: 'continue' }),
  save: (given) => {
    const size = setSize(given);
    return size === undefined ? ['--clamp-mss-to-pmtu'] : ['--set-mss', String(size)];
  },
});
