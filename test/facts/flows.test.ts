import { expect, test } from 'vitest';
import { accountOfWalk } from '../../src/kernel/compared/account.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Walk } from '../../src/simulate/trace.ts';
import { questionOfFlow } from '../kernel/cases/flowQuestion.ts';
import { FLOW_CASES, type FlowStep } from '../kernel/cases/flows.ts';
import { USUAL } from '../kernel/cases/kernelCase.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';

test.each(FLOW_CASES)('$name', (one) => {
  const { flow, family } = questionOfFlow(one);
  const host = hostOf({ ...USUAL, ...one.host });
  const ruleset = rulesetOf(one.rules, { family });
  let connections: Walk['connections'] = [];
  for (const [index, packet] of flow.entries()) {
    const { walks } = simulate({ ruleset, packet, host, connections });
    const { packet: text, end } = one.packets[index] as FlowStep;
    expect(walks.map((walk) => `${text}: ${accountOfWalk(walk).end.replace(/ mark 0$/, '')}`)).toEqual([`${text}: ${end}`]);
    connections = walks[0]?.connections ?? [];
  }
});
