/** Whole texts as tools and people write them: several tables in braces or in commands, sets and maps with times and comments, objects, words of a
 *  text (`define`, comments, lines that go on); a third of them broken. */
import { type Random, randomFrom } from '../../generate/random.ts';
import { type Drawn, drawContainer, drawObject } from './containers.ts';
import { layOut } from './layout.ts';
import type { NftText } from './nftTexts.ts';

const NAMES = ['filter', 'nat', 't', 'kube-proxy', 'fw4', 'a/b', 'x.y', 'T1', '_t', 'raw', 'table1', 'input', 'f2b-table'];
const KEYWORDS = ['ip', 'map', 'accept', 'on', 'log', 'mark', 'reject', 'first', 'last', 'set', 'all'];
const CHAINS = ['c1', 'input', 'services', 'svc-ABC/ns/tcp/p80', 'a.b', 'INPUT', 'output', 'to_log', 'first', 'KUBE-SVC', 'nat_PRE_public'];
const BASES = [
  'type filter hook input priority 0',
  'type filter hook input priority filter',
  'type filter hook forward priority mangle + 10',
  'type filter hook output priority -150',
  'type filter hook prerouting priority raw',
  'type filter hook prerouting priority filter - 1',
  'type filter hook postrouting priority security',
  'type nat hook prerouting priority dstnat',
  'type nat hook postrouting priority srcnat',
  'type nat hook output priority -100',
  'type route hook output priority mangle',
];
const POLICIES = ['', '', ' policy accept;', ' policy drop;', '\npolicy drop;', ' comment "a base";'];
const RULES = [
  'accept',
  'drop',
  'counter',
  'ct state established,related accept',
  'ct state vmap { established : accept, related : accept, invalid : drop }',
  'iifname "lo" accept',
  'iif lo accept',
  'iifname "eth0" tcp dport { 22, 80 } ct state new counter accept comment "web"',
  'meta l4proto { tcp, udp } th dport 53 accept',
  'tcp flags & (fin | syn | rst | ack) == syn limit rate 25/second burst 50 packets return',
  'meta mark & 0x2000 == 0x2000 return',
  'mark set mark or 0x4000',
  'meta mark set meta mark | 0x2000',
  'fib daddr type local accept',
  'log prefix "dropped: " level info',
  'limit rate 5/minute log prefix "[x] "',
  'th dport 53 counter packets 12 bytes 1000 drop',
  'numgen random mod 3 vmap { 0 : accept, 1 : drop, 2 : return }',
  'jump {\naccept\ncounter drop\n}',
];

/** Which packets are there to be asked, or answered. */
const OF_FAMILY: Readonly<Record<string, readonly string[]>> = {
  inet: ['reject with icmpx type admin-prohibited', 'reject'],
  ip: ['reject with icmp type admin-prohibited', 'reject'],
  ip6: ['reject with icmpv6 type admin-prohibited', 'reject'],
  '': ['reject with icmp host-prohibited'],
};

export function randomWholeTexts(count: number, seed: number): readonly NftText[] {
  const source = randomFrom(seed);
  return Array.from({ length: count }, () => drawWholeText(source.fork()));
}

export function drawWholeText(random: Random): NftText {
  const tables = Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => drawTable(random));
  const text = layOut(random, `${drawHead(random)}${tables.join('\n')}\n`);
  return random.chance(0.67) ? { text, rule: '' } : { text: damaged(random, text), rule: '', broken: 'whole text' };
}

function drawHead(random: Random): string {
  return random.pick([
    '',
    '',
    '',
    'flush ruleset\n',
    '#!/usr/sbin/nft -f\n\nflush ruleset\n',
    '# a comment\n',
    'define wan = eth0\ndefine ports = { 22, 80 }\n',
    'define ports = 22-25\n',
  ]);
}

interface Chain {
  readonly name: string;
  readonly base: string;
  readonly rules: readonly string[];
}

