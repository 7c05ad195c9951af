/** A rule that is checked by another one of its likeness is refused, and means what it does, as when it is checked by itself. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { resolveNft } from '../../src/ruleset/resolveNft.ts';
import type { NftRulesetNode } from '../../src/syntax/nft/ast.ts';
import { readNft, STATEMENTS } from '../syntax/nft/texts.ts';

const CONSTANTS = [
  ...['10.0.0.1', '10.0.0.2', '10.0.0.256', '010.0.0.1', '0.0.0.0', '0', '6', '17', '80', '65535', '65536', '99999999999999999999'],
  ...['a', 'b', 'c', 'nowhere', '"eth0"', '"a name that is too long for it"'],
];
const TOKEN = /"[^"]*"|\d+\.\d+\.\d+\.\d+|(?<![\w.:/@-])\d+(?![\w.:/-])|(?<=(?:jump|goto) )[\w-]+|@[a-z]\w*/g;

/** Of one type and of others, made alike and not, with elements and without. */
const SETS: Readonly<Record<string, string>> = {
  a1: 'type ipv4_addr',
  a2: 'type ipv4_addr',
  d1: 'type ipv4_addr; flags dynamic,timeout; timeout 3h',
  d2: 'type ipv4_addr; flags dynamic,timeout; timeout 3h',
  i1: 'type ipv4_addr; flags interval; elements = { 10.0.0.0/8 }',
  e1: 'type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2 }',
  p1: 'type inet_service',
  x1: 'type ipv6_addr',
  v1: 'type ipv4_addr : verdict; elements = { 10.0.0.1 : jump a }',
  v2: 'type ipv4_addr : verdict; elements = { 10.0.0.1 : jump b }',
  v3: 'type ipv4_addr : verdict',
  m1: 'type ipv4_addr : ipv4_addr',
  m2: 'type ipv4_addr : ipv4_addr . inet_service',
};
const NAMES = [...Object.keys(SETS), 'none', 'nh'];

const BASES = new Map(
  STATEMENTS.filter(({ family }) => family !== 'netdev').map(({ base, family }) => [`${family} ${base}`, { base, family }]),
);
const LINES = [
  ...['ip saddr 10.0.0.1 jump a', 'ip saddr != 10.0.0.0/8 ip daddr 10.0.0.1 tcp dport 80 goto a', 'ip protocol 6 tcp dport 80 accept'],
  ...[
    'numgen random mod 2 vmap { 0 : goto a, 1 : goto b }',
    'tcp dport vmap { 80 : jump a, 80 : jump a }',
    'meta l4proto tcp dnat to 10.0.0.1:80',
  ],
  ...['ip saddr { 10.0.0.1, 10.0.0.2 } drop', 'ip saddr 10.0.0.1 - 10.0.0.9 drop', 'tcp dport 80 redirect to :80', 'iifname "eth0" accept'],
  ...['ip saddr @a1 jump a', 'ip saddr @a1 ip daddr != @a2 drop', 'update @d1 { ip saddr } accept', 'add @d1 { ip daddr timeout 5s }'],
  ...['ip saddr vmap @v1', 'meta l4proto tcp dnat to ip saddr map @m1', 'ip daddr 10.0.0.1 tcp dport @p1 goto a', 'ip saddr @d1 goto a'],
  ...['ct original packets 5 - 9 accept', 'counter packets 5 bytes 6 jump a', 'tcp flags 2 accept', 'ip saddr & 10.0.0.1 == 10.0.0.2 drop'],
];

function withoutLikeness(tree: NftRulesetNode): NftRulesetNode {
  return {
    ...tree,
    tables: tree.tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) => ({ ...chain, rules: chain.rules.map(({ like: _, ...rule }) => rule) })),
    })),
  };
}

/** With all that it means. */
function resolved(tree: NftRulesetNode) {
  const { rulesets, diagnostics } = resolveNft(tree);
  const rules = rulesets.flatMap(({ tables }) =>
    [...tables.values()].flatMap(({ chains }) => [...chains.values()].flatMap((chain) => chain.rules)),
  );
  const needs = rulesets.map(({ usesConntrack, usesDefrag, hasOpaqueTarget }) => ({ usesConntrack, usesDefrag, hasOpaqueTarget }));
  return {
    diagnostics,
    needs,
    rules: rules.map(({ match, effects, clauses, target, text, line }) => ({ match, effects, clauses, target, text, line })),
  };
}

it('rules of one likeness are refused and mean what they do as each by itself', { timeout: 120_000 }, () => {
  const counts = { alike: 0, refused: 0, loaded: 0 };
  const lines = [...LINES, ...STATEMENTS.flatMap(({ given }) => (given.includes('\n') ? [] : [given]))];
  const line = fc.oneof(fc.constantFrom(...LINES), fc.constantFrom(...lines));
  const constants = fc.array(fc.option(fc.constantFrom(...CONSTANTS), { nil: undefined }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(
      line,
      fc.array(constants, { minLength: 2, maxLength: 4 }),
      fc.constantFrom(...BASES.values()),
      (given, changes, { base, family }) => {
        const [type, hook, priority] = base.split(' ');
        const rules = changes.map((change) => {
          let at = 0;
          return given.replaceAll(TOKEN, (token) => {
            const other = change[at++ % 4];
            if (other === undefined) return token;
            return token.startsWith('@') ? `@${NAMES[(CONSTANTS.indexOf(other) + at * 5) % NAMES.length]}` : other;
          });
        });
        const chains = ['a', 'b', 'c'].map((name) => `chain ${name} {\n}\n`).join('');
        const sets = Object.entries(SETS).map(
          ([name, made]) => `${made.includes(' : ') ? 'map' : 'set'} ${name} {\n${made.replaceAll('; ', '\n')}\n}\n`,
        );
        const head = `chain base {\ntype ${type} hook ${hook} priority ${priority};\n`;
        const { tree } = readNft(`table ${family} t {\n${sets.join('')}${chains}${head}${[given, ...rules].join('\n')}\n}\n}\n`);
        const read = tree.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules));
        if (new Set(read.flatMap(({ like }) => like ?? [])).size < read.filter(({ like }) => like !== undefined).length) counts.alike++;
        const apart = resolved(withoutLikeness(tree));
        counts[apart.rules.length > 0 ? 'loaded' : 'refused']++;
        expect(resolved(tree)).toEqual(apart);
      },
    ),
    { numRuns: 600, seed: 16 },
  );
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(60);
});
