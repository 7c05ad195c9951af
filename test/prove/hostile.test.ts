/** Rulesets made to be hard: chains that call each other in many ways, marks, chance, negated ranges, NAT ranges, long lists, large hosts.
 *  Every question about them ends within its budget, with an answer or undecided for that reason; counted, never timed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_WORDS } from '../../src/connection/packetWords.ts';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { diffRules } from '../../src/diff/rules.ts';
import type { Host } from '../../src/host/host.ts';
import { Budget, type BudgetLimits, isBudgetReason } from '../../src/lib/budget.ts';
import { ALWAYS } from '../../src/netfilter/matchExpr.ts';
import { verifyRulesets } from '../../src/prove/judge/verifyRules.ts';
import { sameAs } from '../../src/query/equivalenceClass.ts';
import { findPackets } from '../../src/query/find.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

const octet = fc.integer({ min: 0, max: 255 });
const number = fc.nat({ max: 0xffff_ffff }).map((value) => `0x${value.toString(16)}`);
const ports = fc.tuple(fc.integer({ min: 1, max: 30_000 }), fc.integer({ min: 30_001, max: 65_000 })).map(([lo, hi]) => `${lo}:${hi}`);
const range = fc
  .tuple(fc.integer({ min: 1, max: 110 }), fc.integer({ min: 111, max: 220 }), octet)
  .map(([a, b, c]) => `${a}.${c}.0.9-${b}.9.${c}.1`);
const maskedAddress = fc.tuple(fc.nat(31), fc.nat(31)).map(([a, b]) => {
  const text = (bits: number): string => [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
  return `${text(1 << a)}/${text((1 << a) | (1 << b))}`;
});

const match = fc.oneof(
  fc.constant(''),
  fc.constant('-m statistic --mode random --probability 0.5'),
  fc.constant('-p tcp -m limit --limit 3/s'),
  ports.map((lohi) => `-p tcp --dport ${lohi}`),
  fc
    .array(fc.integer({ min: 1, max: 65_000 }), { minLength: 10, maxLength: 15 })
    .map((list) => `-p tcp -m multiport ! --dports ${list.join()}`),
  fc.tuple(range, range).map(([from, to]) => `-m iprange ! --src-range ${from} ! --dst-range ${to}`),
  fc.tuple(maskedAddress, maskedAddress).map(([from, to]) => `-s ${from} -d ${to}`),
  fc.tuple(number, number).map(([value, mask]) => `-m mark --mark ${value}/${mask}`),
  fc.tuple(fc.nat(60_000), fc.nat(60_000)).map(([a, b]) => `-m owner --uid-owner ${Math.min(a, b)}-${Math.max(a, b)}`),
);
const marking = fc.oneof(
  number.map((bits) => `MARK --xor-mark ${bits}`),
  fc.tuple(number, number).map(([value, mask]) => `MARK --set-xmark ${value}/${mask}`),
  fc.tuple(number, number).map(([nf, ct]) => `CONNMARK --restore-mark --nfmask ${nf} --ctmask ${ct}`),
  fc.constant('CONNMARK --save-mark'),
);
const verdict = fc.constantFrom('DROP', 'RETURN', 'ACCEPT');
const natting = fc.tuple(range, ports).map(([addresses, lohi]) => `DNAT --to-destination ${addresses}:${lohi.replace(':', '-')}`);

interface Shape {
  readonly chains: number;
  readonly rules: readonly { readonly at: number; readonly to: number; readonly match: string; readonly target: string }[];
}

const shape: fc.Arbitrary<Shape> = fc.record({
  chains: fc.integer({ min: 1, max: 40 }),
  rules: fc.array(
    fc.record({
      at: fc.nat(39),
      to: fc.integer({ min: 1, max: 3 }),
      match,
      target: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 2, arbitrary: marking }, verdict),
    }),
    { minLength: 20, maxLength: 150 },
  ),
});

/** Jumps go on by one to three chains, so that there are many ways through them. */
function textOf({ chains, rules }: Shape, nats: readonly string[]): string {
  const names = Array.from({ length: chains + 4 }, (_, index) => `C${index}`);
  const lines = rules.map(({ at, to, match: asked, target }) => {
    const from = at % chains;
    return `-A ${from === 0 ? 'OUTPUT' : `C${from}`} ${asked} -j ${target === '' ? `C${from + to}` : target}`;
  });
  const nat =
    nats.length === 0
      ? []
      : [
          '*nat',
          ...nats.map(
            (target, at) => `-A ${at % 2 === 0 ? 'OUTPUT' : 'PREROUTING'} -p tcp -m statistic --mode random --probability 0.5 -j ${target}`,
          ),
          'COMMIT',
        ];
  return ['*mangle', ...names.map((name) => `:${name} -`), ...lines, 'COMMIT', ...nat].join('\n');
}

const LIMITS = { steps: 400_000, nodes: 200_000, classes: 3_000, records: 20_000 };
/** Work between two looks at a count. */
const SLACK = 100_000;

function largeHost(routes: number, listeners: number): Host {
  return hostOf({
    interfaces: [
      { name: 'lo', addresses: ['127.0.0.1/8'] },
      { name: 'eth0', addresses: ['10.244.0.5/24'] },
    ],
    routes: ['default via 10.244.0.1 dev eth0', ...Array.from({ length: routes }, (_, at) => `10.${at % 250}.${at % 199}.0/24 dev eth0`)],
    listeners: Array.from({ length: listeners }, (_, at) => ({ proto: 'tcp', process: 'app', port: 1_024 + at })),
    processes: { app: { uid: 1000, gid: 1000 } },
  });
}

