/** Small damage to a rule or to the head of its chain. Some of what comes out still loads. */
import type { Random } from '../../generate/random.ts';

export interface Broken {
  readonly how: string;
  readonly line: string;
  /** of the base chain; absent: as it was */
  readonly header?: string;
}

interface ChainPlace {
  readonly type: string;
  readonly hook: string;
  readonly priority: number;
}

const VALUES = [
  '99999',
  '300.1.1.1',
  '10.0.0.0/33',
  '::g',
  '-1',
  '"eth0',
  '@nothing',
  '0x100000000',
  '1-',
  '{ }',
  '*',
  'established',
  '80',
  '10.0.0.1',
  '::1',
  'tcp',
  '1.2.3.4-1.2.3.1',
  'nosuchword',
];
const WORDS = [
  '!=',
  '==',
  '&',
  'or',
  'ip',
  'ip6',
  'tcp',
  'udp',
  'meta',
  'set',
  'accept',
  'counter',
  '{',
  '}',
  ',',
  '.',
  ':',
  'drop',
  '<',
  'to',
  'jump',
  ';',
  'not',
  '# comment',
  'map',
  'vmap',
];
const STATEMENTS = [
  'udp dport 53',
  'tcp dport 80',
  'ip saddr 10.0.0.1',
  'ip6 saddr ::1',
  'icmp type echo-request',
  'icmpv6 type echo-request',
  'meta l4proto esp',
  'ip saddr @nothing',
  'jump nowhere',
  'goto c',
  'accept',
  'masquerade',
  'snat to 10.0.0.1',
  'dnat to ::1',
  'redirect to :80',
  'tproxy to :1',
  'reject with tcp reset',
  'reject with icmp echo-request',
  'ct state nosuch',
  'ct zone set 70000',
  'meta mark set "eth0"',
  'ip saddr { 10.0.0.0/8, 10.1.0.0/16 }',
  'tcp dport { 80 : accept }',
  'tcp dport vmap { 80, 81 }',
  'tcp dport vmap { 80 : accept, 80 : drop }',
  'tcp dport . ip saddr { 80 }',
  'tcp dport . ip saddr { 80 . 10.0.0.1 . 4 }',
  'meta mark set tcp dport',
  'fib saddr . oif oif 0',
  'fib daddr . iif type local',
  'limit rate 0/second',
  'limit rate 5/fortnight',
  'numgen inc mod 0 1',
  'counter name "nothing"',
  'quota nothing',
  'queue to 70000',
  'log level nosuch',
  'comment 5',
  'iifname "a-name-that-is-too-long"',
  'iif "nosuch0"',
  'skuid nosuchuser',
  'th dport 80',
];

export function breakRule(random: Random, rule: string, { type, hook, priority }: ChainPlace): Broken {
  const words = rule.match(/"[^"]*"|\S+/g) ?? [];
  const at = random.below(Math.max(1, words.length));
  const joined = (...middle: readonly string[]): string => [...words.slice(0, at), ...middle, ...words.slice(at + 1)].join(' ');
  const word = words[at] ?? '';
  return random.weighted<() => Broken>([
    [10, () => ({ how: 'a word left out', line: joined() })],
    [8, () => ({ how: 'a word twice', line: joined(word, word) })],
    [10, () => ({ how: 'a word put in', line: joined(random.pick(WORDS), word) })],
    [8, () => ({ how: 'a word for another', line: joined(random.pick([...WORDS, ...VALUES])) })],
    [8, () => ({ how: 'a value for another', line: withValue(random, words) })],
    [4, () => ({ how: 'a letter more', line: joined(`${word}${random.pick(['x', '.', '/', ':', ',', '-1', '%'])}`) })],
    [14, () => ({ how: 'a statement before', line: `${random.pick(STATEMENTS)} ${rule}` })],
    [14, () => ({ how: 'a statement behind', line: `${rule} ${random.pick(STATEMENTS)}` })],
    [6, () => ({ how: 'a statement instead', line: random.pick(STATEMENTS) })],
    [5, () => ({ how: 'two words swapped', line: [...words.slice(0, at), words[at + 1] ?? '', word, ...words.slice(at + 2)].join(' ') })],
    [
      8,
      () => ({
        how: 'another hook',
        line: rule,
        header: `type ${type} hook ${random.pick(['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress', 'nohook'])} priority ${priority}`,
      }),
    ],
    [
      4,
      () => ({
        how: 'another type',
        line: rule,
        header: `type ${random.pick(['filter', 'nat', 'route', 'mangle'])} hook ${hook} priority ${priority}`,
      }),
    ],
    [
      4,
      () => ({
        how: 'another priority',
        line: rule,
        header: `type ${type} hook ${hook} priority ${random.pick(['dstnat', 'srcnat', 'raw - 5', 'filter +1', '-200', '-201', '99999999999', 'out', 'mangle+10', 'security'])}`,
      }),
    ],
    [
      2,
      () => ({
        how: 'a policy',
        line: rule,
        header: `type ${type} hook ${hook} priority ${priority}; policy ${random.pick(['drop', 'accept', 'reject', 'return', 'DROP'])}`,
      }),
    ],
  ])();
}

function withValue(random: Random, words: readonly string[]): string {
  const values = words.flatMap((word, at) => (/^[\d"@:]|^[\da-f:]+:/.test(word) ? [at] : []));
  if (values.length === 0) return [...words, random.pick(VALUES)].join(' ');
  const at = random.pick(values);
  return [...words.slice(0, at), random.pick(VALUES), ...words.slice(at + 1)].join(' ');
}
