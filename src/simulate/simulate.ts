/** One packet, every way it can take through one host's rules. Pure: the same arguments give the same walks. */

import type { Host } from '../host/host.ts';
import { Budget } from '../lib/budget.ts';
import { invariant } from '../lib/invariant.ts';
import type { Packet } from '../packet/packet.ts';
import { countRulesAndElements } from '../ruleset/count.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { everyWay } from './choices.ts';
import { compiled } from './compiled.ts';
import type { ConnectedSocket } from './connectedSocket.ts';
import type { Connection } from './connection.ts';
import { traverseOrCut } from './cutWalk.ts';
import { withoutIdleOrders } from './orders.ts';
import { type Walk, whySpent } from './trace.ts';
import { traverse } from './traverse.ts';

export interface SimulateOptions {
  /** record rules that did not match, and chain ends */
  readonly detailed?: boolean;
  /** at most so many ways; 256 when absent */
  readonly ways?: number;
  /** also the orders of tables of one priority that change nothing */
  readonly everyOrder?: boolean;
  /** what REJECT answers is lost before it meets a rule */
  readonly withoutAnswers?: boolean;
  /** of the question that the walks are a part of */
  readonly budget?: Budget;
  /** a walk that spends the budget ends undecided, and says so; else a `BudgetError` is thrown */
  readonly cut?: boolean;
}

export interface Walks {
  /** at least one; several when chance or something unmodelled decides */
  readonly walks: readonly Walk[];
  /** there are more ways than were walked */
  readonly truncated: boolean;
}

export interface SimulationInput {
  readonly ruleset: Ruleset;
  readonly packet: Packet;
  readonly host: Host;
  /** what earlier packets left in the table of connections: `connections` of their walk; absent: it is empty */
  readonly connections?: readonly Connection[];
  /** of a packet with a state: the connection that it belongs to; absent: as the packet says */
  readonly connection?: Connection;
  /** of processes here that are connected by now; absent: none */
  readonly sockets?: readonly ConnectedSocket[];
  /** it stands for packets of every length, of which those that go on fit every link */
  readonly fits?: boolean;
}

export function simulate(given: SimulationInput, options: SimulateOptions = {}): Walks {
  const { ruleset, packet, host, connections = [], connection, sockets = [], fits = false } = given;
  invariant(ruleset.family === packet.family, `an IPv${packet.family} packet cannot meet IPv${ruleset.family} rules`);
  const rules = compiled(ruleset);
  const budget = options.budget ?? new Budget();
  budget.admit(ruleset, countRulesAndElements(ruleset));
  const asked = {
    rules,
    packet,
    host,
    budget,
    detailed: options.detailed === true,
    withoutAnswers: options.withoutAnswers === true,
    connections,
    sockets,
    fits,
    ...(connection && { connection }),
  };
  const walk = options.cut === true ? traverseOrCut : traverse;
  const { results, truncated } = everyWay((choose) => walk({ ...asked, choose }), {
    most: options.ways ?? 256,
    isLast: (one) => whySpent(one) !== undefined,
  });
  return { walks: options.everyOrder === true ? results : withoutIdleOrders(results), truncated };
}
