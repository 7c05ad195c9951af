/** Rules that differ in values only are bound once; each must tell its table what it tells when it stands alone. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bindRule } from '../../src/extensions/rule/bindRule.ts';
import type { ReadAs } from '../../src/extensions/rule/boundRule.ts';
import { MATCHES, TARGETS } from '../../src/extensions/rule/registry.ts';
import { isTable } from '../../src/netfilter/hooks.ts';
import type { Family } from '../../src/packet/address.ts';
import { type BoundTable, bindTable } from '../../src/ruleset/bindTable.ts';
import { ruleFacts } from '../../src/ruleset/ruleFacts.ts';
import { ruleForm } from '../../src/ruleset/ruleForm.ts';
import { findForm, keepForm, newWordTree } from '../../src/ruleset/wordTree.ts';
import { parseRules } from '../../src/syntax/document/parse.ts';
import type { TableNode } from '../../src/syntax/iptables/ast.ts';
import type { DumpedRule } from '../../src/syntax/iptables/dumpedRule.ts';
import type { Diagnostic } from '../../src/syntax/text/diagnostic.ts';
import { readCaseFiles } from '../extensions/cases.ts';
import { clauseText, ruleText } from '../extensions/clauseText.ts';
import { kubeProxyNat } from '../support/kubeProxyNat.ts';

type Said = Omit<Diagnostic, 'source'>;

interface Bound {
  readonly table: BoundTable;
  readonly said: readonly Said[];
}

/** `alone`: each rule is given as another tool would give it, with words of its own, and is bound whole. */
function boundTable(text: string, { family, alone }: { readonly family: Family; readonly alone: boolean }): Bound | undefined {
  const [node] = parseRules({ file: 'like', text }, { family }).rulesets;
  const [table] = node?.tables ?? [];
  if (table === undefined || !isTable(table.name.text)) return undefined;
  const said: Said[] = [];
  const context = { family, report: (finding: Said) => said.push(finding), decoded: new Map() };
  return { table: bindTable(alone ? withOwnWords(table) : table, table.name.text, context), said };
}

function withOwnWords({ chains, ...table }: TableNode): TableNode {
  const own = chains.map((chain) => ({
    ...chain,
    rules: chain.rules.map(({ words, chain: of, span, line, saved = false }) => ({ words, chain: of, span, line, saved })),
  }));
  return { ...table, chains: own };
}

/** All that the load checks look at. */
function told({ table: { chains, needs }, said }: Bound) {
  return {
    said,
    needs,
    chains: [...chains.values()].map(({ rules, ...chain }) => ({
      ...chain,
      jumps: chain.jumps.map(({ to, at, span }) => ({ to, at, span })),
      rules: rules.map(({ number, target, line, span }) => ({ number, target, line, span })),
    })),
  };
}

function expectTheSame(text: string, family: Family): void {
  const alike = boundTable(text, { family, alone: false });
  const alone = boundTable(text, { family, alone: true });
  expect(alike === undefined).toBe(alone === undefined);
  if (alike !== undefined && alone !== undefined) expect(told(alike)).toEqual(told(alone));
}

function tableText(table: string, rules: readonly string[]): string {
  return [`*${table}`, ':USR - [0:0]', ':USR2 - [0:0]', ...rules, 'COMMIT', ''].join('\n');
}

test('a dump of kube-proxy', () => {
  expectTheSame(kubeProxyNat(800), 4);
});

test('what the binder was told of is found again, and nothing else', () => {
  const addresses = ['10.0.0.1/32', '10.0.0.2/32', '10.0.0.3/24', '0.0.0.0/0'];
  const [node] = parseRules(
    {
      file: 'like',
      text: tableText(
        'filter',
        addresses.map((address) => `-A USR -s ${address} -p tcp -m tcp --dport 80 -j USR2`),
      ),
    },
    { family: 4 },
  ).rulesets;
  const rules = (node?.tables[0]?.chains[0]?.rules ?? []) as readonly DumpedRule[];
  const context = { family: 4, report: () => {}, decoded: new Map(), chainNamed: (name: string) => name } as const;
  const tree = newWordTree(context);
  const taken = new Map<number, ReadAs>();
  const [first] = rules;
  if (first === undefined) throw new Error('the table has rules');
  const bound = bindRule(first, { ...context, taken: ({ start }, as) => taken.set(start, as) });
  if (bound === undefined || bound === 'skip') throw new Error('it loads');
  const facts = ruleFacts(bound, context);
  keepForm(tree, first.captured, {
    taken,
    make: (values) => ruleForm({ bound, facts, words: first.words, values, table: 'filter', context }),
  });
  expect(rules.map((rule) => findForm(tree, rule.captured) !== undefined)).toEqual([true, true, true, false]);
});

