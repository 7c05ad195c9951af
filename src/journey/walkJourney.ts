/** Follows a packet through the mesh: each time a listener of the proxy takes it, the proxy's own packet is the next leg. */

import { completePacket } from '../host/completePacket.ts';
import type { Host, Listener } from '../host/host.ts';
import type { Emission, MeshListener, MeshProfile } from '../mesh/profile.ts';
import { parseAddress } from '../packet/address.ts';
import type { Packet } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { simulate } from '../simulate/simulate.ts';
import type { Walk } from '../simulate/trace.ts';
import type { Journey, Leg, Outcome, Path } from './journey.ts';
import { legOutcome } from './outcome.ts';

export interface JourneyOptions {
  readonly host: Host;
  /** absent: no mesh; every listener is the application's */
  readonly profile?: MeshProfile;
  readonly detailed?: boolean;
  /** at most so many paths; 256 when absent */
  readonly budget?: number;
}

interface Traveller {
  readonly ruleset: Ruleset;
  readonly options: JourneyOptions;
  readonly budget: number;
  readonly paths: Path[];
  truncated: boolean;
}

export function walkJourney(ruleset: Ruleset, packet: Packet, options: JourneyOptions): Journey {
  const traveller: Traveller = { ruleset, options, budget: options.budget ?? 256, paths: [], truncated: false };
  follow(traveller, { packet, sender: senderOf(packet, options), before: [] });
  const { paths, truncated } = traveller;
  const outcomes = new Set(paths.map((path) => path.outcome));
  const [only] = outcomes;
  const outcome: Outcome = truncated || outcomes.size !== 1 || only === undefined ? 'undecided' : only;
  return { packet, outcome, paths, truncated };
}

interface NextLeg {
  readonly packet: Packet;
  readonly sender: string;
  readonly before: readonly Leg[];
}

function follow(traveller: Traveller, { packet, sender, before }: NextLeg): void {
  const { ruleset, options, budget, paths } = traveller;
  const { walks, truncated } = simulate(
    { ruleset, packet, host: options.host },
    { budget: budget - paths.length, ...(options.detailed === undefined ? {} : { detailed: options.detailed }) },
  );
  if (truncated) traveller.truncated = true;
  for (const walk of walks) {
    if (paths.length >= budget) {
      traveller.truncated = true;
      return;
    }
    const taken = takenBy(walk, options);
    const leg: Leg = {
      sender,
      walk,
      ...(taken?.listener === undefined ? {} : { listener: taken.listener }),
      ...(taken?.mesh === undefined ? {} : { role: taken.mesh.role }),
    };
    const legs = [...before, leg];
    const seenAt =
      taken?.mesh?.emits === undefined
        ? -1
        : before.findIndex((earlier) => earlier.role !== undefined && earlier.listener?.port === taken.mesh?.port);
    const emitted = seenAt < 0 ? emission(walk, taken, options) : undefined;
    if (emitted !== undefined) follow(traveller, { packet: emitted, sender: options.profile?.process.name ?? 'proxy', before: legs });
    else paths.push(pathOf(legs, seenAt < 0 ? undefined : seenAt));
  }
}

function pathOf(legs: readonly Leg[], cycleFrom: number | undefined): Path {
  const choices = legs.flatMap(({ walk }) => walk.choices);
  const first = legs[0];
  if (cycleFrom !== undefined) return { outcome: 'loop', legs, choices, cycleFrom };
  return { outcome: first === undefined ? 'undecided' : legOutcome(first), legs, choices };
}

function takenBy(walk: Walk, { host, profile }: JourneyOptions): Taken | undefined {
  const { fate } = walk;
  if (fate.kind !== 'delivered' || fate.process === undefined) return undefined;
  const listener = host.listeners.find(
    ({ process, port, proto }) => process === fate.process && proto === walk.packet.proto && (port === undefined || port === fate.listener),
  );
  if (listener === undefined) return undefined;
  const mesh = profile?.listeners.find(({ port }) => fate.process === profile.process.name && port === listener.port);
  return { listener, mesh };
}

interface Taken {
  readonly listener: Listener;
  readonly mesh: MeshListener | undefined;
}

/** The packet that the proxy sends next; undefined when it sends none. */
function emission(walk: Walk, taken: Taken | undefined, { host, profile }: JourneyOptions): Packet | undefined {
  const { fate, packet } = walk;
  const mesh = taken?.mesh;
  if (fate.kind !== 'delivered' || mesh?.emits === undefined || profile === undefined) return undefined;
  if (profile.blackholesOwnPort && packet.dport === mesh.port) return undefined;
  if (packet.proto === PROTO.tcp && ((packet.flags ?? 0) & 0x17) !== 2) return undefined;
  const how: Emission = (taken?.listener.transparent ? mesh.transparent : undefined) ?? mesh.emits;
  const identity = host.processes.get(profile.process.name) ?? profile.process;
  const src = how.source === 'own' ? undefined : how.source === 'client' ? packet.src : parseAddress(how.source[packet.family]);
  return completePacket(
    {
      dir: 'out',
      proto: packet.proto,
      dst: packet.dst,
      uid: identity.uid,
      gid: identity.gid,
      mark: how.mark,
      ...(src === undefined ? {} : { src }),
      ...(packet.dport === undefined ? {} : { dport: packet.dport }),
    },
    host,
  ).packet;
}

function senderOf(packet: Packet, { host }: JourneyOptions): string {
  if (packet.dir === 'in') return 'client';
  if (!packet.socket) return 'kernel';
  const named = [...host.processes].find(([, { uid, gid }]) => uid === packet.uid && gid === packet.gid);
  return named?.[0] ?? 'process';
}
