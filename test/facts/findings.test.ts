/** Every packet of docs/findings.md in the simulator. */
import { expect, test } from 'vitest';
import { accountOfWalk } from '../../src/kernel/compared/account.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Walk } from '../../src/simulate/trace.ts';
import { FINDING_CASES, worldOfFinding } from '../kernel/cases/findings.ts';
import { questionOfFlow } from '../kernel/cases/flowQuestion.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';

test.each(FINDING_CASES)('$name', (one) => {
  const world = worldOfFinding(one);
  const host = hostOf(world.host);
  const ruleset = rulesetOf(world.rules, { family: world.family });
  let connections: Walk['connections'] = [];
  const ends = questionOfFlow(world).flow.map((packet) => {
    const { walks } = simulate({ ruleset, packet, host, connections });
    connections = walks[0]?.connections ?? [];
    return walks.map((walk) => accountOfWalk(walk).end.replace(/ mark 0$/, ''));
  });
  expect(ends).toEqual(one.packets.map(({ end }) => [end]));
});