function drawTable(random: Random): string {
  const family = random.weighted<string>([
    [6, 'ip'],
    [4, 'ip6'],
    [9, 'inet'],
    [1, 'bridge'],
    [1, 'arp'],
    [2, ''],
  ]);
  const name = random.pick(random.chance(0.02) ? KEYWORDS : NAMES);
  const containers = uniqueBy(Array.from({ length: random.below(4) }, () => drawContainer(random, family === 'ip6' ? 6 : 4)));
  const objects = uniqueBy(Array.from({ length: random.pick([0, 0, 0, 1, 2]) }, () => drawObject(random)));
  const names = uniqueNames(random, random.chance(0.02) ? KEYWORDS : CHAINS, 1 + random.below(3));
  const uses = [...containers, ...objects].flatMap(({ uses: of }) => of);
  const chains = names.map((one, at) => drawChain(random, { family, name: one, others: names.slice(at + 1), uses }));
  const parts = { family, name, items: [...objects, ...containers], chains };
  return random.chance(0.5) ? inBraces(random, parts) : inCommands(random, parts);
}

function drawChain(
  random: Random,
  {
    family,
    name,
    others,
    uses,
  }: { readonly family: string; readonly name: string; readonly others: readonly string[]; readonly uses: readonly string[] },
): Chain {
  const bases = OF_FAMILY[family] === undefined ? BASES.slice(0, 1) : BASES;
  const base = isBase(random, name) ? withPolicy(random, random.pick(bases)) : random.chance(0.1) ? 'comment "a chain"' : '';
  const jumps = others
    .filter((other) => !BASE_NAMES.has(other) || random.chance(0.01))
    .flatMap((other) => [`jump ${other}`, `counter goto ${other}`, `tcp dport vmap { 80 : jump ${other}, 81 : accept }`]);
  const all = [...RULES, ...(OF_FAMILY[family] ?? []), ...jumps, ...jumps, ...uses, ...uses, ...uses];
  const pool = random.chance(0.05) ? all : all.filter((rule) => loadsAt(base, rule));
  return { name, base, rules: Array.from({ length: random.below(5) }, () => random.pick(pool)) };
}

/** Chains of nat do not drop. */
function withPolicy(random: Random, base: string): string {
  const policy = random.pick(POLICIES);
  return base.includes('nat') && policy.includes('drop') && random.chance(0.97) ? `${base};` : `${base};${policy}`;
}

/** Of what some hooks alone have. */
function loadsAt(base: string, rule: string): boolean {
  if (/dnat|redirect/.test(rule)) return /nat hook (?:prerouting|output)/.test(base);
  if (rule.includes('synproxy')) return /filter hook (?:input|forward)/.test(base);
  return !rule.includes('reject') || /hook (?:input|forward|output)/.test(base);
}

const BASE_NAMES = new Set(['input', 'INPUT', 'output', 'first', 'on']);

function isBase({ chance }: Random, name: string): boolean {
  return BASE_NAMES.has(name) ? chance(0.95) : chance(0.01);
}

interface TableParts {
  readonly family: string;
  readonly name: string;
  readonly items: readonly Drawn[];
  readonly chains: readonly Chain[];
}

function inBraces(random: Random, { family, name, items, chains }: TableParts): string {
  const head = random.pick([
    '',
    '',
    '',
    '',
    '',
    '',
    'comment "of a tool"\n',
    'comment "of a tool"\n',
    'flags dormant\n',
    'flags dormant;\ncomment "x"\n',
  ]);
  const blocks = [
    ...items.map(({ kind, name: of, lines }) => `${kind} ${of} {\n${lines.join('\n')}\n}`),
    ...chains.map(({ name: of, base, rules }) => `chain ${of} {\n${[base, ...rules].filter((line) => line !== '').join('\n')}\n}`),
  ];
  const ordered = random.chance(0.3) ? blocks.toReversed() : blocks;
  const before = random.pick([
    '',
    '',
    `add table ${family} ${name}\nflush table ${family} ${name}\n`,
    `table ${family} ${name} { }\ndelete table ${family} ${name}\n`,
  ]);
  return `${before}table ${family} ${name} {\n${head}${ordered.join('\n')}\n}`;
}

