/** What random packets are made of: the values at the edges of rules, those of the host, and usual ones. */
import { boundariesOf } from '../../../src/api/arbitraries/boundaries.ts';
import { ADDRESSES, type AddressPool } from '../../../src/api/arbitraries/pools.ts';
import { type Family, familyOf, formatAddress, parseAddress } from '../../../src/packet/address.ts';
import type { Field } from '../../../src/packet/fields.ts';
import { resolve } from '../../../src/ruleset/resolve.ts';
import { parseRules } from '../../../src/syntax/document/parse.ts';
import { hostOf } from '../../support/host.ts';
import type { HostJson } from '../question.ts';

export interface PacketPools {
  readonly addresses: AddressPool;
  readonly ports: readonly number[];
  readonly ids: readonly number[];
  readonly marks: readonly number[];
  /** interfaces on which packets arrive, and the source MAC address that such packets have */
  readonly interfaces: readonly { readonly name: string; readonly mac?: number }[];
}

export const INDICES = [0, 255, 256, 1000, 0xffff_ffff] as const;
export const TTLS = [0, 1, 2, 63, 64, 255] as const;
export const TOS = [0, 0x10, 0x2e << 2, 0xff, 3] as const;
export const LENGTHS = [60, 61, 64, 100, 1280, 1500] as const;
export const TCP_FLAG_BYTES = [0x02, 0x10, 0x12, 0x18, 0x04, 0x14, 0x11, 0x01, 0x00, 0x29, 0x22, 0x3f, 0x42, 0xc2, 0x82, 0xff] as const;

/** The MAC address that oracle/world.py gives to arriving frames. */
export const SENDER_MAC = 0x0200_0000_0001;

/** Every interface but lo; only veth has frames, and so MAC addresses. */
export function arrivals({ interfaces }: HostJson): PacketPools['interfaces'] {
  return interfaces.filter(({ name }) => name !== 'lo').map(({ name, type }) => (type === 'veth' ? { name, mac: SENDER_MAC } : { name }));
}

/** For rules of one family: values on both sides of all their edges. Texts that do not load count for nothing. */
export function poolsOf(texts: readonly string[], family: Family, host: HostJson): PacketPools {
  const { sets } = hostOf(host);
  const edges = texts
    .flatMap((text) => parseRules({ file: 'rules', text }, { family }).rulesets)
    .flatMap((node) => {
      const { ruleset } = resolve(node, { sets });
      return ruleset === undefined ? [] : [boundariesOf(ruleset)];
    });
  const numbers = (usual: readonly number[], ...fields: readonly Field[]): readonly number[] => {
    const ruled = edges.flatMap((one) => fields.flatMap((field) => [...(one.get(field) ?? [])])).map(Number);
    return [...new Set([...usual, ...ruled])];
  };
  const ruled = edges.flatMap((one) => [...(one.get('src') ?? []), ...(one.get('dst') ?? [])]);
  const named = ruled.flatMap((address) => (typeof address === 'string' ? [] : [formatAddress(address)]));
  const own = host.interfaces.flatMap(({ addresses }) => addresses).map((one) => one.split('/')[0] ?? '');
  const members = Object.values(host.sets ?? {}).flatMap((set) => set.members.map((member) => member.split(/[,/]/)[0] ?? ''));
  const loopback = ADDRESSES[family].own.filter((address) => /^(?:127|::)/.test(address));
  const inFamily = (addresses: readonly string[]): readonly string[] =>
    [...new Set(addresses)].filter((one) => {
      const address = parseAddress(one);
      return address !== undefined && familyOf(address) === family;
    });
  return {
    addresses: {
      own: inFamily([...own, ...loopback]),
      foreign: inFamily([...named, ...members, ...ADDRESSES[family].foreign]),
      odd: ADDRESSES[family].odd,
      prefixes: [],
    },
    ports: numbers([80, 443, 8080, 53, 22, 40000], 'sport', 'dport'),
    ids: numbers([0, 1000, 1337], 'uid', 'gid').filter((id) => id < 0xffff_ffff),
    marks: numbers([1, 0x539, 1338, 0x111, 0x4000], 'mark'),
    interfaces: arrivals(host),
  };
}
