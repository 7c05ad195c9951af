/** Small pools of values, near each other's boundaries, so that random rules and random packets meet often. */
import { inSet } from '../../netfilter/matchExpr.ts';
import { type Family, parsePrefix, prefixRange } from '../../packet/address.ts';
import type { Field, FieldValue } from '../../packet/fields.ts';
import { edgesOf } from './boundaries.ts';

export interface AddressPool {
  /** addresses of the host itself, loopback included */
  readonly own: readonly string[];
  /** addresses beyond the host's interfaces */
  readonly foreign: readonly string[];
  /** ends of packets only: the kernel treats them specially */
  readonly odd: readonly string[];
  readonly prefixes: readonly string[];
}

export const ADDRESSES: Readonly<Record<Family, AddressPool>> = {
  4: {
    own: ['10.244.0.5', '10.244.0.77', '192.168.50.5', '127.0.0.1', '127.0.0.6'],
    foreign: ['10.244.0.9', '10.0.0.9', '10.0.0.10', '10.8.0.1', '192.168.50.9', '8.8.8.8', '172.31.0.1', '240.0.0.1', '192.168.51.5'],
    odd: ['0.0.0.0', '127.0.0.2', '10.244.0.255', '10.244.0.0', '192.168.50.255', '255.255.255.255', '224.0.0.1', '239.1.1.1'],
    prefixes: [
      '10.244.0.5/32',
      '127.0.0.1/32',
      '127.0.0.6/32',
      '127.0.0.0/8',
      '10.0.0.0/8',
      '10.0.0.8/30',
      '10.244.0.0/24',
      '192.168.50.0/24',
      '10.0.0.9',
      '10.96.0.0/16',
      '0.0.0.0/1',
      '224.0.0.0/4',
    ],
  },
  6: {
    own: ['fd00:10:244::5', 'fd00:10:244::77', 'fd00:192:168:50::5', '::1', '::6'],
    foreign: [
      'fd00:10:244::9',
      '2001:db8::9',
      '2001:db8::a',
      'fd00:8::1',
      'fd00:192:168:50::9',
      '2001:db8:31::1',
      '::ffff:10.0.0.9',
      'fd00:192:168:51::4',
    ],
    odd: ['::', 'fe80::5', 'fe80::9', 'fd00:10:244::', 'ff02::1', 'ff05::1', 'ff01::1'],
    prefixes: [
      'fd00:10:244::5/128',
      '::1/128',
      '::6/128',
      'fd00::/8',
      '2001:db8::8/126',
      'fd00:10:244::/64',
      'fd00:192:168:50::/64',
      '2001:db8::9',
      'fe80::/10',
      '::/1',
      'ff00::/8',
    ],
  },
};

export const PORTS = [22, 53, 80, 443, 1023, 1024, 8080, 15001, 15006, 15008, 15020, 15053, 40000, 40001, 65535] as const;
export const PORT_RANGES = ['0:1023', '1024:65535', '80:443', '15000:15020', '40000:40001', '65535', '53'] as const;
export const MARKS = [0, 1, 7, 0x111, 0x539, 1338, 0x4000, 0x8000_0000, 0xffff_ffff] as const;
export const MASKS = [0xffff_ffff, 0xfff, 0x4000, 0xff, 0, 0xf000_0000] as const;
export const IDS = [0, 33, 1000, 1336, 1337, 1338, 5678] as const;
export const ID_RANGES = ['1337', '1000', '0', '1000-1337', '1337-1338', '0-33'] as const;
export const INTERFACES = ['eth0', 'net1', 'lo'] as const;
/** Both sides of what rules of these values ask, by field of a packet. */
export function poolValues(family: Family): ReadonlyMap<Field, readonly FieldValue[]> {
  const { own, foreign, prefixes } = ADDRESSES[family];
  const addresses = [...own, ...foreign, ...prefixes].flatMap((text) => {
    const prefix = parsePrefix(text);
    return prefix === undefined ? [] : edgesOf(inSet('dst', [prefixRange(prefix)]), family).flatMap(([, values]) => values);
  });
  const ids = [...new Set(IDS.flatMap((id) => [id, id + 1]))];
  return new Map<Field, readonly FieldValue[]>([
    ['src', addresses],
    ['dst', addresses],
    ['sport', PORTS],
    ['dport', PORTS],
    ['uid', ids],
    ['gid', ids],
    ['mark', MARKS],
  ]);
}
