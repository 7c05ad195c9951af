/** Lines that are read by the shape of one before them have the tree that the grammar gives them where they stand alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NftRuleNode } from '../../../src/syntax/nft/ast.ts';
import type { TextFinding } from '../../../src/syntax/text/problems.ts';
import { OF_IPTABLES, readNft, STATEMENTS, TABLE } from './texts.ts';

const ONE_LINE = STATEMENTS.flatMap(({ given, printed }) => [given, printed]).filter((line) => !line.includes('\n'));

/** Words that mean something at other places, and constants of all kinds. */
const WORDS = [
  ...['accept', 'drop', 'goto', 'jump', 'tcp', 'web', 'a-b/c.d', 'and', 'or', 'set', 'to', 'comment', 'packets', '_x', '.5', '5a', 'x:y'],
  ...['10.0.0.1', '10.0.0.256', '010.0.0.1', '1.2.3', '1.2.3.4.5', '10.0.0.0/8', '10.0.0.9-10.0.0.1', '10.0.0.1:80', '10.0.0.1 - 10.0.0.9'],
  ...['0', '7', '08', '80', '65536', '99999999999999999999', '0x10', '5s', '1:2', '1-3', '8021q', '-1', 'fd00::1', '00:11:22:33:44:55'],
  ...[
    '"a"',
    '"eth*"',
    '""',
    '"a b"',
    '"',
    '$x',
    '@x',
    '@nh',
    '@y/z.1',
    '# b',
    ';',
    '{',
    '}',
    ',',
    '\\',
    '\\\n',
    '\n',
    '\r',
    '*',
    '!= 5',
    'goto accept',
  ],
];

const TOKEN = /"[^"]*"|\d+(?:\.\d+){3}|[\w-]+|[{},;:@]/g;

/** The line with some of its words, numbers and signs in place of others. */
function changed(line: string, changes: readonly (readonly [number, string])[]): string {
  const tokens = [...line.matchAll(TOKEN)].map(({ 0: text, index }) => ({ index, end: index + text.length }));
  const by = new Map(changes.map(([at, word]) => [tokens[at % Math.max(tokens.length, 1)], word]));
  let [made, from] = ['', 0];
  for (const token of tokens) {
    const word = by.get(token);
    if (word === undefined) continue;
    made += line.slice(from, token.index) + word;
    from = token.end;
  }
  return made + line.slice(from);
}

const CHANGES = fc.array(fc.tuple(fc.nat(30), fc.constantFrom(...WORDS)), { maxLength: 3 });
const blank = (text: string): string => text.replaceAll(/[^\n]/g, ' ');

interface Said {
  readonly tree: unknown;
  readonly findings: readonly TextFinding[];
}

/** What is read from a place on; `like` says how a rule was read, not what it says. */
function saidFrom(text: string, place: number): Said {
  const { tree, findings } = readNft(text);
  const { source: _, tables } = tree;
  const isThere = ({ start }: { readonly start: number }): boolean => start >= place;
  return {
    tree: tables.map(({ name, chains, sets }) => ({
      name,
      rules: chains.flatMap((chain) => chain.rules.filter(isThere).map(({ like: __, ...rule }: NftRuleNode) => rule)),
      elements: sets.flatMap(({ elements }) => elements.filter(isThere)),
    })),
    findings: findings.filter(({ span }) => isThere(span)),
  };
}

describe('rules in lines of one shape', () => {
  const HEAD = 'table inet t {\n\tchain c {\n\t\t';
  const both = (first: string, second: string): void => {
    const place = HEAD.length + first.length + 1;
    const text = (before: string) => `${HEAD}${before}\n${second}\n}\n}\n`;
    expect(saidFrom(text(first), place)).toEqual(saidFrom(text(blank(first)), place));
  };

  it('are read as each alone', () => {
    let shaped = 0;
    fc.assert(
      fc.property(fc.constantFrom(...ONE_LINE), CHANGES, CHANGES, (line, one, other) => {
        const [first, second] = [changed(line, one), changed(line, other)];
        const { findings } = readNft(`${HEAD}${first}\n}\n}\n`);
        if (findings.length > 0 || first.includes('\n')) return;
        const read = readNft(`${HEAD}${first}\n${second}\n}\n}\n`).tree.tables[0]?.chains[0]?.rules.at(-1);
        if (read?.like !== undefined) shaped++;
        both(first, second);
      }),
      { numRuns: 1500, seed: 16 },
    );
    expect(shaped).toBeGreaterThan(300);
  });

  it('are read as each alone, of each text', () => {
    for (const text of [TABLE, OF_IPTABLES]) {
      const rules = readNft(text).tree.tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
      for (const { start, end } of rules) both(text.slice(start, end), text.slice(start, end));
    }
  });

  it.each([
    ['iifname goto accept', 'iifname goto web'],
    ['tcp dport 80 jump web', 'tcp dport 80 jump 5a'],
    ['ip saddr 10.0.0.1 accept', 'ip saddr 10.0.0.1:80 accept'],
    ['ip saddr 10.0.0.1 accept', 'ip saddr 1000.0.0.1 accept'],
    ['tcp dport 80 accept # handle 5', 'tcp dport 80 accept # handel 5'],
    ['tcp dport 80 comment "a"', 'tcp dport 80 comment "a'],
    ['dnat to 10.0.0.1:80', 'dnat to 10.0.0.1:'],
    ['ip saddr @x accept', 'ip saddr @nh accept'],
    ['@nh,0,8 5 accept', '@x,0,8 5 accept'],
    ['update @x { ip saddr } accept', 'update @5 { ip saddr } accept'],
  ])('`%s` does not stand for `%s`', both);
});

describe('elements of one shape', () => {
  const ELEMENTS = [
    ...[
      '10.0.0.1',
      '10.0.0.0/8',
      '10.0.0.1-10.0.0.9',
      '80',
      '80 . 443',
      '"eth0"',
      '"eth*"',
      'fd00::1 . 80',
      '*',
      '*:accept',
      'established',
    ],
    ...[
      '10.0.0.1 . tcp . 80 : goto service-A/tcp/p80',
      '80 : jump web',
      '80:accept',
      '80 timeout 5s expires 3s',
      '80 comment "web"',
      '80 comment "a, {b} # c" : accept',
    ],
    ...['10.0.0.1 . 80 : 10.0.0.2 . 8080', '80 counter packets 5 bytes 60', '80 limit rate 3/minute', '0x10 : 1-2', '1 & 3', '(5)', '@s'],
  ];
  const HEAD = 'table inet t {\n\tmap m {\n\t\telements = { ';

  it('are read as each alone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ELEMENTS),
        CHANGES,
        CHANGES,
        fc.constantFrom(',', ', ', ' , ', ',\n\t'),
        (element, one, other, next) => {
          const [first, second] = [changed(element, one), changed(element, other)];
          if (readNft(`${HEAD}${first} }\n}\n}\n`).findings.some(({ code }) => code !== 'missing-option') || /[\n,;]/.test(first)) return;
          const place = HEAD.length + first.length + next.length;
          const text = (before: string) => `${HEAD}${before}${next}${second}${next}${second} }\n}\n}\n`;
          expect(saidFrom(text(first), place)).toEqual(saidFrom(text('_'.padEnd(first.length)), place));
        },
      ),
      { numRuns: 1500, seed: 16 },
    );
  });
});
