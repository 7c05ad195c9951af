/** First packets that open a connection: simulate/conversation.ts opens() for sets. */
import { typeIntervals } from '../../host/addrType.ts';
import { ADDR_TYPES, type AddrType, TCP_FLAGS } from '../../packet/fields.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import { equal, maskedEqual, type Vector, vectorIn } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import type { FateClass } from '../walk/traverse.ts';

const { F, S, R, A } = TCP_FLAGS;

/** They arrive at a process or leave for another host, and expect an answer. */
export function opens(space: Space, { fate, env }: FateClass): Bdd {
  const { manager, start, has } = space;
  if (fate.kind !== 'delivered' && fate.kind !== 'sent' && fate.kind !== 'forwarded') return EMPTY;
  const isEcho = manager.and(has.icmp, equal(manager, start.icmpType, space.family === 4 ? 8 : 128));
  const isSyn = maskedEqual(manager, start.flags, { value: S, mask: F | S | R | A });
  const asks = manager.and(has.ports, manager.or(manager.not(has.tcp), isSyn));
  // nothing listens: the kernel refuses what is for a port
  const isClosed = fate.kind === 'delivered' && fate.listener === undefined;
  return manager.minus(
    isClosed ? answeredEchoes(space, isEcho) : manager.or(asks, isEcho),
    manager.or(ofTypes(space, start.src, TO_MANY), ofTypes(space, env.dst, TO_MANY)),
  );
}

const TO_MANY: readonly AddrType[] = ['BROADCAST', 'MULTICAST', 'UNSPEC'];

function answeredEchoes({ host, family }: Space, isEcho: Bdd): Bdd {
  const silent = host.sysctls.get(family === 4 ? 'net.ipv4.icmp_echo_ignore_all' : 'net.ipv6.icmp.echo_ignore_all') ?? '0';
  return silent.trim() === '0' ? isEcho : EMPTY;
}

/** The socket that took the packet may not send from the address that it was sent to. See simulate/laterPacket.ts cannotAnswer(). In place of
 *  the unspecified one the kernel chooses another, which nobody waits for; and what is for it stays on this host. */
export function unansweredHere(space: Space, { fate, env }: FateClass): Bdd {
  if (fate.kind !== 'delivered') return EMPTY;
  if (space.family === 6) return space.manager.or(equal(space.manager, env.src, 0), equal(space.manager, env.dst, 0));
  if (fate.listener === undefined) return EMPTY;
  return fate.transparent || fate.listener.transparent ? EMPTY : space.manager.not(ofTypes(space, env.dst, ['LOCAL']));
}

export function ofTypes({ host, family, manager }: Space, address: Vector, types: readonly AddrType[]): Bdd {
  const asked = typeIntervals(host, family, undefined).filter(({ type }) => types.some((name) => ADDR_TYPES[type] === name));
  return manager.any(asked.map(({ addresses }) => vectorIn(manager, address, addresses)));
}
