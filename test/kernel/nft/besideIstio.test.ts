/** What Istio's two backends make of rules that stand beside theirs, in the kernel: rules of other programs, and those of an earlier run. */
import { afterAll, describe, expect, test } from 'vitest';
import type { SettingsObject } from '../../../src/api/arbitraries/settings.ts';
import { walkJourney } from '../../../src/connection/walkJourney.ts';
import { accountOfAnswer } from '../../../src/kernel/compared/account.ts';
import { print } from '../../../src/ruleset/print.ts';
import { USUAL } from '../../istio/law/lawSettings.ts';
import { meshWorld } from '../../istio/law/meshWorld.ts';
import { hostOf } from '../../support/host.ts';
import { packetOf } from '../../support/packet.ts';
import { rulesetOf } from '../../support/rulesets.ts';
import { describePair } from '../describe.ts';
import { examine } from '../examine.ts';
import { kernelHere } from '../kernelHere.ts';
import { type Oracle, openOracle } from '../oracle.ts';
import type { HostJson, Rules } from '../question.ts';
import { examineNft, rulesetOfAll } from './examineNft.ts';

const NFT = { 'native-nftables': true };
const TPROXY = { 'istio-inbound-interception-mode': 'TPROXY' };

function worldOf(settings: SettingsObject) {
  const world = meshWorld({ ...USUAL, ...settings });
  const ruleset = world?.sides.find((side) => side.ruleset.family === 4)?.ruleset;
  if (world === undefined || ruleset === undefined) throw new Error('Istio refuses these settings');
  return { ...world, json: world.description as unknown as HostJson, text: world.nft ?? print(ruleset) };
}

const WORLDS = { iptables: worldOf({}), nft: worldOf(NFT), tproxy: worldOf({ ...NFT, ...TPROXY }) };

describe('beside Istio’s rules', () => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());

  /** How it ends for the simulator; the kernel's end, or undefined where it cannot be asked. */
  async function ended(rules: Rules, packet: string, world = WORLDS.nft): Promise<readonly [outcome: string, end: string | undefined]> {
    const { json, profile } = world;
    const host = hostOf(json);
    const asked = packetOf(packet, host);
    const { v4 } = rules;
    const ruleset = v4 === undefined ? rulesetOfAll(rules, 4, json) : rulesetOf(v4, { family: 4 });
    const { outcome } = walkJourney(ruleset, asked, { host, profile });
    if (!kernelHere()) return [outcome, undefined];
    oracle ??= openOracle('nft');
    const question = { host: json, rules, packets: [asked] };
    const [pair] = v4 === undefined ? await examineNft(oracle, question) : await examine(oracle, { ...question, family: 4 });
    if (pair === undefined) throw new Error('no answer');
    expect(pair.disagreement === undefined ? undefined : describePair(pair)).toBe(undefined);
    return [outcome, accountOfAnswer(pair.answer).end];
  }
  const port = (end: string | undefined, of: number) => (end === undefined ? undefined : expect(end).toMatch(new RegExp(`\\b${of}\\b`)));

  describe('nft-own-chains: another program accepts a port before Istio', () => {
    const CALL = 'in tcp 10.244.0.9 -> 10.244.0.5:8080';

    test('with iptables the call is kept from Istio', { timeout: 60_000 }, async () => {
      const { text } = WORLDS.iptables;
      const jump = '-A PREROUTING -p tcp -j ISTIO_INBOUND';
      expect(text).toContain(jump);
      const v4 = text.replace(jump, `-A PREROUTING -p tcp -m tcp --dport 8080 -j ACCEPT\n${jump}`);
      const [outcome, end] = await ended({ v4 }, CALL, WORLDS.iptables);
      expect(outcome).toBe('to-app');
      port(end, 8080);
    });

    test('with nftables it is captured all the same', { timeout: 60_000 }, async () => {
      const before =
        'table ip own {\n\tchain pre {\n\t\ttype nat hook prerouting priority -110; policy accept;\n\t\ttcp dport 8080 accept\n\t}\n}\n';
      const [outcome, end] = await ended({ nft: `${before}${WORLDS.nft.text}` }, CALL);
      expect(outcome).toBe('captured-in');
      port(end, 15006);
    });
  });

  describe('nft-left-tables: the mode changes from TPROXY to REDIRECT in one network namespace', () => {
    const both = `${WORLDS.tproxy.text}${WORLDS.nft.text}`;

    test('the table of TPROXY is still there', () => {
      const tables = (text: string) => [...rulesetOfAll({ nft: text }, 4, WORLDS.nft.json).tables.keys()];
      expect(tables(WORLDS.nft.text).filter((name) => name.includes('mangle'))).toEqual([]);
      expect(tables(both).filter((name) => name.includes('istio-proxy-mangle'))).toHaveLength(1);
    });

    test.each([
      ['in tcp 10.244.0.9 -> 10.244.0.5:8080', 'captured-in', 15006],
      ['in tcp 10.244.0.9 -> 10.244.0.5:15021', 'to-proxy', 15021],
    ] as const)('and its rules are walked, which leaves calls as they are: %s', { timeout: 60_000 }, async (packet, outcome, at) => {
      for (const nft of [WORLDS.nft.text, both]) {
        const [said, end] = await ended({ nft }, packet);
        expect(said).toBe(outcome);
        port(end, at);
      }
    });
  });
});