const WHERE = { dir: 'out' as const, expr: { 4: ALWAYS, 6: ALWAYS } };

interface Answers {
  readonly reasons: readonly string[];
  readonly budgets: readonly Budget[];
}

function askAll(ruleset: Ruleset, other: Ruleset, host: Host): Answers {
  const budgets: Budget[] = [];
  const budget = (limits: BudgetLimits = LIMITS): Budget => {
    const made = new Budget(limits);
    budgets.push(made);
    return made;
  };
  const found = findPackets(ruleset, { host, where: WHERE, outcome: 'dropped', budget: budget() });
  const diff = diffRules({ base: ruleset, head: other, host, budget: budget() });
  const packet = packetOf('out tcp -> 203.0.113.9:443', host);
  const journey = walkJourney(ruleset, packet, { host, limits: LIMITS });
  const same = sameAs(ruleset, packet, { host });
  expect(same?.general.sets).not.toEqual([NO_WORDS]);
  expect(journey.spent === undefined || journey.outcome === 'undecided').toBe(true);
  const { findings } = verifyRulesets([ruleset], { host, limits: () => LIMITS });
  return {
    reasons: [
      ...found.undecided.map(({ reason }) => reason),
      ...diff.undecided.map(({ reason }) => reason),
      ...findings.flatMap(({ verdict: said, reason }) => (said === 'undecided' ? [reason ?? ''] : [])),
      ...(journey.spent === undefined ? [] : [`budget: ${journey.spent}`]),
    ],
    budgets,
  };
}

describe('hard rules', () => {
  const world = hostOf({
    interfaces: [
      { name: 'lo', addresses: ['127.0.0.1/8'] },
      { name: 'eth0', addresses: ['10.244.0.5/24'] },
    ],
    routes: ['default via 10.244.0.1 dev eth0'],
  });

  it('every question ends within its budget', { timeout: 240_000 }, () => {
    const seen = { runs: 0, spent: 0, answered: 0 };
    fc.assert(
      fc.property(shape, fc.array(natting, { maxLength: 8 }), (one, nats) => {
        const ruleset = rulesetOf(textOf(one, nats), { family: 4 });
        const other = rulesetOf(textOf({ ...one, rules: one.rules.slice(1) }, nats), { family: 4 });
        const { reasons, budgets } = askAll(ruleset, other, world);
        seen.runs++;
        if (reasons.some(isBudgetReason)) seen.spent++;
        else seen.answered++;
        for (const budget of budgets) {
          expect(budget.steps).toBeLessThan(LIMITS.steps + SLACK);
          expect(budget.nodes).toBeLessThanOrEqual(LIMITS.nodes);
        }
      }),
      { numRuns: 12, seed: 20_241 },
    );
    // both happen, or the rules are too hard or too easy to show anything
    expect(seen.spent).toBeGreaterThan(1);
    expect(seen.answered).toBeGreaterThan(1);
  });

  it('a host with 400 routes and 2,000 listeners does not change that', { timeout: 120_000 }, () => {
    const host = largeHost(400, 2_000);
    const marks = Array.from({ length: 60 }, (_, at) => `-A OUTPUT -d ${at + 1}.0.0.0/8 -j MARK --xor-mark 0x${(at * 7919).toString(16)}`);
    const ruleset = rulesetOf(['*mangle', ...marks, 'COMMIT'].join('\n'), { family: 4 });
    const { budgets } = askAll(ruleset, rulesetOf(['*mangle', ...marks.slice(1), 'COMMIT'].join('\n'), { family: 4 }), host);
    for (const budget of budgets) expect(budget.steps).toBeLessThan(LIMITS.steps + SLACK);
  });

  it('a set of 30,000 addresses neither', { timeout: 120_000 }, () => {
    const members = Array.from({ length: 30_000 }, (_, at) => `10.${at % 251}.${(at * 7) % 256}.${(at * 13) % 256}`);
    const host = hostOf({
      interfaces: [
        { name: 'lo', addresses: ['127.0.0.1/8'] },
        { name: 'eth0', addresses: ['10.244.0.5/24'] },
      ],
      routes: ['default via 10.244.0.1 dev eth0'],
      sets: { block: { type: 'hash:ip', members } },
    });
    const text = (set: string) => `*filter\n-A OUTPUT -m set ${set} block dst -j DROP\nCOMMIT`;
    const ruleset = rulesetOf(text('--match-set'), { family: 4, sets: host.sets });
    const { budgets } = askAll(ruleset, rulesetOf(text('! --match-set'), { family: 4, sets: host.sets }), host);
    for (const budget of budgets) expect(budget.steps).toBeLessThan(LIMITS.steps + SLACK);
  });
});

describe('one hard question', () => {
  it('takes no verdict away from the others', () => {
    // the way that packets are sent is too hard, what only asks about rules is not
    const marks = Array.from(
      { length: 30 },
      (_, at) => `-A OUTPUT -m statistic --mode random --probability 0.5 -j MARK --or-mark 0x${(2 ** at).toString(16)}`,
    );
    const ruleset = rulesetOf(['*mangle', ...marks, 'COMMIT'].join('\n'), { family: 4 });
    const { findings } = verifyRulesets([ruleset], { limits: () => LIMITS });
    const verdicts = new Set(findings.map(({ verdict: said }) => said));
    expect(verdicts.has('holds')).toBe(true);
    expect(findings.filter(({ verdict: said, reason }) => said === 'undecided' && !isBudgetReason(reason))).toEqual([]);
  });
});
