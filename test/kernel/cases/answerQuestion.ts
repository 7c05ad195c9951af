/** The packet that REJECT answers, and its walk in the simulator with the answer's. */
import type { Packet } from '../../../src/packet/packet.ts';
import { simulate } from '../../../src/simulate/simulate.ts';
import type { Walk } from '../../../src/simulate/trace.ts';
import { hostOf } from '../../support/host.ts';
import { packetOf } from '../../support/packet.ts';
import { rulesetOf } from '../../support/rulesets.ts';
import type { HostJson } from '../question.ts';
import type { AnswerCase } from './answers.ts';
import { USUAL } from './kernelCase.ts';

export interface WalkedAnswer {
  readonly packet: Packet;
  readonly host: HostJson;
  readonly walk: Walk;
}

export function walkOfAnswerCase({ host = {}, rules, packet: text }: AnswerCase): WalkedAnswer {
  const whole = { ...USUAL, ...host };
  const packet = packetOf(text, hostOf(whole));
  const ruleset = rulesetOf(rules, { family: packet.family });
  const { walks } = simulate({ ruleset, packet, host: hostOf(whole) });
  return { packet, host: whole, walk: walks[0] as Walk };
}
