/** The parts of a packet that can be changed in its text, and the packets that differ from one in few of them. */
import type { Packet } from '../packet/packet.ts';
import { usualFields } from '../packet/usual.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY, FULL } from '../symbolic/diagrams/bdd.ts';
import { equal } from '../symbolic/diagrams/vector.ts';
import type { Space, StartField } from '../symbolic/space/space.ts';

/** A key of the object form. */
export type PartKey =
  | 'proto'
  | 'uid'
  | 'gid'
  | 'dport'
  | 'dst'
  | 'src'
  | 'sport'
  | 'iif'
  | 'ctstate'
  | 'socket'
  | 'icmp'
  | 'tos'
  | 'len'
  | 'ttl'
  | 'spi'
  | 'frag'
  | 'mac'
  | 'mark'
  | 'flags';

export interface PacketPart {
  readonly key: PartKey;
  /** keys that change with it */
  readonly more: readonly PartKey[];
  readonly fields: readonly StartField[];
  /** packets that have it as the given one does */
  readonly same: Bdd;
}

/** In the order in which people would change them; the interface of an arrival has no variables. */
const FIELDS_OF: readonly (readonly [PartKey, ...StartField[]])[] = [
  ['proto', 'proto'],
  ['uid', 'uid'],
  ['gid', 'gid'],
  ['dport', 'dport'],
  ['dst', 'dst'],
  ['src', 'src'],
  ['sport', 'sport'],
  ['socket'],
  ['icmp', 'icmpType', 'icmpCode'],
  ['tos', 'tos'],
  ['len', 'length'],
  ['ttl', 'ttl'],
  ['spi', 'spi'],
  ['frag', 'fragOffset'],
  ['mac', 'mac'],
  ['mark', 'mark'],
  ['flags', 'flags'],
];

/** What another protocol would have where the packet has nothing. */
export function valueOrUsual(packet: Packet, field: StartField): number | bigint {
  const usual: Readonly<Partial<Record<StartField, number>>> = usualFields(packet.family);
  return packet[field] ?? usual[field] ?? 0;
}

export function packetParts(space: Space, packet: Packet): readonly PacketPart[] {
  const { manager, start, socket, process, hasMac } = space;
  const as = (variable: Bdd, isSet: boolean): Bdd => (isSet ? variable : manager.not(variable));
  return FIELDS_OF.map(([key, ...fields]) => {
    const values = fields.map((field) => equal(manager, start[field], valueOrUsual(packet, field)));
    if (key === 'socket') values.push(as(socket, packet.dir === 'out' && packet.socket), as(process, packet.uid !== undefined));
    if (key === 'mac') values.push(as(hasMac, packet.mac !== undefined));
    // without a socket there is no owner either
    const more: readonly PartKey[] = key === 'socket' && packet.uid !== undefined ? ['uid', 'gid'] : [];
    return { key, more, fields, same: manager.all(values) };
  });
}

/** Packets that differ in at most so many keys. */
export function around({ manager }: Space, parts: readonly PacketPart[], most: number): Bdd {
  let within: readonly Bdd[] = Array.from({ length: most + 1 }, () => FULL);
  for (const { same, more } of parts.toReversed()) {
    within = within.map((few, at) => manager.or(manager.and(same, few), within[at - 1 - more.length] ?? EMPTY));
  }
  return within[most] ?? EMPTY;
}

/** The sets of parts, of so many keys, in which some packet of the set differs, and in no other; the likeliest first, at most `most` of them. */
export function changesIn(
  { manager }: Space,
  { set, parts, size, most }: { readonly set: Bdd; readonly parts: readonly PacketPart[]; readonly size: number; readonly most: number },
): readonly { readonly changed: readonly PacketPart[]; readonly set: Bdd }[] {
  const found: { readonly changed: readonly PacketPart[]; readonly set: Bdd }[] = [];
  const choose = (at: number, left: Bdd, { changed, room }: { readonly changed: readonly PacketPart[]; readonly room: number }): void => {
    if (left === EMPTY || found.length >= most) return;
    const part = parts[at];
    if (part === undefined) {
      if (room === 0) found.push({ changed, set: left });
      return;
    }
    const needed = 1 + part.more.length;
    if (needed <= room) choose(at + 1, manager.minus(left, part.same), { changed: [...changed, part], room: room - needed });
    choose(at + 1, manager.and(left, part.same), { changed, room });
  };
  choose(0, set, { changed: [], room: size });
  return found;
}
