/** Packets just inside and just outside of every value and range that rules match on. */
import fc from 'fast-check';
import { completePacket } from '../../host/completePacket.ts';
import type { Family } from '../../packet/address.ts';
import type { FieldValue } from '../../packet/fields.ts';
import { type PacketJson, toPacketJson } from '../../packet/packetJson.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import { InputError } from '../library/inputError.ts';
import type { RulesInput } from '../library/rules.ts';
import { holds } from './domain.ts';
import { consistent, drawnPackets } from './fields.ts';
import { asGenerated } from './generated.ts';
import { matchedTogether } from './matching.ts';
import { type PacketOptions, type PacketScene, sceneOf } from './scene.ts';

/** A packet in object form. What is left out has its usual value: `uid` and `gid` 1000, source port 40000, a SYN. */
export type GeneratedPacket = Partial<PacketJson> & Pick<PacketJson, 'dir' | 'proto' | 'dst'>;

/** Packets for rules: at the addresses, ports, users, marks and interfaces that the rules name, one beside them, and anywhere.
 *  Without rules: at the values that `rulesets` draws from; so `fc.property(rulesets({ family: 4 }), packets(), ...)` shrinks both.
 *  They shrink to a TCP packet of the application (uid 1000) to 203.0.113.9:80.
 *  @throws InputError when the rules or an option cannot be read, or no packet was found that fits them */
export function packets(rules: RulesInput = [], options: PacketOptions = {}): fc.Arbitrary<GeneratedPacket> {
  const scene = sceneOf(rules, options);
  const possible = scene.families.flatMap((family) => {
    const drawn = (dirs: PacketScene['dirs']) => {
      const any = drawnPackets({ ...scene, dirs }, family);
      const together = options.matching === true ? matchedTogether(scene, family, dirs) : undefined;
      const alone = any.map((one) => consistent(one, family));
      if (together === undefined) return alone;
      const matching = fc.tuple(any, together).map(([one, { dir = one.dir, ...values }]) => {
        const own = dir === 'out' ? { sent: { ...one.sent, ...values } } : { arriving: { ...one.arriving, ...values } };
        return consistent({ ...one, ...own, dir }, family);
      });
      return fc.oneof({ withCrossShrink: true }, alone, matching);
    };
    if (scene.conditions[family].length === 0 && options.host === undefined) return [drawn(scene.dirs)];
    const fits = (packet: PartialPacket): boolean => isIn(scene, family, packet);
    const dirs = scene.dirs.filter((dir) => fc.sample(drawn([dir]), { numRuns: TRIES, seed: 1 }).some(fits));
    return dirs.length === 0 ? [] : [drawn(dirs).filter(fits)];
  });
  if (possible.length === 0) throw new InputError([`no packet was found that fits \`${JSON.stringify(options)}\``]);
  return fc.oneof({ withCrossShrink: true }, ...possible).map((packet) => asGenerated(objectForm(scene, packet)));
}

/** Packets that are drawn to see whether one is in the set. */
const TRIES = 500;

function isIn({ host, conditions }: PacketScene, family: Family, given: PartialPacket): boolean {
  const { packet } = completePacket(given, host);
  if (packet === undefined) return false;
  const fields = packet as unknown as Readonly<Record<string, FieldValue | undefined>>;
  const socket = packet.socket ? 1 : undefined;
  return conditions[family].every((condition) => holds(condition, (field) => (field === 'socket' ? socket : fields[field])));
}

/** Keys of the object form that are there even with their usual value. */
const ALWAYS: ReadonlySet<string> = new Set(['dir', 'proto', 'dst', 'dport']);
const USUAL: PartialPacket = { uid: 1000, gid: 1000, mark: 0, iif: 'eth0' };

function objectForm({ host }: PacketScene, packet: PartialPacket): GeneratedPacket {
  const given = Object.fromEntries(Object.entries(packet).filter(([key, value]) => USUAL[key as keyof PartialPacket] !== value));
  const { packet: whole } = completePacket(given, host);
  // a host without eth0, say: as it was drawn
  const json = whole === undefined ? undefined : toPacketJson(whole);
  if (json === undefined) throw new InputError([completePacket(given, host).problem ?? 'the packet is incomplete']);
  const named = new Set(Object.keys(given).map((key) => SPELLED[key] ?? key));
  return Object.fromEntries(Object.entries(json).filter(([key]) => ALWAYS.has(key) || named.has(key))) as GeneratedPacket;
}

const SPELLED: Readonly<Record<string, string>> = { icmpType: 'icmp', icmpCode: 'icmp', length: 'len', fragOffset: 'frag' };
