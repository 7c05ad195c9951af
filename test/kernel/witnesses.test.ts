/** Every packet that is shown as breaking a claim, put to the kernel: each leg of its journey ends there as the simulator says. */
import { afterAll, describe, expect, test } from 'vitest';
import { accountOfAnswer, accountOfWalk } from '../../src/kernel/compared/account.ts';
import { TCP_FLAGS } from '../../src/packet/fields.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { verifyRulesets } from '../../src/prove/judge/verifyRules.ts';
import type { Finding } from '../../src/prove/proof/finding.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { edited, fixtureWorlds, loaded } from '../agreement/diffEdits.ts';
import { dumpOf, fixtureNames, readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf, rulesetsOf } from '../support/rulesets.ts';
import { describePair } from './describe.ts';
import { examine } from './examine.ts';
import { randomFrom } from './generate/random.ts';
import { kernelHere } from './kernelHere.ts';
import type { Oracle } from './oracle.ts';
import { openOracle } from './oracle.ts';
import type { HostJson } from './question.ts';
import { questionOf } from './question.ts';

interface Witnessed {
  readonly claims: readonly string[];
  readonly packets: readonly Packet[];
}

/** Conntrack that takes no connection over in its middle finds an ACK out of nowhere INVALID. */
const LOOSE = {};
const STRICT = { 'net.netfilter.nf_conntrack_tcp_loose': '0' };

/** The packet as it can be sent first, and the sysctls that make of it what it is said to be; undefined: it must be an answer. */
function sendable({
  ctstate,
  connmark: _,
  ...packet
}: Packet): { readonly packet: Packet; readonly sysctls: HostJson['sysctls'] } | undefined {
  if (ctstate === undefined) return { packet, sysctls: LOOSE };
  return ctstate === 'INVALID' && packet.flags === TCP_FLAGS.A ? { packet, sysctls: STRICT } : undefined;
}

/** Both backends are asked about the same, and both families are proved at once. */
const KNOWN = new Map<string, readonly FoundWitness[]>();

interface FoundWitness extends Pick<Finding, 'claim' | 'family'> {
  readonly witness: NonNullable<Finding['witness']>;
}

function witnessesOf(text: string, family: 4 | 6, description: unknown): Witnessed {
  const key = `${JSON.stringify(description)} ${text}`;
  const known = KNOWN.get(key) ?? findWitnesses(text, description);
  KNOWN.set(key, known);
  const found = known.filter((one) => one.family === family);
  return {
    claims: found.map(({ claim }) => claim),
    packets: found.flatMap(({ witness }) => witness.paths.flatMap(({ legs }) => legs.map(({ walk }) => walk.packet))),
  };
}

function findWitnesses(text: string, description: unknown): readonly FoundWitness[] {
  const host = hostOf(description);
  const { findings } = verifyRulesets(rulesetsOf(text, { sets: host.sets }), { host });
  return findings.flatMap(({ claim, witness, family }) => (witness === undefined ? [] : [{ claim, witness, family }]));
}

interface Sent {
  readonly host: HostJson;
  readonly family: 4 | 6;
  readonly text: string;
  readonly packets: readonly Packet[];
}

/** What the kernel says otherwise, for a person, and how many packets it was asked about. */
async function compare(
  oracle: Oracle,
  { host, family, text, packets }: Sent,
): Promise<{ readonly asked: number; readonly wrong: readonly string[] }> {
  const wrong: string[] = [];
  let asked = 0;
  for (const sysctls of [LOOSE, STRICT]) {
    const first = packets.map(sendable).flatMap((sent) => (sent?.sysctls === sysctls ? [sent.packet] : []));
    if (first.length === 0) continue;
    const world = { ...host, sysctls: { ...host.sysctls, ...sysctls } };
    const pairs = await examine(oracle, { host: world, family, rules: { [`v${family}`]: text }, packets: first });
    wrong.push(...pairs.filter(({ disagreement }) => disagreement !== undefined).map(describePair));
    asked += pairs.length;
  }
  return { asked, wrong };
}

/** Good rules with one rule deleted, moved, negated or changed, and the packets that break a claim then. */
const MUTANTS = 12;
const PLAIN = ['istio-sidecar', 'istio-dual-stack', 'istio-tproxy', 'istio-ambient', 'linkerd', 'kuma'];

