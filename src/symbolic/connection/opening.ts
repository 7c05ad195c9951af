/** First packets that open a connection: simulate/conversation.ts opens() for sets. */
import { sendsFromAny, transparentOwners } from '../../host/bind.ts';
import type { AddrType } from '../../packet/fields.ts';
import { SYN } from '../../packet/syn.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { equal, maskedEqual } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { ofTypes } from '../walk/addressTypes.ts';
import type { FateClass } from '../walk/traverse.ts';

/** Packets that ask for an answer, wherever they go: echo requests, a SYN, and whatever else has ports. */
export function askingPackets(space: Space): Bdd {
  const { manager, start, has } = space;
  const isSyn = maskedEqual(manager, start.flags, SYN);
  const asks = manager.and(has.ports, manager.or(manager.not(has.tcp), isSyn));
  return manager.or(asks, echoRequests(space));
}

function echoRequests({ manager, start, has, family }: Space): Bdd {
  return manager.and(has.icmp, equal(manager, start.icmpType, family === 4 ? 8 : 128));
}

/** They arrive at a process or leave for another host, and expect an answer. `iif`: where they arrive; absent: they are sent here. */
export function opens(space: Space, { fate, env }: FateClass, iif: string | undefined): Bdd {
  const { manager, start } = space;
  if (fate.kind !== 'delivered' && fate.kind !== 'sent' && fate.kind !== 'forwarded') return EMPTY;
  // nothing listens: the kernel refuses what is for a port
  const isClosed = fate.kind === 'delivered' && fate.listener === undefined;
  const asking = isClosed ? answeredEchoes(space) : askingPackets(space);
  // `::` has the type of its route, where there is none
  const unspecified = space.family === 6 ? [equal(manager, start.src, 0), equal(manager, env.dst, 0)] : [];
  return manager.minus(
    iif === undefined ? manager.and(asking, fromOwnSources(space)) : asking,
    manager.any([ofTypes(space, start.src, TO_MANY), ofTypes(space, env.dst, TO_MANY), ...unspecified]),
  );
}

/** As isOwnSource of host/bind.ts, for what is sent here. */
function fromOwnSources(space: Space): Bdd {
  const found = own.get(space) ?? ownSources(space);
  own.set(space, found);
  return found;
}

const own = new WeakMap<Space, Bdd>();

function ownSources(space: Space): Bdd {
  const { manager, start, host, family, socket, process } = space;
  if (sendsFromAny(host, family)) return FULL;
  const owners = transparentOwners(host);
  const transparent =
    owners === 'any'
      ? socket
      : manager.any(
          owners.map(({ uid, gid }) => manager.all([socket, process, equal(manager, start.uid, uid), equal(manager, start.gid, gid)])),
        );
  return manager.or(ofTypes(space, start.src, ['LOCAL']), transparent);
}

const TO_MANY: readonly AddrType[] = ['BROADCAST', 'MULTICAST', 'UNSPEC'];

function answeredEchoes(space: Space): Bdd {
  const { host, family } = space;
  const silent = host.sysctls.get(family === 4 ? 'net.ipv4.icmp_echo_ignore_all' : 'net.ipv6.icmp.echo_ignore_all') ?? '0';
  return silent.trim() === '0' ? echoRequests(space) : EMPTY;
}

/** The socket that took the packet may not send from the address that it was sent to. See simulate/laterPacket.ts cannotAnswer(). What
 *  is for the unspecified one stays on this host. */
export function unansweredHere(space: Space, { fate, env }: FateClass): Bdd {
  if (fate.kind !== 'delivered') return EMPTY;
  if (space.family === 6) return equal(space.manager, env.src, 0);
  if (fate.listener === undefined) return EMPTY;
  return fate.transparent || fate.listener.transparent ? EMPTY : space.manager.not(ofTypes(space, env.dst, ['LOCAL']));
}
