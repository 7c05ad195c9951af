/** Where the symbolic engine says that one packet ends. A test fails where the simulator says something else. */
import { expect } from 'vitest';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import { traverseIn, traverseOut } from '../../src/symbolic/walk/traverse.ts';
import { endsOfClasses, endsOfWalks } from '../agreement/oneLeg.ts';
import { USUAL } from '../kernel/cases/kernelCase.ts';
import type { HostJson } from '../kernel/question.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

export interface EndsQuestion {
  readonly rules: string;
  readonly host?: Partial<HostJson>;
  readonly packet: string;
}

export function symbolicEnds({ rules, host: changes = {}, packet: text }: EndsQuestion): readonly string[] {
  const host = hostOf({ ...USUAL, ...changes });
  const packet = packetOf(text, host);
  const { family, dir, iif = '' } = packet;
  const ruleset = rulesetOf(rules, { family });
  const space = makeSpace(family, host);
  const classes = dir === 'out' ? traverseOut({ space, ruleset }) : traverseIn({ space, ruleset }, iif);
  const ends = endsOfClasses(space, classes, packet);
  expect(ends).toEqual(endsOfWalks(space, ruleset, packet));
  return ends;
}
