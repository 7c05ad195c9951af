/** What holds for every match and target, whatever its options. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MATCHES, TARGETS } from '../../src/extensions/rule/registry.ts';
import { type MatchExpr, not } from '../../src/netfilter/matchExpr.ts';
import { resolve } from '../../src/ruleset/resolve.ts';
import type { Rule } from '../../src/ruleset/ruleset.ts';
import { parseRules } from '../../src/syntax/document/parse.ts';
import { type ClauseText, clauseText, ruleText } from './clauseText.ts';

/** The rule in a user chain that nothing reaches, or undefined when it does not load. */
function ruleOf({ family, table }: Pick<ClauseText, 'family' | 'table'>, text: string): Rule | undefined {
  const source = { file: 'law', text: `*${table}\n:USR - [0:0]\n-A USR ${text}\nCOMMIT\n` };
  const [node] = parseRules(source, { family }).rulesets;
  if (node === undefined) return undefined;
  const { ruleset } = resolve({ ...node, family });
  return [...(ruleset?.tables.values() ?? [])].flatMap((one) => one.chains.get('USR')?.rules ?? [])[0];
}

/** Over a hundred extensions: enough of each to stay fast, other seeds on every run. */
const RUNS = { numRuns: 60 };

/** iptables-save loses some values: seconds from 2^31 on are saved as negative, node masks over the number of nodes cannot be read,
 *  of a long time constant 32 bits are saved, flags out of none are left out, and a comparison of rates is there twice. */
const LOST_BY_SAVING: Readonly<Record<string, RegExp>> = {
  recent: /--seconds "\d{10}"/,
  cluster: /./,
  RATEEST: /--rateest-interval "\d+us"/,
  rateest: /--rateest-(lt|gt|eq)\b.*--rateest-\1\b/,
  tcp: /--tcp-flags "NONE"/,
};

const EXTENSIONS = [...MATCHES, ...TARGETS].map((extension) => [`${extension.kind} ${extension.name}`, extension] as const);

describe.each(EXTENSIONS)('%s', (_, extension) => {
  // the law is asked of other clauses on every run, how many of them load of the same ones
  test('enough of the clauses load', () => {
    const clauses = fc.sample(clauseText(extension), { ...RUNS, seed: 1 });
    expect(clauses.filter((clause) => ruleOf(clause, ruleText(clause)) !== undefined).length).toBeGreaterThan(RUNS.numRuns / 30);
  });

  test('a printed rule reads as the same rule, and prints the same', () => {
    fc.assert(
      fc.property(clauseText(extension), (clause) => {
        const rule = ruleOf(clause, ruleText(clause));
        if (rule === undefined) return;
        if (LOST_BY_SAVING[extension.name]?.test(`${ruleText(clause)}\n${rule.text}`)) return;
        const again = ruleOf(clause, rule.text.slice('-A USR '.length));
        expect(again?.text).toBe(rule.text);
        expect(again?.match).toEqual(rule.match);
        expect(again?.effects).toEqual(rule.effects);
      }),
      RUNS,
    );
  });

  test('the match of a rule is the conjunction of its clauses', () => {
    fc.assert(
      fc.property(clauseText(extension), (clause) => {
        const rule = ruleOf(clause, ruleText(clause));
        if (rule === undefined) return;
        const parts = rule.clauses.flatMap(({ expr }) => (expr.kind === 'and' ? expr.of : expr.kind === 'always' ? [] : [expr]));
        expect(rule.match.kind === 'and' ? rule.match.of : rule.match.kind === 'always' ? [] : [rule.match]).toEqual(parts);
      }),
      RUNS,
    );
  });
});

/** statistic: the lot is complemented, not negated. set: `!` before a counter option says what to count.
 *  The others are answered as a whole: a header that is not there, a policy that does not apply, a time without a clock. */
const OTHERWISE: readonly string[] = ['statistic', 'set', 'ah', 'dst', 'hbh', 'rt', 'srh', 'policy', 'ipv6header', 'time'];
const INVERTIBLE = MATCHES.filter(
  ({ name, options, claim }) =>
    Object.values(options).some(({ invertible }) => invertible) &&
    claim !== 'chance' &&
    (typeof claim !== 'object' || claim.modelled === 'partly') &&
    !OTHERWISE.includes(name),
);

function exprs(rule: Rule): readonly MatchExpr[] {
  return rule.clauses.map(({ expr }) => expr);
}

test.each(INVERTIBLE.map((extension) => [extension.name, extension] as const))(
  '! negates what one option of -m %s asks, and nothing else',
  (_, extension) => {
    fc.assert(
      fc.property(clauseText(extension), fc.nat(), (clause, choice) => {
        const invertible = clause.options.filter(({ name }) => extension.options[name]?.invertible);
        const chosen = invertible[choice % Math.max(1, invertible.length)];
        if (chosen === undefined) return;
        const as = (inverted: boolean): Rule | undefined =>
          ruleOf(
            clause,
            ruleText({ ...clause, options: clause.options.map((option) => (option === chosen ? { ...option, inverted } : option)) }),
          );
        const plain = as(false);
        const inverted = as(true);
        if (plain === undefined || inverted === undefined) return;
        const before = exprs(plain);
        const changed = exprs(inverted).flatMap((expr, at) =>
          JSON.stringify(expr, bigints) === JSON.stringify(before[at], bigints) ? [] : [at],
        );
        expect(changed).toHaveLength(1);
        const at = changed[0] as number;
        expect(unguarded(exprs(inverted)[at])).toEqual(not(unguarded(before[at]) as MatchExpr));
      }),
      RUNS,
    );
  },
);

function bigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

/** conntrack with `--ctstate` asks the other options only of packets that have a connection. */
function unguarded(expr: MatchExpr | undefined): MatchExpr | undefined {
  const [guard, asked] = expr?.kind === 'or' ? expr.of : [];
  return guard?.kind === 'not' && guard.of.kind === 'present' && guard.of.field === 'connmark' ? asked : expr;
}
