/** The two engines say the same of rules that do several things: see test/support/effectLists.ts. */
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../src/netfilter/effect.ts';
import { packetText } from '../../src/packet/notation.ts';
import { effectOf, type Walk } from '../../src/simulate/trace.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import type { FateClass } from '../../src/symbolic/walk/traverse.ts';
import { traverseIn, traverseOut } from '../../src/symbolic/walk/traverse.ts';
import { randomFrom } from '../kernel/generate/random.ts';
import { randomCases } from '../kernel/generate/randomCase.ts';
import { attached, together } from '../support/attached.ts';
import { withEffectLists } from '../support/effectLists.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { disagreement } from './oneLeg.ts';

const SEED = Number(process.env.CHAINWALK_SEED ?? 5);
const PAIRS = Number(process.env.CHAINWALK_PAIRS ?? 2500);

/** What the walks met. */
type Seen = Map<string, number>;

function note(seen: Seen, { steps, fate, choices }: Walk): void {
  const count = (what: string): void => {
    seen.set(what, (seen.get(what) ?? 0) + 1);
  };
  const last = (effect: Effect): string => effect.kind;
  for (const step of steps) {
    if (step.kind === 'left') count(`left at ${last(effectOf(step))}`);
    if (step.kind === 'rule' && step.taken !== undefined) {
      count(`a branch, then ${last(effectOf(step))}`);
      if (step.taken.length > 1) count('several branches');
      if (step.taken.some(({ match }) => match.kind === 'tuple')) count('a tuple');
      if (step.taken.some(({ match }) => match.kind === 'in' && match.field === 'ctzone')) count('a zone');
    }
    if (step.kind === 'rule' && step.rule.effects.length > 1) count('a list');
    if (step.kind === 'divert') count(step.found ? 'a socket' : 'no socket');
  }
  if (choices.some(({ what }) => what.startsWith('branch'))) count('a branch that may hold');
  if (choices.some(({ ofOrder }) => ofOrder === true)) count('an order that matters');
  count(fate.kind);
}

/** Nothing is said of what no walk met. */
const MET = [
  ...['a list', 'several branches', 'a tuple', 'a zone', 'a branch that may hold', 'an order that matters', 'a socket', 'no socket'],
  ...['left at switch', 'left at divert', 'a branch, then divert', 'a branch, then reject', 'a branch, then nat', 'a branch, then jump'],
  ...['a branch, then goto', 'a branch, then return', 'a branch, then setMark', 'a branch, then copyMark'],
];

describe('the simulator and the symbolic engine agree', () => {
  it(`on rules that do several things, ${PAIRS} pairs`, { timeout: 900_000 }, () => {
    const random = randomFrom(SEED);
    const wrong: string[] = [];
    const seen: Seen = new Map();
    let compared = 0;
    for (const one of randomCases(PAIRS, SEED)) {
      const family = one.family;
      const host = hostOf(one.host);
      const text = one.rules.v4 ?? one.rules.v6 ?? '';
      const plain = rulesetOf(text, { family, sets: host.sets });
      const other = withEffectLists(
        random,
        attached(plain, 'other', ({ priority }) => ({ priority: priority + random.pick([0, 0, 3, -3]) })),
      );
      const ruleset = random.chance(0.3) ? together(other, plain) : other;
      const space = makeSpace(family, host);
      const classes = new Map<string, readonly FateClass[]>();
      for (const packet of one.packets) {
        if (packet.oif !== undefined || (packet.dir === 'out' && (packet.src === 0 || packet.src === 0n))) continue;
        const { dir, iif = '' } = packet;
        const way = `${dir} ${iif}`;
        const question = { space, ruleset };
        const found = classes.get(way) ?? (dir === 'out' ? traverseOut(question) : traverseIn(question, iif));
        classes.set(way, found);
        const { walks, said } = disagreement({ ruleset, host }, packet, { space, classes: found, ways: 2000 });
        for (const walk of walks) note(seen, walk);
        compared++;
        if (said !== undefined) wrong.push(`${one.name}: ${packetText(packet)}\n${said}`);
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(compared).toBeGreaterThan(PAIRS * 0.5);
    expect(MET.filter((what) => !seen.has(what))).toEqual([]);
  });
});
