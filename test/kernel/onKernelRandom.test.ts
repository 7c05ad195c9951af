/** `--on-kernel` on random rules and hosts: whole connections of random packets, no disagreement, and nothing unasked but for a reason. */
import { describe, expect, test } from 'vitest';
import { kernelAsker } from '../../src/cli/kernel/kernelAsker.ts';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { hostNames } from '../../src/host/host.ts';
import { packetText } from '../../src/packet/notation.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { atThisMoment } from './examine.ts';
import { type Case, randomCases } from './generate/randomCase.ts';
import { kernelHere } from './kernelHere.ts';
import { ORACLE } from './oracle.ts';

const SEED = Number(process.env.CHAINWALK_SEED ?? 1);
const RULESETS = Number(process.env.CHAINWALK_RULESETS ?? 40);
const EACH = 6;

const UNASKED =
  /works outside of network namespaces|later fragments of IPv6|sends no (?:sctp|dccp|ah) packets|fragment at offset 1|walks POSTROUTING twice|nothing arrives on/;

/** The program's packets have a source, and their time is any. */
function sceneOf({ host: description, rules, family, packets }: Case) {
  const { clock, ...host } = hostOf(atThisMoment(description));
  const ruleset = rulesetOf((family === 4 ? rules.v4 : rules.v6) ?? '', { family, ...hostNames({ ...host, ...(clock && { clock }) }) });
  const sent = packets.filter(({ chooseSource }) => chooseSource !== true).map(({ chooseSource: _, ...packet }) => packet);
  return { host, ruleset, packets: sent.slice(0, EACH) };
}

describe.runIf(kernelHere())('--on-kernel of random rules', () => {
  test(`${RULESETS} rulesets, seed ${SEED}`, { timeout: 3_600_000 }, async () => {
    const asker = kernelAsker({ oracle: { platform: 'linux', folder: ORACLE } }, 60);
    const [wrong, unasked]: [string[], string[]] = [[], []];
    let [agreed, sent, left] = [0, 0, RULESETS];
    for (const one of randomCases(RULESETS * 100, SEED)) {
      if (left-- === 0) break;
      const { host, ruleset, packets } = sceneOf(one);
      for (const packet of packets) {
        const journey = walkJourney(ruleset, packet, { host, connection: 'whole' });
        const view = await asker.ask({ journey, ruleset, host });
        if ('missing' in view) unasked.push(view.missing);
        else if (view.differs === undefined) agreed++;
        else wrong.push(`${one.name}: ${packetText(packet)}: ${view.differs}`);
        sent += 'missing' in view ? 0 : view.legs.length;
      }
    }
    await asker.close();
    expect(wrong).toEqual([]);
    expect(unasked.filter((why) => !UNASKED.test(why))).toEqual([]);
    expect(agreed).toBeGreaterThan(2 * RULESETS);
    // later packets among them
    expect(sent).toBeGreaterThan(1.5 * agreed);
  });
});
