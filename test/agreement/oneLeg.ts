/** Where a packet ends on one leg, in words that both engines can be put into: every end that is possible, by the simulator and by the
 *  symbolic engine's classes. */
import { asksForSource } from '../../src/host/completePacket.ts';
import type { Host } from '../../src/host/host.ts';
import { sourceFor } from '../../src/host/output.ts';
import type { Packet } from '../../src/packet/packet.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { type SimulationInput, simulate } from '../../src/simulate/simulate.ts';
import type { Walk } from '../../src/simulate/trace.ts';
import type { Assignment } from '../../src/symbolic/space/member.ts';
import { assignmentOf, bitsNumber, setContains } from '../../src/symbolic/space/member.ts';
import type { Space } from '../../src/symbolic/space/space.ts';
import { whatDecided } from '../../src/symbolic/walk/state.ts';
import type { FateClass } from '../../src/symbolic/walk/traverse.ts';

export function endsOfWalks(space: Space, ruleset: Ruleset, packet: Packet): readonly string[] {
  const walks = asSent(space.host, packet).flatMap((one) => simulate({ ruleset, packet: one, host: space.host }).walks);
  return [...new Set(walks.map(endOfWalk))].sort();
}

/** What is wrong with the ends that sets of packets have, if anything. They are equal; but where packets are dropped in whichever order tables
 *  run, neither engine tells the orders apart, each by what it knows of them: then the rule that drops them in the likeliest order is named,
 *  those of others may be (`loose`), and nothing else differs. */
export function disagreement(
  given: Omit<SimulationInput, 'packet'>,
  packet: Packet,
  asked: Sets,
): { readonly said?: string; readonly loose?: true; readonly walks: readonly Walk[] } {
  const { space, classes, ways } = asked;
  const all = (everyOrder: boolean): readonly Walk[] =>
    asSent(given.host, packet).flatMap((sent) => simulate({ ...given, packet: sent }, { ways, everyOrder }).walks);
  const walks = all(false);
  const likely = [...new Set(walks.map(endOfWalk))].sort();
  const sets = endsOfClasses(space, classes, packet);
  if (likely.join() === sets.join()) return { walks };
  const every = new Set(all(true).map(endOfWalk));
  const within = likely.every((end) => sets.includes(end)) && sets.every((end) => every.has(end));
  const isOfOrder = within && withoutRules(likely) === withoutRules(sets);
  return isOfOrder ? { walks, loose: true } : { walks, said: `simulator: ${likely.join(' | ')}\nsymbolic:  ${sets.join(' | ')}` };
}

/** Who drops is left out, how is not. */
function withoutRules(ends: readonly string[]): string {
  return [...new Set(ends.map((end) => end.replace(/^(dropped|rejected) \S+ \d*/, '$1')))].sort().join();
}

interface Sets {
  readonly space: Space;
  readonly classes: readonly FateClass[];
  readonly ways: number;
}

/** A set does not say whether the socket was bound to its source, or got it with its route. */
export function asSent(host: Host, packet: Packet): readonly Packet[] {
  const { family, dir, dst, mark, src, socket } = packet;
  if (dir === 'in' || family === 4 || !socket || !asksForSource(host, 6) || sourceFor(host, { family, dst, mark }) !== src) return [packet];
  const { srcChosen: _, ...bound } = packet;
  return [bound, { ...bound, srcChosen: true }];
}

export function endsOfClasses(space: Space, classes: readonly FateClass[], packet: Packet): readonly string[] {
  const assignment = assignmentOf(space, packet);
  return [
    ...new Set(classes.filter(({ set }) => setContains(space, set, assignment)).map((one) => endOfClass(space, one, assignment))),
  ].sort();
}

export function endOfWalk({ fate, after }: Walk): string {
  const tuple = `${after.src}:${after.sport ?? '-'} ${after.dst}:${after.dport ?? '-'} mark ${after.mark} connmark ${after.connmark} zone ${after.ctzone}`;
  switch (fate.kind) {
    case 'delivered':
      return `delivered to ${fate.process ?? 'nobody'} ${fate.transparent} ${tuple}`;
    case 'sent':
    case 'forwarded':
      return `${fate.kind} ${fate.oif} ${tuple}`;
    case 'lost':
      return `lost ${fate.reason}`;
    case 'dropped':
    case 'rejected': {
      const how = fate.kind === 'rejected' ? fate.with : '';
      return `${fate.kind} ${fate.by?.chain ?? 'policy'} ${fate.by?.number ?? ''} ${how}`;
    }
    case 'undecided':
      return 'undecided';
  }
}

function endOfClass(space: Space, one: FateClass, assignment: Assignment): string {
  const { fate, env, decided } = one;
  const number = (vector: FateClass['env']['src']) => bitsNumber(space, vector, assignment);
  const port = (vector: FateClass['env']['sport']) => (setContains(space, space.has.ports, assignment) ? number(vector) : '-');
  // that of a template is of no connection
  const connmark = env.original === undefined ? 0 : number(env.connmark);
  const tuple = `${number(env.src)}:${port(env.sport)} ${number(env.dst)}:${port(env.dport)} mark ${number(env.mark)} connmark ${connmark} zone ${env.direction === 'reply' ? env.replyZone : env.zone}`;
  switch (fate.kind) {
    case 'delivered':
      return `delivered to ${fate.listener?.process ?? 'nobody'} ${fate.transparent} ${tuple}`;
    case 'sent':
    case 'forwarded':
      return `${fate.kind} ${fate.oif} ${tuple}`;
    case 'lost':
      return `lost ${fate.reason}`;
    case 'dropped':
    case 'rejected': {
      const did = fate.kind === 'rejected' ? whatDecided(one) : undefined;
      return `${fate.kind} ${decided?.chain ?? 'policy'} ${decided?.number ?? ''} ${did?.kind === 'reject' ? did.with : ''}`;
    }
    case 'undecided':
      return 'undecided';
  }
}
