/** A packet of a set that a person can read: familiar values first, as many as the set allows. */

import type { ForcedState } from '../../netfilter/firstState.ts';
import type { Address } from '../../packet/address.ts';
import { familyOf } from '../../packet/address.ts';
import type { Packet } from '../../packet/packet.ts';
import { hasIndex, hasPorts, PROTO } from '../../packet/protocol.ts';
import { usualLength } from '../../packet/usual.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { equal } from '../diagrams/vector.ts';
import type { Space, StartField } from '../space/space.ts';
import { widthOf } from '../space/space.ts';

/** Values to try, in order, field by field. */
export type Preferences = readonly (readonly [StartField, readonly (number | bigint)[]])[];

export interface WitnessPlace {
  readonly dir: 'in' | 'out';
  /** where an arriving packet arrives */
  readonly iif?: string;
  readonly forced?: ForcedState;
  readonly preferences: Preferences;
}

/** Undefined when the set is empty. */
export function pickWitness(space: Space, set: Bdd, place: WitnessPlace): Packet | undefined {
  const { manager } = space;
  if (set === EMPTY) return undefined;
  let left = prefer(space, set, place.dir === 'out' ? manager.and(space.socket, space.process) : FULL);
  for (const [field, values] of place.preferences) {
    for (const value of values) {
      const narrowed = manager.and(left, equal(manager, space.start[field], value));
      if (narrowed === EMPTY) continue;
      left = narrowed;
      break;
    }
  }
  return packetOf(space, anyAssignment(space, prefer(space, left, usualLengths(space))), place);
}

/** Packets without data. */
function usualLengths({ manager, start, family }: Space): Bdd {
  const named = [PROTO.tcp, PROTO.udp, PROTO.icmp, PROTO.icmpv6].map((proto) => ({ proto, is: equal(manager, start.proto, proto) }));
  const hasLength = (proto: number): Bdd => equal(manager, start.length, usualLength(family, proto));
  const others = manager.and(manager.all(named.map(({ is }) => manager.not(is))), hasLength(PROTO.gre));
  return named.reduce((all, { proto, is }) => manager.or(all, manager.and(is, hasLength(proto))), others);
}

function prefer({ manager }: Space, set: Bdd, wish: Bdd): Bdd {
  const narrowed = manager.and(set, wish);
  return narrowed === EMPTY ? set : narrowed;
}

/** Follows the diagram to the full set, 0 before 1; variables it does not ask about stay 0. */
function anyAssignment({ manager }: Space, set: Bdd): ReadonlyMap<number, 0 | 1> {
  const values = new Map<number, 0 | 1>();
  let at = set;
  while (at !== FULL) {
    const low = manager.low(at);
    values.set(manager.variableOf(at), low === EMPTY ? 1 : 0);
    at = low === EMPTY ? manager.high(at) : low;
  }
  return values;
}

function packetOf(space: Space, values: ReadonlyMap<number, 0 | 1>, { dir, iif, forced }: WitnessPlace): Packet {
  const { family, offsets, manager } = space;
  const big = (field: StartField): bigint => {
    let value = 0n;
    for (let bit = 0; bit < widthOf(field, family); bit++) value = (value << 1n) | BigInt(values.get(offsets[field] + bit) ?? 0);
    return value;
  };
  const number = (field: StartField): number => Number(big(field));
  const address = (field: 'src' | 'dst'): Address => (family === 4 ? number(field) : big(field));
  const isSet = (variable: Bdd): boolean => values.get(manager.variableOf(variable)) === 1;
  const proto = number('proto');
  const fragOffset = number('fragOffset');
  const whole = fragOffset === 0;
  const socket = dir === 'out' && isSet(space.socket);
  return {
    family,
    dir,
    proto,
    src: address('src'),
    dst: address('dst'),
    socket,
    mark: number('mark'),
    ttl: number('ttl'),
    tos: number('tos'),
    length: number('length'),
    fragOffset,
    ...(whole && hasPorts(proto) ? { sport: number('sport'), dport: number('dport') } : {}),
    ...(whole && proto === PROTO.tcp ? { flags: number('flags') } : {}),
    ...(whole && proto === (family === 4 ? PROTO.icmp : PROTO.icmpv6)
      ? { icmpType: number('icmpType'), icmpCode: number('icmpCode') }
      : {}),
    ...(whole && hasIndex(proto, family) ? { spi: number('spi') } : {}),
    ...(socket && isSet(space.process) ? { uid: number('uid'), gid: number('gid') } : {}),
    ...(iif === undefined ? {} : { iif }),
    ...(forced === undefined ? {} : { ctstate: forced.state, connmark: forced.connmark }),
    ...(isSet(space.hasMac) ? { mac: number('mac') } : {}),
  };
}

/** What people know: the pod's own world and the documentation addresses. `own` are the host's addresses. */
export function usualPreferences(space: Space, dir: 'in' | 'out'): Preferences {
  const own = space.host.interfaces
    .filter(({ name }) => name !== 'lo')
    .flatMap(({ addresses }) => addresses.map(({ address }) => address))
    .filter((address) => familyOf(address) === space.family);
  const outside: readonly Address[] = space.family === 4 ? OUTSIDE4 : OUTSIDE6;
  // localhost, and where stub resolvers listen
  const loopback: readonly Address[] = space.family === 4 ? [0x7f00_0001, 0x7f00_0035] : [1n];
  return [
    ['fragOffset', [0]],
    ['proto', [PROTO.tcp, PROTO.udp, space.family === 4 ? PROTO.icmp : PROTO.icmpv6]],
    ['flags', [0x02, 0x10]],
    ['icmpType', space.family === 4 ? [8] : [128]],
    ['icmpCode', [0]],
    ['mark', [0]],
    ['dst', dir === 'out' ? [...outside, ...own, ...loopback] : [...own, ...outside]],
    ['src', [...(dir === 'out' ? [...own, ...loopback] : []), ...outside.slice(1), ...outside]],
    ['dport', [443, 80, 8080, 53, 15001, 15006]],
    ['sport', [40000]],
    ['uid', [1000, 1337, 0]],
    ['gid', [1000, 1337, 0]],
    ['ttl', [64]],
    ['tos', [0]],
    ['mac', [0x0200_0000_0001]],
    ['spi', [256]],
  ];
}

/** 203.0.113.9, 10.0.0.9, 10.96.0.10, 10.244.0.9 */
const OUTSIDE4: readonly number[] = [0xcb00_7109, 0x0a00_0009, 0x0a60_000a, 0x0af4_0009];
/** 2001:db8::9, fd00:96::a, fd00:10:244::9 */
const OUTSIDE6: readonly bigint[] = [(0x2001_0db8n << 96n) | 9n, (0xfd00_0096n << 96n) | 10n, (0xfd00_0010_0244n << 80n) | 9n];
