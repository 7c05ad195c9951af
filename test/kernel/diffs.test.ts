/** Packets that a diff shows as changed, put to the kernel with both rulesets: on each side they end as the simulator says, and not alike. */
import { afterAll, describe, expect, test } from 'vitest';
import { diffRules } from '../../src/diff/rules.ts';
import { accountOfAnswer } from '../../src/kernel/compared/account.ts';
import type { Examined } from '../../src/kernel/compared/examined.ts';
import { formatAddress } from '../../src/packet/address.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import type { World } from '../agreement/diffEdits.ts';
import { edited, fixtureWorlds, loaded, randomWorld } from '../agreement/diffEdits.ts';
import { describePair } from './describe.ts';
import { examine } from './examine.ts';
import type { Random } from './generate/random.ts';
import { randomFrom } from './generate/random.ts';
import { NOT_SENT } from './generate/randomPacket.ts';
import { kernelHere } from './kernelHere.ts';
import type { Oracle } from './oracle.ts';
import { openOracle } from './oracle.ts';

/** `CHAINWALK_EDITS=500` for the long run. */
const EDITS = Number(process.env.CHAINWALK_EDITS ?? 15);
const MOST_EXAMPLES = 20;

interface Edit {
  readonly world: World;
  readonly head: string;
  readonly examples: readonly Packet[];
}

function* edits(random: Random, worlds: (random: Random) => World, count: number): Generator<Edit> {
  for (let made = 0; made < count; ) {
    const world = worlds(random);
    const text = edited(random, world.text);
    const [base, head] = [loaded(world, world.text), text === world.text ? undefined : loaded(world, text)];
    if (base === undefined || head === undefined) continue;
    made++;
    const { host, profile } = world;
    const { changes } = diffRules({ base, head, host, ...(profile && { profile }) });
    // what changes in the first leg: what the proxy sends is compared as a packet of its own
    const examples = changes.filter(({ base: was, head: is }) => firstEnd(was) !== firstEnd(is)).map(({ example }) => example);
    yield { world, head: text, examples: examples.filter((packet) => canBeSent(world, packet)).slice(0, MOST_EXAMPLES) };
  }
}

/** Packets do not arrive with a mark unless tc set it; only the kernel sends without a process; the oracle writes headers of the usual
 *  protocols and no IPv6 fragments. For what is not sent see randomPacket.ts. */
function canBeSent({ family }: World, { dir, mark, src, dst, uid, proto, fragOffset }: Packet): boolean {
  if (!USUAL[family].has(proto) || (family === 6 && fragOffset !== 0)) return false;
  if (dir === 'in') return mark === 0;
  return uid !== undefined && ![src, dst].some((address) => NOT_SENT.test(formatAddress(address)));
}

const USUAL: Readonly<Record<4 | 6, ReadonlySet<number>>> = {
  4: new Set([PROTO.tcp, PROTO.udp, PROTO.icmp]),
  6: new Set([PROTO.tcp, PROTO.udp, PROTO.icmpv6]),
};

/** At INPUT the nft backend of 1.8.9 runs security after nat (README.md). */
function differsInOrder({ text }: World): boolean {
  return /^\*security/m.test(text) && /^\*nat/m.test(text);
}

function firstEnd({ path: { legs } }: ReturnType<typeof diffRules>['changes'][number]['base']): string {
  const { fate, after } = legs[0]?.walk ?? {};
  return [fate?.kind, after?.src, after?.sport, after?.dst, after?.dport, after?.oif].join();
}

/** What only one backend loads, see test/ruleset/loads.ts. */
function whenRefused(error: Error): undefined {
  if (!/tables-(?:legacy|nft)-restore: /.test(error.message)) throw error;
  return undefined;
}

function endOf({ answer }: Examined): string {
  return accountOfAnswer(answer).end;
}

const WORLDS = fixtureWorlds();

/** Made once, when the first backend is asked. */
function editsOf(worlds: (random: Random) => World, count: number): () => readonly Edit[] {
  let made: readonly Edit[] | undefined;
  return () => {
    made ??= [...edits(randomFrom(Number(process.env.CHAINWALK_SEED ?? 3)), worlds, count)];
    return made;
  };
}

const ASKED = [
  ['the fixtures', EDITS, editsOf((random) => random.pick(WORLDS), EDITS)],
  // most edits of random rules change nothing
  ['random rules', 3 * EDITS, editsOf((random) => randomWorld(random.fork()), 3 * EDITS)],
] as const;

describe.runIf(kernelHere()).each(['legacy', 'nft'] as const)('changed packets in the kernel, %s backend', (backend) => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());

  test.each(ASKED)('single edits of %s', { timeout: 3_600_000 }, async (_, count, made) => {
    oracle ??= openOracle(backend);
    const wrong: string[] = [];
    let asked = 0;
    let refused = 0;
    for (const { world, head, examples } of made()) {
      if (examples.length === 0 || (backend === 'nft' && differsInOrder(world))) continue;
      const { family, json: host } = world;
      const ask = (text: string) => examine(oracle as Oracle, { host, family, rules: { [`v${family}`]: text }, packets: examples });
      const was = await ask(world.text);
      const is = await ask(head).catch(whenRefused);
      if (is === undefined) refused++;
      if (is === undefined) continue;
      for (const [index, before] of was.entries()) {
        const after = is[index] as Examined;
        wrong.push(
          ...[before, after].filter(({ disagreement }) => disagreement !== undefined).map((pair) => `${world.name} ${describePair(pair)}`),
        );
        // where chance decides, one packet need not show it
        const sure = before.walks.length === 1 && after.walks.length === 1;
        if (sure && endOf(before) === endOf(after)) wrong.push(`${world.name} is treated alike: ${describePair(before)}`);
        asked++;
      }
    }
    if (EDITS > 100) console.log({ edits: count, asked, wrong: wrong.length });
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(asked).toBeGreaterThan(EDITS / 5);
    expect(refused).toBeLessThan(count / 10);
  });
});
