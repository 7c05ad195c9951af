/** Generated pods and packets. Shrinks towards the pod 10.244.0.5, the destination 203.0.113.9:443 and uid 1000. */
import fc from 'fast-check';
import type { Journey } from '../../src/connection/journey.ts';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { completePacket } from '../../src/host/completePacket.ts';
import type { Host } from '../../src/host/host.ts';
import { readHost } from '../../src/host/readHost.ts';
import { defaultHost } from '../../src/mesh/defaultHost.ts';
import type { MeshProfile } from '../../src/mesh/profile.ts';
import type { Address } from '../../src/packet/address.ts';
import { contains, formatAddress, parseAddress, parsePrefix } from '../../src/packet/address.ts';
import type { PartialPacket } from '../../src/packet/partialPacket.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { transparentPorts } from '../../src/ruleset/transparentPorts.ts';
import { profileOf } from '../support/assumed.ts';
import { readFixture } from '../support/fixtures.ts';
import { rulesetsOf } from '../support/rulesets.ts';

/** What a pod can differ in. */
export interface Pod {
  readonly ip: string;
  readonly ip6: string;
  /** a second interface, as Multus adds it */
  readonly net1?: string;
}

export const USUAL_POD: Pod = { ip: '10.244.0.5', ip6: 'fd00:10:244::5' };

const octet = fc.integer({ min: 1, max: 254 });
export const pod: fc.Arbitrary<Pod> = fc.oneof(
  { withCrossShrink: true },
  { weight: 2, arbitrary: fc.constant(USUAL_POD) },
  fc
    .record({ a: octet, b: octet, c: octet, net1: octet })
    .map(({ a, b, c, net1 }) => ({ ip: `10.${a}.${b}.${c}`, ip6: `fd00:${a}:${b}::${c}`, net1: `192.168.50.${net1}` })),
);

export const address4: fc.Arbitrary<string> = fc.oneof(
  { withCrossShrink: true },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '203.0.113.9',
      '10.0.0.9',
      '10.96.0.1',
      '10.96.0.10',
      '10.244.0.9',
      '172.16.0.9',
      '8.8.8.8',
      '192.168.50.9',
      '198.51.100.7',
    ),
  },
  fc.integer({ min: 0x0100_0000, max: 0xdfff_ffff }).map((value) => formatAddress(value)),
);

export const address6: fc.Arbitrary<string> = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.constantFrom('2001:db8::9', 'fd00:10:244::9', 'fd00:96::a', '2606:4700::1111') },
  fc.bigInt({ min: 0x2000n << 112n, max: (0xfe00n << 112n) - 1n }).map((value) => formatAddress(value)),
);

export const port: fc.Arbitrary<number> = fc.oneof(
  { withCrossShrink: true },
  {
    weight: 3,
    arbitrary: fc.constantFrom(443, 80, 8080, 53, 22, 3306, 5432, 8443, 15001, 15006, 15008, 15020, 15021, 15053, 15090, 9090, 8081),
  },
  fc.integer({ min: 1, max: 65535 }),
);

export const appUid: fc.Arbitrary<number> = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.constantFrom(1000, 0, 65534, 1336, 1339) },
  fc.integer({ min: 0, max: 0xffff_fffe }),
);

export interface World {
  readonly rulesets: readonly Ruleset[];
  readonly profile: MeshProfile | undefined;
}

export function worldOf(fixture: string): World {
  const rulesets = rulesetsOf(readFixture(fixture).text);
  return { rulesets, profile: profileOf(rulesets) };
}

const HOSTS = new Map<string, Host>();

export function hostFor(world: World, { ip, ip6, net1 }: Pod): Host {
  const key = JSON.stringify([world.profile?.name, transparentPorts(world.rulesets), ip, ip6, net1]);
  const known = HOSTS.get(key);
  if (known !== undefined) return known;
  const usual = defaultHost({
    ...(world.profile === undefined ? {} : { profile: world.profile }),
    transparentPorts: transparentPorts(world.rulesets),
  });
  const lo = (usual.interfaces as readonly { readonly name: string }[]).filter(({ name }) => name === 'lo');
  const { host, problems } = readHost({
    ...usual,
    interfaces: [
      ...lo,
      { name: 'eth0', addresses: [`${ip}/24`, `${ip6}/64`] },
      ...(net1 === undefined ? [] : [{ name: 'net1', addresses: [`${net1}/24`] }]),
    ],
    routes: [`default via ${ip.replace(/\d+$/, '1')} dev eth0`, `default via ${ip6.replace(/[^:]+$/, '1')} dev eth0`],
  });
  if (host === undefined) throw new Error(problems.join('; '));
  HOSTS.set(key, host);
  return host;
}

export type PacketText = Omit<PartialPacket, 'src' | 'dst'> & { readonly src?: string; readonly dst: string };

export function journeyOf(world: World, pod: Pod, { src, dst, ...rest }: PacketText): Journey {
  const host = hostFor(world, pod);
  const given = { ...rest, dst: addressOf(dst), ...(src === undefined ? {} : { src: addressOf(src) }) };
  const { packet, problem } = completePacket(given, host);
  if (packet === undefined) throw new Error(problem);
  const ruleset = world.rulesets.find(({ family }) => family === packet.family);
  if (ruleset === undefined) throw new Error(`no IPv${packet.family} rules`);
  return walkJourney(ruleset, packet, { host, ...(world.profile === undefined ? {} : { profile: world.profile }) });
}

export function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is not an address`);
  return address;
}

export function inAny(cidrs: readonly string[], address: string): boolean {
  return cidrs.some((cidr) => {
    const prefix = parsePrefix(cidr);
    return prefix !== undefined && contains(prefix, addressOf(address));
  });
}

export function isOwn(host: Host, address: string): boolean {
  return host.interfaces.some(({ addresses }) => addresses.some((own) => own.address === addressOf(address)));
}