const FAMILIES = [4, 6] as const;

const ASKS = 'out tcp 203.0.113.9:32768 -> 10.244.0.5:8080 uid=1337 gid=1337';
const ASKS_AS_ROOT = 'out tcp 203.0.113.9:32768 -> 10.244.0.5:8080 uid=0 gid=1337';
const REPLY = 'out tcp 10.244.0.5:8080 -> 203.0.113.9:32768 uid=1000 gid=1000 flags=SA ctstate=ESTABLISHED';

/** What follows the CONNMARK rules of both modes, and what becomes of the answer where one of them is missing. */
const ANSWERS = [
  { fixture: 'istio-ambient-ingress', asks: `${ASKS} mark=0x539`, answers: `${REPLY} connmark=0x111`, ends: /^delivered -i lo/ },
  { fixture: 'broken/ambient-no-connmark', asks: `${ASKS} mark=0x539`, answers: REPLY, ends: /^sent -o eth0/ },
  { fixture: 'istio-tproxy', asks: `${ASKS_AS_ROOT} mark=1337`, answers: `${REPLY} connmark=1337`, ends: /^delivered -i lo/ },
] as const;

describe.runIf(kernelHere()).each(['legacy', 'nft'] as const)('kernel and simulator agree on witnesses, %s backend', (backend) => {
  let oracle: Oracle | undefined;
  const asked = { claims: new Set<string>(), packets: 0, answers: 0 };
  afterAll(() => oracle?.close());

  test.each(fixtureNames())('%s', { timeout: 240_000 }, async (name) => {
    const { text, host: description } = readFixture(name);
    for (const family of FAMILIES) {
      const { claims, packets } = witnessesOf(text, family, description);
      if (packets.length === 0) continue;
      oracle ??= openOracle(backend);
      const found = await compare(oracle, { host: description as HostJson, family, text: dumpOf(text, family), packets });
      expect(found.wrong).toEqual([]);
      asked.packets += found.asked;
      asked.answers += packets.filter((packet) => sendable(packet) === undefined).length;
      for (const claim of claims) asked.claims.add(claim);
    }
  });

  test('mutants of good rules', { timeout: 120_000 }, async () => {
    oracle ??= openOracle(backend);
    const random = randomFrom(Number(process.env.CHAINWALK_SEED ?? 1));
    const worlds = fixtureWorlds().filter(({ name }) => PLAIN.includes(name));
    let made = 0;
    let packetsAsked = 0;
    while (made < Number(process.env.CHAINWALK_MUTANTS ?? MUTANTS)) {
      const world = random.pick(worlds);
      const { family, json, text: good } = world;
      const text = edited(random, good);
      if (text === good || loaded(world, text) === undefined) continue;
      made++;
      const { packets } = witnessesOf(text, family, json);
      const found = await compare(oracle, { host: json, family, text, packets });
      expect(found.wrong, text).toEqual([]);
      packetsAsked += found.asked;
    }
    expect(packetsAsked).toBeGreaterThan(made);
  });

  test('they are many, of every claim on packets', () => {
    expect(asked.packets).toBeGreaterThan(150);
    expect(asked.claims.size).toBeGreaterThan(15);
    // answers are asked about below
    expect(asked.answers).toBeLessThan(20);
  });

  test.each(ANSWERS)(
    'the answer to the proxy, which used the address of the client: $fixture',
    async ({ fixture, asks, answers, ends }) => {
      oracle ??= openOracle(backend);
      const { text, host: description } = readFixture(fixture);
      const host = hostOf(description);
      const packets = [packetOf(asks, host), packetOf(answers, host)];
      const question = questionOf(description as HostJson, { v4: dumpOf(text, 4) }, packets);
      const [first, last] = (await oracle.ask({ ...question, mode: 'stateful' })).map(accountOfAnswer);
      const { walks } = simulate(
        { ruleset: rulesetOf(dumpOf(text, 4), { family: 4 }), packet: packetOf(answers, host), host },
        { detailed: true },
      );
      expect(first?.end).toMatch(/^delivered -i lo/);
      expect(last?.end).toMatch(ends);
      expect(walks.map(accountOfWalk)).toContainEqual(last);
    },
  );
});
