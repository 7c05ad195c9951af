/** Which variable stands for which bit of which packet field, and what a packet can look like at all.
 *  Laid out from the field table; addresses first, which measured best for address-shaped tables. */
import type { Host } from '../../host/host.ts';
import { Budget } from '../../lib/budget.ts';
import type { Family } from '../../packet/address.ts';
import type { Field } from '../../packet/fields.ts';
import { FIELDS } from '../../packet/fields.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { BddManager } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import { equal, variables } from '../diagrams/vector.ts';

/** Fields a packet starts with; all others follow from its way. */
export const START_FIELDS = [
  'dst',
  'src',
  'dport',
  'sport',
  'proto',
  'uid',
  'gid',
  'flags',
  'icmpType',
  'icmpCode',
  'mark',
  'fragOffset',
  'ttl',
  'tos',
  'length',
  'mac',
  'spi',
] as const satisfies readonly Field[];
export type StartField = (typeof START_FIELDS)[number];

export interface Space {
  readonly manager: BddManager;
  /** of the question that is asked in this space */
  readonly budget: Budget;
  readonly family: Family;
  readonly host: Host;
  readonly start: Readonly<Record<StartField, Vector>>;
  /** first variable of each field, for reading a witness back */
  readonly offsets: Readonly<Record<StartField, number>>;
  /** the packet has a sending socket; the socket belongs to a process */
  readonly socket: Bdd;
  readonly process: Bdd;
  readonly hasMac: Bdd;
  /** they come from neighbours whose addresses nobody has said */
  readonly macUnsaid?: true;
  /** the first variable that stands for nothing yet */
  readonly free: number;
  readonly has: { readonly ports: Bdd; readonly tcp: Bdd; readonly icmp: Bdd; readonly index: Bdd };
}

export function makeSpace(family: Family, host: Host, budget = new Budget()): Space {
  const manager = new BddManager(budget);
  const offsets: Partial<Record<StartField, number>> = {};
  let next = 0;
  for (const field of START_FIELDS) {
    offsets[field] = next;
    next += widthOf(field, family);
  }
  const start = Object.fromEntries(
    START_FIELDS.map((field) => [field, variables(manager, { start: offsets[field] as number, width: widthOf(field, family) })]),
  ) as unknown as Record<StartField, Vector>;
  const whole = equal(manager, start.fragOffset, 0);
  const marks = next;
  next += PRESENCES;
  const proto = (...numbers: number[]): Bdd =>
    manager.and(whole, manager.any(numbers.map((number) => equal(manager, start.proto, number))));
  return {
    manager,
    budget,
    family,
    host,
    start,
    offsets: offsets as Record<StartField, number>,
    socket: manager.variable(marks),
    process: manager.variable(marks + 1),
    hasMac: manager.variable(marks + 2),
    free: next,
    has: {
      ports: proto(PROTO.tcp, PROTO.udp, PROTO.udplite, PROTO.sctp, PROTO.dccp),
      tcp: proto(PROTO.tcp),
      icmp: proto(family === 4 ? PROTO.icmp : PROTO.icmpv6),
      index: family === 4 ? proto(PROTO.esp, PROTO.ah) : proto(PROTO.esp),
    },
  };
}

export interface SpaceAround {
  readonly host: Host;
  readonly budget: Budget;
}

/** For a part of a question: what its nodes take of the budget is given back. */
export function inOwnSpace<T>(family: Family, { host, budget }: SpaceAround, work: (space: Space) => T): T {
  const space = makeSpace(family, host, budget);
  try {
    return work(space);
  } finally {
    space.manager.release();
  }
}

/** socket, process, hasMac */
const PRESENCES = 3;

export function widthOf(field: StartField, family: Family): number {
  const { type } = FIELDS[field];
  return type === 'address' ? (family === 4 ? 32 : 128) : (type as number);
}
