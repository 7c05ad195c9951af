/** The iptables form of packets and packet sets: `-p tcp -d 10.0.0.9 --dport 443`. man iptables, iptables-extensions */
import { matchPacketText } from '../grammar/packetGrammar.ts';
import type { ProblemSink } from '../text/problems.ts';
import type { Span } from '../text/source.ts';
import type { KeyName } from './packetKeys.ts';

/** One option as given; `value` is its argument. */
export interface PacketOption extends Span {
  readonly flag: string;
  readonly meaning: Meaning;
  readonly negated: boolean;
  readonly value: string;
  readonly valueSpan: Span;
}

type Meaning =
  | { readonly kind: 'key'; readonly key: KeyName }
  /** a flag without an argument that stands for a value of a key */
  | { readonly kind: 'flag'; readonly key: KeyName; readonly value: string }
  | { readonly kind: 'syn' | 'fragment' }
  /** two arguments: flags looked at, flags set */
  | { readonly kind: 'tcpFlags' }
  /** names the match that the next options are from */
  | { readonly kind: 'module' };

const keyed = (key: KeyName): Meaning => ({ kind: 'key', key });

const OPTIONS: Readonly<Record<string, Meaning>> = {
  '-p': keyed('proto'),
  '--protocol': keyed('proto'),
  '--proto': keyed('proto'),
  '-s': keyed('src'),
  '--source': keyed('src'),
  '--src': keyed('src'),
  '--src-range': keyed('src'),
  '-d': keyed('dst'),
  '--destination': keyed('dst'),
  '--dst': keyed('dst'),
  '--dst-range': keyed('dst'),
  '--sport': keyed('sport'),
  '--source-port': keyed('sport'),
  '--sports': keyed('sport'),
  '--source-ports': keyed('sport'),
  '--dport': keyed('dport'),
  '--destination-port': keyed('dport'),
  '--dports': keyed('dport'),
  '--destination-ports': keyed('dport'),
  '-i': keyed('iif'),
  '--in-interface': keyed('iif'),
  '-o': keyed('oif'),
  '--out-interface': keyed('oif'),
  '--uid-owner': keyed('uid'),
  '--gid-owner': keyed('gid'),
  '--socket-exists': { kind: 'flag', key: 'socket', value: 'yes' },
  '--mark': keyed('mark'),
  '--ctstate': keyed('ctstate'),
  '--state': keyed('ctstate'),
  '--ctdir': keyed('dir'),
  '--icmp-type': keyed('icmp'),
  '--icmpv6-type': keyed('icmp'),
  '--ttl-eq': keyed('ttl'),
  '--ttl': keyed('ttl'),
  '--hl-eq': keyed('ttl'),
  '--tos': keyed('tos'),
  '--length': keyed('len'),
  '--mac-source': keyed('mac'),
  '--tcp-flags': { kind: 'tcpFlags' },
  '--syn': { kind: 'syn' },
  '-f': { kind: 'fragment' },
  '--fragment': { kind: 'fragment' },
  '-m': { kind: 'module' },
  '--match': { kind: 'module' },
};

/** The options of `text`; what cannot be read is reported. */
export function packetOptions(text: string, report: ProblemSink): readonly PacketOption[] {
  const match = matchPacketText('options', text);
  if (!match.ok) {
    report({ kind: 'malformed', code: 'bad-packet', message: 'cannot read these options', span: { start: match.at, end: text.length } });
    return [];
  }
  const words = match.captures.filter(({ rule }) => rule === 'word' || rule === 'negation');
  const options: PacketOption[] = [];
  let negation: Span | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as (typeof words)[number];
    if (word.rule === 'negation') {
      negation = word;
      continue;
    }
    const { flag, glued } = splitOption(word.text);
    const meaning = OPTIONS[flag];
    if (meaning === undefined) {
      const message = word.text.startsWith('-') ? `option \`${flag}\` says nothing about a packet` : `bad argument \`${word.text}\``;
      report({ kind: 'malformed', code: 'bad-packet', message, span: word, help: `options are ${Object.keys(OPTIONS).join(' ')}` });
      negation = undefined;
      continue;
    }
    const wanted = meaning.kind === 'tcpFlags' ? 2 : meaning.kind === 'key' || meaning.kind === 'module' ? 1 : 0;
    const given = glued === undefined ? words.slice(at + 1, at + 1 + wanted) : [{ ...word, text: glued, start: word.end - glued.length }];
    if (glued === undefined) at += wanted;
    const last = given.at(-1) ?? word;
    if (given.length < wanted) report({ kind: 'malformed', code: 'bad-packet', message: `option \`${flag}\` needs a value`, span: word });
    else {
      const value = given.map((part) => part.text).join(' ');
      const valueSpan = { start: given[0]?.start ?? word.start, end: last.end };
      options.push({
        flag,
        meaning,
        negated: negation !== undefined,
        value,
        valueSpan,
        start: negation?.start ?? word.start,
        end: last.end,
      });
    }
    negation = undefined;
  }
  return options;
}

/** `--dport=80` and `-ptcp` carry their value. */
function splitOption(text: string): { readonly flag: string; readonly glued?: string } {
  // `--dport` whose dashes a chat program has made one
  if (/^-[a-z]{2}/.test(text) && Object.hasOwn(OPTIONS, `-${text.split('=', 1)[0]}`)) return splitOption(`-${text}`);
  const equals = text.startsWith('--') ? text.indexOf('=') : -1;
  if (equals > 0) return { flag: text.slice(0, equals), glued: text.slice(equals + 1) };
  return /^-[a-z]./.test(text) ? { flag: text.slice(0, 2), glued: text.slice(2) } : { flag: text };
}
