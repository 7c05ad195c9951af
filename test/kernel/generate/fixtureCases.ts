/** Random packets for every fixture and its host, from the values that stand in the rules and the host. */
import { ADDRESSES } from '../../../src/arbitraries/pools.ts';
import type { Family } from '../../../src/packet/address.ts';
import { familyOf, formatAddress, parseAddress, parsePrefix } from '../../../src/packet/address.ts';
import { dumpOf, fixtureNames, readFixture } from '../../support/fixtures.ts';
import type { HostJson } from '../question.ts';
import type { PacketPools } from './pools.ts';
import { randomFrom } from './random.ts';
import type { Case } from './randomCase.ts';
import { arrivals } from './randomCase.ts';
import { randomPacket } from './randomPacket.ts';

export function* fixtureCases(pairs: number, seed: number): Generator<Case> {
  const random = randomFrom(seed);
  const dumps = fixtureNames()
    .map(readFixture)
    .flatMap(({ name, text, host }) => FAMILIES.map((family) => ({ name, family, text: dumpOf(text, family), host: host as HostJson })))
    .filter(({ text }) => text !== '');
  for (const { name, family, text, host } of dumps) {
    const pools = poolsOf(text, family, host);
    const packets = Array.from({ length: Math.max(1, Math.round(pairs / dumps.length)) }, () => randomPacket(random, family, pools));
    yield { name: `fixtures/${name}.rules`, host, family, rules: { [`v${family}`]: text }, packets };
  }
}

const FAMILIES: readonly Family[] = [4, 6];

/** The values that stand in the rules and the host. */
export function poolsOf(text: string, family: Family, host: HostJson): PacketPools {
  const numbers = (pattern: RegExp): readonly number[] =>
    [...text.matchAll(pattern)].flatMap(([, list = '']) => list.split(/[,:-]/).map(Number));
  const own = host.interfaces.flatMap(({ addresses }) => addresses).map((one) => one.split('/')[0] ?? '');
  const named = [...text.matchAll(/ (?:--to-destination|--to-source|-[sd]) \[?([0-9a-f.:]+)/g)].map(([, address = '']) =>
    address.replace(/(?<=\.\d+):\d+$/, ''),
  );
  const members = Object.values(host.sets ?? {}).flatMap((set) => set.members.map((member) => member.split(/[,/]/)[0] ?? ''));
  const loopback = ADDRESSES[family].own.filter((address) => /^(?:127|::)/.test(address));
  const inFamily = (addresses: readonly string[]): readonly string[] => [...new Set(addresses)].filter((one) => isOf(one, family));
  return {
    addresses: {
      own: inFamily([...own, ...loopback]),
      foreign: inFamily([...named, ...members, ...ADDRESSES[family].foreign]),
      odd: ADDRESSES[family].odd,
      prefixes: [],
    },
    ports: [...new Set([80, 443, 8080, 53, 22, 40000, ...numbers(/ports? ([\d,:]+)/g).flatMap((port) => [port, port + 1])])],
    ids: [...new Set([0, 1000, 1337, ...numbers(/[ug]id-owner ([\d-]+)/g)])],
    marks: [...new Set([1, 0x539, 1337, 1338, 0x111, 0x4000, ...numbers(/mark (0x[0-9a-f]+)/g)])],
    interfaces: arrivals(host),
  };
}

function isOf(text: string, family: Family): boolean {
  const address = parseAddress(text) ?? parsePrefix(text)?.address;
  return address !== undefined && familyOf(address) === family && formatAddress(address) !== '';
}
