/** Where chainwalk and iptables may differ on a line, each limit with exactly what differs. grammars/EXTENSIONS.md has them in words. */
import type { Backend } from '../iptables.ts';
import type { Ours } from './ourAnswer.ts';
import type { Their } from './theirAnswers.ts';

export interface Doubt {
  readonly backend: Backend;
  readonly ours: Ours;
  /** what chainwalk says this backend does */
  readonly mine: Their;
  readonly theirs: Readonly<Record<Backend, Their>>;
}

export interface Limit {
  readonly id: string;
  readonly holds: (doubt: Doubt) => boolean;
}

const other = { nft: 'legacy', legacy: 'nft' } as const;

export const LIMITS: readonly Limit[] = [
  {
    id: 'the backends save this in different words, and it is printed in those of the other one',
    holds: ({ backend, ours: { printedAs, refusedBy }, mine, theirs }) =>
      printedAs === other[backend] &&
      theirs[backend] !== undefined &&
      (theirs[printedAs] === undefined ? refusedBy.has(printedAs) : theirs[printedAs].join('\n') === mine?.join('\n')),
  },
  {
    id: 'a quote that is never closed: iptables takes the rest of the file line into the word, chainwalk refuses it',
    holds: ({ ours, mine, theirs, backend }) =>
      mine === undefined &&
      theirs[backend] !== undefined &&
      ours.diagnostics.some(({ kind, message }) => kind === 'malformed' && message === 'this quote is never closed'),
  },
  {
    id: 'a day of the week for which iptables looks at memory that it has not set: it is kept as written',
    holds: ({ ours }) =>
      ours.diagnostics.some(
        ({ kind, message }) => kind === 'not-modelled' && message.endsWith('iptables looks at memory that it has not set'),
      ),
  },
  {
    id: 'two options in one rule that the backends save in different words, each printed in those of another backend',
    holds: ({ ours, mine, theirs }) =>
      mine !== undefined &&
      theirs.nft !== undefined &&
      theirs.legacy !== undefined &&
      theirs.nft.join('\n') !== theirs.legacy.join('\n') &&
      new Set(ours.diagnostics.flatMap(({ printedAs }) => printedAs ?? [])).size === 2,
  },
  {
    id: 'a name that only the loading machine knows: it is kept as written',
    holds: ({ ours, mine, theirs }) =>
      mine !== undefined &&
      theirs.nft?.join('\n') === theirs.legacy?.join('\n') &&
      ours.diagnostics.some(({ kind, message }) => kind === 'not-modelled' && message.endsWith('is looked up when the rules are loaded')),
  },
];

/** The line asks for something by name that this machine may lack; with what is there in its place, it is compared in full.
 *  Names of options may be cut short. */
export const OBJECTS: readonly { readonly id: string; readonly pattern: RegExp; readonly there: string }[] = [
  { id: 'a control group that is not there', pattern: /--pa\w*[ =]"(?!\/?")(?:[^"\\]|\\.)*"/, there: '--path "/"' },
  { id: 'a pinned BPF program that is not there', pattern: /--ob[\w-]*[ =]"(?:[^"\\]|\\.)*"/, there: '--bytecode "1,6 0 0 1"' },
  { id: 'a conntrack helper that is not there', pattern: /(?<=-j CT .*)--he\w*[ =]"[^"]*"/, there: '--helper ""' },
  { id: 'a timeout policy that is not there', pattern: /(?<=-j CT .*)--ti\w*[ =]"[^"]+"/, there: '--timeout ""' },
  { id: 'an estimator that is not there', pattern: /--rateest[12]?[ =]"[^"]*"/, there: '--rateest1 "e1"' },
  { id: 'an ipset that is not there', pattern: /--(match|add|del|map)(?:-s?e?t?)?[ =]"[^"]*"/, there: '--$1-set "hosts"' },
];

export const NO_MODULE = 'the kernel has no such module: it is read, the saved text is not compared';

/** Extensions whose kernel module may be missing, each with a line that loads where it is there. */
export const PROBES: Readonly<Record<string, { readonly table: string; readonly text: string }>> = {
  'match nfacct': { table: 'filter', text: '-m nfacct --nfacct-name probe' },
  'target CLUSTERIP': {
    table: 'filter',
    text: '-d 10.0.0.1 -j CLUSTERIP --new --hashmode sourceip --clustermac 01:02:03:04:05:06 --total-nodes 2 --local-node 1',
  },
  'target LED': { table: 'filter', text: '-j LED --led-trigger-id probe' },
  'target SECMARK': { table: 'mangle', text: '-j SECMARK --selctx system_u:object_r:http_packet_t:s0' },
  'target ULOG': { table: 'filter', text: '-j ULOG' },
};

/** ipsets of the names that random lines use, of types that both families take; estimators, kept by a table that they do not use. */
export const SETUP: readonly string[] = [
  ...['e1', 'e2'].map(
    (name) => `iptables-legacy -t security -A OUTPUT -j RATEEST --rateest-name ${name} --rateest-interval 250ms --rateest-ewmalog 500ms`,
  ),
  'ipset create hosts list:set',
  'ipset create services bitmap:port range 0-65535',
  'ipset create a-very-long-name-of-31-characte list:set',
];
