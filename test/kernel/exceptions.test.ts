/** The packet of each exception to the law of settings, each leg of its journey, put to the kernel; and the answer, where that is the point. */
import { afterAll, describe, expect, test } from 'vitest';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { accountOfAnswer } from '../../src/kernel/compared/account.ts';
import { print } from '../../src/ruleset/print.ts';
import { ambientWorld } from '../istio/law/ambientWorld.ts';
import { EXCEPTIONS, type Exception } from '../istio/law/exceptions.ts';
import { USUAL } from '../istio/law/lawSettings.ts';
import { meshWorld } from '../istio/law/meshWorld.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { describePair } from './describe.ts';
import { examine } from './examine.ts';
import { BACKENDS } from './iptables.ts';
import { kernelHere } from './kernelHere.ts';
import { examineNft } from './nft/examineNft.ts';
import { type Oracle, openOracle } from './oracle.ts';
import type { HostJson, Rules } from './question.ts';
import { questionOf } from './question.ts';

/** Conntrack takes no connection over in its middle: an ACK out of nowhere is INVALID. An interface stands for excluded and virtual ones. */
const SYSCTLS = { 'net.netfilter.nf_conntrack_tcp_loose': '0' };

function worldOf({ example, packet }: Exception) {
  const world = example.mode === 'ambient' ? ambientWorld(example) : meshWorld({ ...USUAL, ...example });
  if (world === undefined || packet === undefined) throw new Error('there is nothing to ask');
  const description = world.description as unknown as HostJson;
  const json: HostJson = { ...description, sysctls: { ...description.sysctls, ...SYSCTLS } };
  const host = hostOf(json);
  const sent = packetOf(packet.text, host);
  const ruleset = world.sides.find((side) => side.ruleset.family === sent.family)?.ruleset;
  if (ruleset === undefined) throw new Error(`no side of IPv${sent.family}`);
  const rules: Rules = world.nft === undefined ? { [`v${sent.family}`]: print(ruleset) || '*filter\nCOMMIT\n' } : { nft: world.nft };
  return { json, host, sent, ruleset, profile: world.profile, rules };
}

const PACKETS = EXCEPTIONS.filter(({ packet }) => packet !== undefined);

describe('simulator', () => {
  test.each(PACKETS.map((one) => [one.id, one] as const))('%s', (_, exception) => {
    const { host, sent, ruleset, profile } = worldOf(exception);
    expect(walkJourney(ruleset, sent, { host, profile }).outcome).toBe(exception.packet?.outcome);
  });
});

describe.runIf(kernelHere()).each(BACKENDS)('exceptions in the kernel, %s backend', (backend) => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());

  test.each(PACKETS.map((one) => [one.id, one] as const))('%s', { timeout: 30_000 }, async (_, exception) => {
    const { json, host, sent, ruleset, profile, rules } = worldOf(exception);
    // see scenarios.test.ts
    if (print(ruleset) === '') {
      await oracle?.close();
      oracle = undefined;
    }
    oracle ??= openOracle(backend);
    const { paths } = walkJourney(ruleset, sent, { host, profile });
    const packets = paths.flatMap(({ legs }) => legs.map(({ walk }) => walk.packet));
    const { nft } = rules;
    const pairs =
      nft === undefined
        ? await examine(oracle, { host: json, family: sent.family, rules, packets })
        : await examineNft(oracle, { host: json, rules: { ...rules, nft }, packets });
    expect(pairs.filter(({ disagreement }) => disagreement !== undefined).map(describePair)).toEqual([]);
  });

  test.each(PACKETS.filter(({ answer }) => answer !== undefined).map((one) => [one.id, one] as const))(
    '%s: the answer',
    async (_, exception) => {
      const { json, host, sent, rules } = worldOf(exception);
      const { text, ends } = exception.answer ?? { text: '', ends: /^$/ };
      oracle ??= openOracle(backend);
      const answers = await oracle.ask({ ...questionOf(json, rules, [sent, packetOf(text, host)]), mode: 'stateful' });
      const last = answers[1];
      if (last === undefined) throw new Error('no answer');
      // only the nft backend tells states
      if (text.startsWith('in') && backend === 'legacy') return;
      expect(text.startsWith('in') ? last.ct_state : accountOfAnswer(last).end).toMatch(ends);
    },
  );
});
