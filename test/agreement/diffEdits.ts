/** Rulesets and small edits of them, and what the simulator says of a packet on both sides. */
import { ADDRESSES, IDS, MARKS, PORTS } from '../../src/api/arbitraries/pools.ts';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { observed } from '../../src/diff/divergence.ts';
import type { Host } from '../../src/host/host.ts';
import { istioSidecar } from '../../src/mesh/istioSidecar.ts';
import type { MeshProfile } from '../../src/mesh/profile.ts';
import type { Family } from '../../src/packet/address.ts';
import type { Packet } from '../../src/packet/packet.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { drawHost, drawRules } from '../kernel/generate/drawn.ts';
import { type PacketPools, poolsOf } from '../kernel/generate/pools.ts';
import type { Random } from '../kernel/generate/random.ts';
import { randomPacket } from '../kernel/generate/randomPacket.ts';
import type { HostJson } from '../kernel/question.ts';
import { profileOf } from '../support/assumed.ts';
import { dumpOf, fixtureNames, readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';

export interface World {
  readonly name: string;
  readonly family: Family;
  readonly text: string;
  readonly json: HostJson;
  readonly host: Host;
  readonly profile?: MeshProfile;
}

export function fixtureWorlds(): readonly World[] {
  return fixtureNames()
    .map(readFixture)
    .flatMap(({ name, text, host }) =>
      ([4, 6] as const).flatMap((family): readonly World[] => {
        const dump = dumpOf(text, family);
        if (dump === '') return [];
        const made = hostOf(host);
        const profile = profileOf([rulesetOf(dump, { family, sets: made.sets })]);
        return [{ name, family, text: dump, json: host as HostJson, host: made, ...(profile === undefined ? {} : { profile }) }];
      }),
    );
}

/** Half of them in a mesh, so that listeners send on. */
export function randomWorld(random: Random): World {
  const family: Family = random.chance(0.6) ? 4 : 6;
  const json = drawHost(random);
  const world = { name: 'random', family, text: drawRules(random, family), json, host: hostOf(json) };
  return random.chance(0.5) ? { ...world, profile: istioSidecar } : world;
}

/** One rule deleted, moved past its neighbour, negated, or with another number, address or target. */
export function edited(random: Random, text: string): string {
  const lines = text.split('\n');
  const rules = lines.flatMap((line, at) => (line.startsWith('-A ') ? [at] : []));
  const at = random.pick(rules);
  const line = lines[at] ?? '';
  switch (random.below(6)) {
    case 0:
      return lines.filter((_, index) => index !== at).join('\n');
    case 1: {
      const next = lines[at + 1] ?? '';
      if (next.split(' ')[1] !== line.split(' ')[1]) return text;
      return lines
        .with(at, next)
        .with(at + 1, line)
        .join('\n');
    }
    case 2:
      return lines.with(at, negated(random, line)).join('\n');
    case 3:
      return lines
        .with(
          at,
          line.replaceAll(/(?<=(?:ports?|-owner) )\d+/g, (port) => String(Number(port) + random.pick([-1, 1, 7]))),
        )
        .join('\n');
    case 4:
      return lines
        .with(
          at,
          line.replace(/\/(\d+)(?= )/, (_, length) => `/${Math.max(0, Number(length) - random.pick([1, 2, 8]))}`),
        )
        .join('\n');
    default:
      return lines
        .with(at, line.replace(/-[jg] \w+.*$/, `-j ${random.pick(['RETURN', 'ACCEPT', 'DROP', 'MARK --set-xmark 0x1/0x1'])}`))
        .join('\n');
  }
}

function negated(random: Random, line: string): string {
  const options = [...line.matchAll(/(! )?(?:-[sdpio]|--[sd]port|--[ug]id-owner|--mark|--ctstate) \S+/g)];
  if (options.length === 0) return line;
  const { 0: found, index } = random.pick(options);
  const other = found.startsWith('! ') ? found.slice(2) : `! ${found}`;
  return line.slice(0, index) + other + line.slice(index + found.length);
}

/** Undefined when the text does not load, or says no more than the other. */
export function loaded({ family, host }: World, text: string): Ruleset | undefined {
  try {
    return rulesetOf(text, { family, sets: host.sets });
  } catch {
    return undefined;
  }
}

/** Packets of the values that stand in the rules, and their neighbours. Sockets bound to an interface are outside of what is proved. */
export function samplePackets(random: Random, { family, json }: World, texts: readonly string[], count: number): readonly Packet[] {
  const pools = widePools(texts, family, json);
  return Array.from({ length: count }, () => randomPacket(random, family, pools)).filter(
    ({ oif, ctstate, dir, src }) => oif === undefined && ctstate === undefined && !(dir === 'out' && (src === 0 || src === 0n)),
  );
}

/** Those of the rules, and those that random rules are made of. */
function widePools(texts: readonly string[], family: Family, json: HostJson): PacketPools {
  const { addresses, ports, ids, marks, ...rest } = poolsOf(texts, family, json);
  const all = (values: readonly number[], usual: readonly number[]) => [...new Set([...usual, ...values])];
  const own = [...new Set([...addresses.own, ...ADDRESSES[family].own])];
  return { ...rest, addresses: { ...addresses, own }, ports: all(ports, PORTS), ids: all(ids, IDS), marks: all(marks, MARKS) };
}

/** All that is compared of a packet's journey; undefined when it has too many ways. */
export function ends({ host, profile }: World, ruleset: Ruleset, packet: Packet): string | undefined {
  const journey = walkJourney(ruleset, packet, { host, connection: 'data', ...(profile === undefined ? {} : { profile }) });
  return journey.truncated ? undefined : observed(journey);
}