function inCommands(random: Random, { family, name, items, chains }: TableParts): string {
  const of = `${family} ${name}`;
  const add = random.pick(['add ', 'add ', 'create ', '']);
  const lines = [`${add}table ${of}${random.pick(['', '', ' { comment "x"; }'])}`];
  for (const { kind, name: item, lines: says } of items) {
    const elements = says.find((line) => line.startsWith('elements = '));
    const apart = elements !== undefined && random.chance(0.6);
    const head = apart ? says.filter((line) => line !== elements) : says;
    // they have no braces behind `create`
    const made = MADE_BARE.has(kind) && add === 'create ' && !random.chance(0.05) ? 'add ' : add;
    lines.push(`${made}${kind} ${of} ${item} { ${head.map((line) => `${line};`).join(' ')} }`);
    if (apart) lines.push(`add element ${of} ${item} ${elements.slice('elements = '.length)}`);
    if (apart && random.chance(0.2)) lines.push(`${random.pick(['delete', 'add', 'create'])} element ${of} ${item} ${firstOf(elements)}`);
  }
  for (const { name: chain, base } of chains)
    lines.push(
      `${add}chain ${of} ${chain}${base === '' ? '' : ` { ${base.replaceAll('\n', ' ')}${base.endsWith(';') || random.chance(0.03) ? '' : ';'} }`}`,
    );
  for (const { name: chain, rules } of chains) {
    for (const [at, rule] of rules.entries())
      lines.push(
        `${random.pick(['add rule', 'add rule', 'insert rule', 'rule', 'add'])} ${of} ${chain} ${random.chance(at === 0 ? 0.002 : 0.05) ? 'index 0 ' : ''}${rule}`,
      );
  }
  const [first] = chains;
  const last = [
    `flush chain ${of} ${first?.name}`,
    `delete chain ${of} ${first?.name}`,
    `rename chain ${of} ${first?.name} renamed`,
    `list ruleset`,
    `flush table ${of}`,
    `delete table ${of}`,
    `delete rule ${of} ${first?.name} handle ${1 + random.below(9)}`,
    `replace rule ${of} ${first?.name} handle ${1 + random.below(9)} accept`,
    `reset counters`,
    ...items.map(({ kind, name: item }) => `delete ${kind} ${of} ${item}`),
    ...items.map(({ name: item }) => `flush set ${of} ${item}`),
  ];
  if (random.chance(0.25)) lines.push(random.pick(last));
  return lines.join('\n');
}

const MADE_BARE: ReadonlySet<string> = new Set(['counter', 'quota', 'limit', 'synproxy', 'secmark']);

function firstOf(elements: string): string {
  return `{ ${elements.slice('elements = { '.length).split(/, | }/)[0]} }`;
}

function uniqueBy(all: readonly Drawn[]): readonly Drawn[] {
  return [...new Map(all.map((one) => [one.name, one])).values()];
}

function uniqueNames({ pick }: Random, from: readonly string[], count: number): readonly string[] {
  return [...new Set(Array.from({ length: count }, () => pick(from)))];
}

const PUT_IN = [
  '{',
  '}',
  ';',
  ',',
  ':',
  '.',
  '"',
  '#',
  'ip',
  'type',
  'flags',
  'add',
  'counter',
  '0',
  '10.0.0.1',
  'drop',
  '*',
  '@s',
  '\n',
  '-1',
  '/',
  '$x',
  'map',
];

/** One word is left out, put in, doubled or changed. The first line says that the text is for nft. */
function damaged(random: Random, whole: string): string {
  const [first = ''] = /^#!.*\n/.exec(whole) ?? [];
  const text = whole.slice(first.length);
  const words = text.match(/"[^"\n]*"|[\w./-]+|\s+|[^\w\s]/g) ?? [];
  const at = random.below(words.length);
  const word = words[at] ?? '';
  const instead = random.pick<readonly string[]>([
    [],
    [word, ' ', word],
    [random.pick(PUT_IN)],
    [word, ' ', random.pick(PUT_IN), ' '],
    [`${word}x`],
    [words[random.below(words.length)] ?? ''],
  ]);
  return `${first}${[...words.slice(0, at), ...instead, ...words.slice(at + 1)].join('')}`;
}
