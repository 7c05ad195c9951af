/** The proof of `fails-closed` beside the kernel: Istio's rules of both backends and both interception modes, with the application on its port
 *  and no process on the proxy's. */
import { afterAll, describe, expect, test } from 'vitest';
import type { SettingsObject } from '../../../src/api/arbitraries/settings.ts';
import { walkJourney } from '../../../src/connection/walkJourney.ts';
import { accountOfAnswer } from '../../../src/kernel/compared/account.ts';
import { failsClosed } from '../../../src/prove/claims/failsClosed.ts';
import { judgeClaim } from '../../../src/prove/judge/judgeClaim.ts';
import { ProofContext } from '../../../src/prove/proof/context.ts';
import { print } from '../../../src/ruleset/print.ts';
import { USUAL } from '../../istio/law/lawSettings.ts';
import { meshWorld } from '../../istio/law/meshWorld.ts';
import { hostOf } from '../../support/host.ts';
import { packetOf } from '../../support/packet.ts';
import { describePair } from '../describe.ts';
import { examine } from '../examine.ts';
import { kernelHere } from '../kernelHere.ts';
import { type Oracle, openOracle } from '../oracle.ts';
import type { HostJson } from '../question.ts';
import { examineNft } from './examineNft.ts';

const V6 = { host: { ipv6: true } };
const TPROXY = { 'istio-inbound-interception-mode': 'TPROXY' };
const NFT = { 'native-nftables': true };
const CALLS = { 4: 'in tcp -> 10.244.0.5:8080', 6: 'in tcp -> [fd00:10:244::5]:8080' } as const;

/** Which settings, what the claim says, how a call to port 8080 ends while no proxy listens: for the simulator, and in the kernel's words. */
const CASES: readonly (readonly [name: string, settings: SettingsObject, verdict: string, outcome: string, end: RegExp])[] = [
  ['iptables, REDIRECT', V6, 'holds', 'refused', /15006/],
  ['iptables, TPROXY', { ...V6, ...TPROXY }, 'holds', 'lost', /^(?!.*8080)/],
  ['nftables, REDIRECT', { ...V6, ...NFT }, 'holds', 'refused', /15006/],
  ['nftables, TPROXY', { ...V6, ...NFT, ...TPROXY }, 'violated', 'to-app', /8080/],
];

function worldOf(settings: SettingsObject) {
  const world = meshWorld({ ...USUAL, ...settings });
  if (world === undefined) throw new Error('Istio refuses these settings');
  return world;
}

describe('while no proxy listens', () => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());

  test.each(CASES)('%s: fails-closed', (_, settings, verdict) => {
    const { sides, profile, host } = worldOf(settings);
    const findings = sides.flatMap((side) => judgeClaim(new ProofContext({ ...side, host, profile }), failsClosed));
    expect(findings.map((one) => `${one.family} ${one.verdict}`)).toEqual([`4 ${verdict}`, `6 ${verdict}`]);
  });

  describe.each([4, 6] as const)('IPv%d', (family) => {
    test.each(CASES)('%s: a call to the application', { timeout: 60_000 }, async (_, settings, _verdict, outcome, end) => {
      const { sides, profile, description, nft } = worldOf(settings);
      const json = { ...description, listeners: [{ proto: 'tcp', port: 8080, process: 'app' }] } as unknown as HostJson;
      const host = hostOf(json);
      const packets = [packetOf(CALLS[family], host)];
      const ruleset = sides.find((side) => side.ruleset.family === family)?.ruleset;
      const [packet] = packets;
      if (ruleset === undefined || packet === undefined) throw new Error('nothing to ask');
      expect(walkJourney(ruleset, packet, { host, profile }).outcome).toBe(outcome);
      if (!kernelHere()) return;
      oracle ??= openOracle('nft');
      const [pair] =
        nft === undefined
          ? await examine(oracle, { host: json, family, rules: { [`v${family}`]: print(ruleset) }, packets })
          : await examineNft(oracle, { host: json, rules: { nft }, packets });
      if (pair === undefined) throw new Error('no answer');
      expect(pair.disagreement === undefined ? undefined : describePair(pair)).toBe(undefined);
      expect(accountOfAnswer(pair.answer).end).toMatch(end);
    });
  });
});
