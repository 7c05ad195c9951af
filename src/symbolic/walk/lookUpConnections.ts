/** The conntrack lookup for all packets: simulate/conntrack.ts for sets. */
import { takesLooseTcp } from '../../host/conntrackSettings.ts';
import { type ForcedState, firstStates } from '../../netfilter/firstState.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { constant } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { entryAt } from './connectionBits.ts';
import { encode } from './encode.ts';
import type { ConntrackEntry, Env, PacketClass } from './state.ts';

export interface TrackingOfSets {
  readonly space: Space;
  readonly ruleset: Ruleset;
  readonly forced?: ForcedState;
}

/** The state of packets that conntrack has not seen, or that left no connection behind. */
export function lookUpConnections({ space, ruleset, forced }: TrackingOfSets, one: PacketClass): readonly PacketClass[] {
  const { env } = one;
  if (!ruleset.usesConntrack || env.original !== undefined || env.state === 'UNTRACKED') return [one];
  if (forced !== undefined && env.about === undefined) return [{ ...one, env: withState(env, forced) }];
  const entry = entryAt(env.about === undefined ? env : { ...env, ...aboutPacket(env, space) });
  if (entry !== undefined) return [{ ...one, env: ofEntry(env, entry) }];
  if (env.about !== undefined)
    return [{ ...one, env: { ...env, state: 'INVALID', tracked: space.has.icmp === FULL && env.tracked && env.state === 'INVALID' } }];
  const loose = takesLooseTcp(space.host);
  const parts: PacketClass[] = [];
  let left = one.set;
  for (const { state, when } of firstStates(space.family, { loose })) {
    const set = space.manager.and(left, encode(space, env, when).must);
    if (set === EMPTY) continue;
    left = space.manager.minus(left, set);
    parts.push({ ...one, set, env: withState(env, { state, connmark: 0 }) });
  }
  return parts;
}

function aboutPacket({ entry, second }: Env, space: Space): Pick<Env, 'entry' | 'second'> {
  return { entry: aboutPacketOf(entry, space), second: aboutPacketOf(second, space) };
}

/** The answer of REJECT to a packet that was not seen as one of its connection may be seen as one all the same. */
function aboutPacketOf(entry: ConntrackEntry | undefined, { has }: Space): ConntrackEntry | undefined {
  if (entry === undefined) return undefined;
  const direction = entry.direction === 'original' ? 'reply' : 'original';
  // a reset that comes before any answer
  const state = has.icmp === FULL ? 'RELATED' : direction === 'original' ? 'NEW' : 'ESTABLISHED';
  return { ...entry, direction, state };
}

function ofEntry(env: Env, { state, direction, original, answers, connmark, zone, replyZone, masqueradedAt }: ConntrackEntry): Env {
  if (state === 'INVALID') return { ...env, ...NO_CONNECTION };
  const found = { state, direction, original, sent: answers, connmark, zone, replyZone, masqueradedAt };
  return { ...env, ...found, tracked: true, remembered: false, confirmed: true, srcDone: true, dstDone: true };
}

/** The mark of a template goes with it. */
const NO_TEMPLATE = { remembered: false, connmark: constant(0, 32) } as const;
const NO_CONNECTION = { state: 'INVALID', tracked: false, ...NO_TEMPLATE } as const;

/** A connection that is there already has had its NAT. */
function withState(env: Env, { state, connmark }: ForcedState): Env {
  if (state === 'INVALID') return { ...env, ...NO_CONNECTION };
  // kernel net/netfilter/nf_conntrack_proto_icmpv6.c nf_conntrack_icmpv6_error()
  if (state === 'UNTRACKED') return { ...env, state, tracked: true, ...NO_TEMPLATE };
  const { src, dst, sport, dport } = env;
  const original = { src, dst, sport, dport };
  const made: Env = { ...env, state, tracked: true, remembered: false, direction: 'original', original, connmark: constant(connmark, 32) };
  return state === 'NEW' ? made : { ...made, confirmed: true, srcDone: true, dstDone: true };
}
