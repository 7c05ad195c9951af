/** tcp - ports, flags and options of a TCP header.
 *  man    iptables-extensions(8), tcp
 *  kernel net/netfilter/xt_tcpudp.c tcp_mt(): false in later fragments, whatever the inversions
 *  fact   a fragment at offset 1 is dropped by the match itself; no sender makes one, and it is left out here */
import { ALWAYS, masked, unmodelled } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { SYN } from '../../packet/syn.ts';
import { conj, type GivenOption, type GivenValues, matchExtension, type RuleComplaint } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';
import { asksPorts, checkTransport, savePorts, transportConjuncts } from '../contract/transport.ts';
import { tcpFlags } from '../shapes/special.ts';

/** `--syn` matches SYN out of these. */
const SYN_FLAGS = 'FIN,SYN,RST,ACK';

const OPTIONS = {
  '--sport': { value: ['portRange'], invertible: true, aliases: ['--source-port'] },
  '--dport': { value: ['portRange'], invertible: true, aliases: ['--destination-port'] },
  '--tcp-option': { value: ['tcpOption'], invertible: true },
  '--tcp-flags': { value: ['tcpFlags', 'tcpFlags'], invertible: true },
  '--syn': { value: [], invertible: true, excludes: ['--tcp-flags'] },
} as const;

type Flags = GivenValues<typeof OPTIONS>['--tcp-flags'];

/** Flags out of none: what iptables-legacy asks, and never finds, it does not save. */
function asksNothing(flags: Flags): boolean {
  return flags?.values[0] === 0 && (flags.values[1] !== 0 || flags.inverted);
}

function isTranslated(given: GivenValues<typeof OPTIONS>): boolean {
  const { '--tcp-flags': flags, '--syn': syn, '--tcp-option': option } = given;
  if (option !== undefined) return false;
  return asksPorts(given) || syn !== undefined || asksNothing(flags) || (flags?.values[0] ?? 0) !== 0;
}

function flagsWarning(given: GivenValues<typeof OPTIONS>): readonly RuleComplaint[] {
  if (!asksNothing(given['--tcp-flags']) || !isTranslated(given)) return [];
  const message = 'no packet has flags out of none: iptables-nft leaves the option out, iptables-legacy does not save it';
  return [{ kind: 'warning', message, printedAs: 'legacy', option: '--tcp-flags' }];
}

/** `iptables -L -n` prints the bits, without -n their names. */
function listedFlags(text: string): string {
  if (!text.startsWith('0x')) return text;
  const bits = Number.parseInt(text, 16);
  const names = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'].filter((_, bit) => ((bits >> bit) & 1) === 1);
  return names.length === 0 ? 'NONE' : names.join(',');
}

export const tcp = matchExtension({
  name: 'tcp',
  families: [4, 6],
  options: OPTIONS,
  check: (given, context) => [
    ...checkTransport({ name: 'tcp', proto: PROTO.tcp, translated: isTranslated(given) }, given, context),
    ...flagsWarning(given),
  ],
  unclear: ['--tcp-option'],
  listing: {
    opens: /tcp/,
    options: { '--sport': /spts?:(!)?(\S+)/, '--dport': /dpts?:(!)?(\S+)/, '--tcp-option': /option=(!)?(\d+)/ },
    pieces: [
      {
        pattern: /flags:(!)?([\w,]+)\/([\w,]+)/,
        words: (not = '', mask = '', set = '') => [...listedNot(not), '--tcp-flags', listedFlags(mask), listedFlags(set)],
      },
    ],
  },
  lower: (given, context) => [
    ...transportConjuncts(given, context),
    ...conj(given, {
      '--tcp-option': (option) => unmodelled(`whether a packet has TCP option ${option}`),
      '--tcp-flags': (mask, set) => (mask === 0 && set === 0 ? ALWAYS : masked('flags', set, mask)),
      '--syn': () => masked('flags', SYN.value, SYN.mask),
    }),
  ],
  save: (given, context) => {
    const option = given['--tcp-option'];
    const flags = given['--tcp-flags'];
    const words = [...savePorts(given, context)];
    if (option !== undefined) words.push(...bang(option), '--tcp-option', String(option.values[0]));
    if (flags !== undefined && (flags.inverted || flags.values[0] !== 0)) {
      words.push(...bang(flags), '--tcp-flags', ...flags.values.map((value) => tcpFlags.print(value, context)));
    }
    if (given['--syn'] !== undefined) words.push(...bang(given['--syn']), '--tcp-flags', SYN_FLAGS, 'SYN');
    return words;
  },
});

function bang(option: GivenOption<readonly unknown[]>): readonly string[] {
  return option.inverted ? ['!'] : [];
}