/** Each differs from the one above in a value that makes a difference. */
const DIFFERENCES: readonly (readonly [what: string, table: string, rules: readonly string[]])[] = [
  ['all addresses behind a `!`', 'filter', ['-A USR ! -s 10.0.0.1/32 -j USR2', '-A USR ! -s 0.0.0.0/0 -j USR2']],
  ['several addresses', 'filter', ['-A USR -s 10.0.0.1 -j USR2', '-A USR -s 10.0.0.1,10.0.0.2 -j USR2']],
  ['a host name', 'filter', ['-A USR -s 10.0.0.1 -j USR2', '-A USR -s example.com -j USR2']],
  ['a chain that is not there', 'filter', ['-A USR -j USR2', '-A USR -j USR3']],
  ['a target where a chain was', 'filter', ['-A USR -j USR2', '-A USR -j ACCEPT', '-A USR -j USR2']],
  ['a `!` where a value was', 'filter', ['-A USR -s 10.0.0.1 -j USR2', '-A USR -s ! 10.0.0.1 -j USR2']],
  ['an option where a value was', 'filter', ['-A USR -s 10.0.0.1 -j USR2', '-A USR -s -j -j USR2']],
  ['an interface that cannot be', 'filter', ['-A USR -i eth0 -j USR2', '-A USR -i eth/0 -j USR2', '-A USR -i abcdefghijklmnopq -j USR2']],
  ['quotes', 'filter', ['-A USR -m comment --comment a', '-A USR -m comment --comment "a b"', '-A USR -m comment --comment "a \\" b"']],
  ['a long comment', 'filter', ['-A USR -m comment --comment a', `-A USR -m comment --comment ${'x'.repeat(300)}`]],
  ['a shifted range', 'nat', ['-A USR -p tcp -j DNAT --to-destination :80', '-A USR -p tcp -j DNAT --to-destination :80-90/1000']],
  ['ports need a protocol', 'nat', ['-A USR -j DNAT --to-destination 10.0.0.1', '-A USR -j DNAT --to-destination 10.0.0.1:80']],
  ['all ports behind a `!`', 'filter', ['-A USR -p tcp -m tcp ! --dport 80', '-A USR -p tcp -m tcp ! --dport 0:65535']],
  ['a set that changes', 'filter', ['-A USR -j SET --add-set a src', '-A USR -j SET --add-set b src']],
  ['a chain with the name of a target', 'filter', [':LOG - [0:0]', '-A USR -j USR2', '-A USR -j LOG']],
  ['attached values', 'filter', ['-A USR -p tcp --dport=80', '-A USR -p tcp --dport=81', '-A USR -p tcp --dport=x']],
];

test.each(DIFFERENCES)('values that make a difference: %s', (_, table, rules) => {
  expectTheSame(tableText(table, rules), 4);
  expectTheSame(tableText(table, rules.toReversed()), 4);
});

test('the cases of all extensions, as one table each', () => {
  for (const { cases } of readCaseFiles()) {
    for (const family of [4, 6] as const) {
      for (const table of new Set(cases.map((one) => one.table))) {
        const own = cases.filter((one) => one.table === table && one.families.includes(family));
        const rules = own.map(({ input }) => `-A USR ${input}`);
        expectTheSame(tableText(table, [...rules, ...rules.toReversed()]), family);
      }
    }
  }
});

describe.each([...MATCHES, ...TARGETS].map((extension) => [`${extension.kind} ${extension.name}`, extension] as const))(
  '%s',
  (_, extension) => {
    test('random rules, with values that come again', () => {
      fc.assert(
        fc.property(fc.array(clauseText(extension), { minLength: 6, maxLength: 12 }), fc.infiniteStream(fc.nat(11)), (clauses, lots) => {
          const [{ family, table }] = clauses as [(typeof clauses)[number]];
          const rules = clauses.filter((one) => one.family === family && one.table === table).map((one) => `-A USR ${ruleText(one)}`);
          const mixed = rules.map((rule) => withValuesOf(rule, rules[(lots.next().value ?? 0) % rules.length] as string));
          expectTheSame(tableText(table, [...rules, ...mixed, ...rules]), family);
        }),
        { numRuns: 12 },
      );
    });
  },
);

/** The rule with the words of the other one in every second place. */
function withValuesOf(rule: string, other: string): string {
  const words = other.split(' ');
  return rule
    .split(' ')
    .map((word, at) => (word.startsWith('-') || at % 2 === 0 ? word : (words[at] ?? word)))
    .join(' ');
}
