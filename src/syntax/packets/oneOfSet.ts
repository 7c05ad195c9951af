/** One packet of a set, in words: where a set was given and one packet is needed. */
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { type Family, familyOf, formatAddress } from '../../packet/address.ts';
import { CT_STATES, type CtState } from '../../packet/packet.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import { PAIR_KEYS } from './keyNames.ts';
import { addressesOf, KEYS, type KeyName } from './packetKeys.ts';
import type { PacketSet, PacketSetTerm } from './parsePacketSet.ts';

const ADDRESSES: Readonly<Record<Family, readonly string[]>> = {
  4: ['203.0.113.9', '198.51.100.9', '10.0.0.9', '127.0.0.1'],
  6: ['2001:db8::9', '2001:db8:1::9', 'fd00::9', '::1'],
};

/** Where no other address is given, the assumed pod: what arrives is for it. */
const POD: Readonly<Record<Family, string>> = { 4: '10.244.0.5', 6: 'fd00:10:244::5' };

/** What is tried where the set says only what is not in it. */
const USUAL: Readonly<Partial<Record<KeyName, readonly string[]>>> = {
  proto: ['tcp', 'udp', 'icmp', 'sctp'],
  sport: ['40000', '40001', '80'],
  dport: ['443', '80', '8080', '53', '9090'],
  uid: ['1000', '1001', '0', '1337'],
  gid: ['1000', '1001', '0', '1337'],
  socket: ['yes', 'no'],
  iif: ['eth0', 'lo'],
  oif: ['eth0', 'lo'],
  mark: ['0', '1', '2'],
  ctstate: CT_STATES.filter((state) => state !== 'INVALID'),
  flags: ['S', 'A', 'PA', 'R'],
  icmp: ['8', '128', '0'],
  ttl: ['64', '1'],
  tos: ['0', '8'],
  len: ['60', '1500'],
  frag: ['0', '185'],
};

/** Undefined: none was found. */
export function oneOfSet({ dir, terms, alternatives = false }: PacketSet): string | undefined {
  if (alternatives) return undefined;
  const isIPv6 = terms.some(({ key, values }) => (key === 'src' || key === 'dst') && values.some((text) => text.includes(':')));
  const family = isIPv6 ? 6 : 4;
  const chosen = new Map<KeyName, string>();
  for (const key of new Set(terms.flatMap((term) => (term.key === 'fragment' || term.values.length === 0 ? [] : [term.key])))) {
    const value = chosenValue(
      key,
      terms.filter((term) => term.key === key),
      family,
    );
    if (value === undefined) return undefined;
    chosen.set(key, value);
  }
  const pairs = PAIR_KEYS.flatMap((key) => (chosen.has(key) ? [`${key}=${chosen.get(key)}`] : []));
  const to = chosen.get('dst') ?? (dir === 'in' ? POD[family] : (ADDRESSES[family][0] ?? ''));
  return [...(dir === undefined ? [] : [dir]), flowOf(new Map([...chosen, ['dst', to]]), family), ...pairs].join(' ');
}

function flowOf(chosen: ReadonlyMap<KeyName, string>, family: Family): string {
  const proto = chosen.get('proto') ?? (chosen.has('sport') || chosen.has('dport') ? 'tcp' : undefined);
  const usual = proto === 'tcp' ? '443' : proto === 'udp' ? '53' : undefined;
  const [source, sport] = [chosen.get('src'), chosen.get('sport')];
  const from = source === undefined && sport === undefined ? undefined : endText(source ?? ADDRESSES[family][1] ?? '', sport);
  const to = endText(chosen.get('dst') ?? '', chosen.get('dport') ?? usual);
  return [proto, from, '->', to].filter((part) => part !== undefined).join(' ');
}

function endText(address: string, port: string | undefined): string {
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function chosenValue(key: KeyName, terms: readonly PacketSetTerm[], family: Family): string | undefined {
  const written = terms.flatMap(({ negated, values }) => (negated ? [] : values.flatMap((text) => inRange(key, text))));
  const usual = key === 'src' || key === 'dst' ? ADDRESSES[family] : (USUAL[key] ?? []);
  return [...written, ...usual].find((text) => {
    const packet: PartialPacket | undefined = KEYS[key].one(text, family);
    return packet !== undefined && terms.every(({ expr }) => holds(expr[family], packet));
  });
}

/** Values in it that are written alone: not the address of a network itself, where it has others. */
function inRange(key: KeyName, text: string): readonly string[] {
  if (key === 'src' || key === 'dst') {
    const range = addressesOf(text);
    if (range === undefined) return [];
    const { lo, hi } = range;
    const next = typeof lo === 'bigint' ? lo + 1n : lo + 1;
    return [text.includes('/') && hi > next ? next : lo].filter((address) => familyOf(address) === familyOf(lo)).map(formatAddress);
  }
  if (key === 'iif' || key === 'oif') return [text.replace(/\+$/, '0')];
  return [text, ...text.split(/[-:/]/).slice(0, 1)];
}

/** Of conditions that a set can have, on the fields that `packet` has. */
function holds(expr: MatchExpr, packet: PartialPacket): boolean {
  switch (expr.kind) {
    case 'and':
      return expr.of.every((part) => holds(part, packet));
    case 'or':
      return expr.of.some((part) => holds(part, packet));
    case 'not':
      return !holds(expr.of, packet);
    case 'present':
      return valueIn(packet, expr.field) !== undefined;
    case 'in': {
      const value = valueIn(packet, expr.field);
      return value !== undefined && expr.intervals.some(({ lo, hi }) => value >= lo && value <= hi);
    }
    case 'masked': {
      const value = valueIn(packet, expr.field);
      return typeof value === 'number' && BigInt(value & Number(expr.mask)) === BigInt(expr.value);
    }
    default:
      return true;
  }
}

function valueIn(packet: PartialPacket, field: string): number | bigint | string | undefined {
  const value = (packet as Readonly<Record<string, unknown>>)[field];
  if (field === 'ctstate') return CT_STATES.indexOf(value as CtState);
  if (value === true) return 1;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string' ? value : undefined;
}
