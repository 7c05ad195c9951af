/** Fixtures of iptables and what `iptables-restore-translate` makes of them do the same with every packet. */
import { describe, expect, test } from 'vitest';
import { OracleError } from '../../../src/kernel/asked/oracle.ts';
import { fixtureCases } from '../generate/fixtureCases.ts';
import { kernelHere } from '../kernelHere.ts';
import { type OracleAnswer, openOracle } from '../oracle.ts';
import { questionOf } from '../question.ts';
import { translated } from './translated.ts';

const ends = ({ fate, tuple_after: after, mark_after: mark, out_iface: oif, ct_state: state }: OracleAnswer): unknown => ({
  fate,
  after,
  mark,
  oif,
  state,
});

describe.runIf(kernelHere())('translations', () => {
  test('of fixtures, as far as they load, treat each packet as the fixture does', { timeout: 120_000 }, async () => {
    const oracle = openOracle('nft');
    let [same, left] = [0, 0];
    // those that are broken are of the same words
    for (const one of [...fixtureCases(2000, 1)].filter(({ name }) => !name.includes('/broken/'))) {
      const text = translated((one.family === 4 ? one.rules.v4 : one.rules.v6) ?? '', one.family);
      if (text === undefined || text.untranslated.length > 0) {
        left++;
        continue;
      }
      try {
        const answers = await oracle.ask(questionOf(one.host, { nft: text.nft }, one.packets));
        const originals = await oracle.ask(questionOf(one.host, one.rules, one.packets));
        expect({ name: one.name, ends: answers.map(ends) }).toEqual({ name: one.name, ends: originals.map(ends) });
        same++;
      } catch (error) {
        // some of its output nft refuses: ports of NAT without a protocol, words that are nft's own
        if (!(error instanceof OracleError)) throw error;
        left++;
      }
    }
    await oracle.close();
    console.log(`${same} translations do the same, ${left} are left out`);
    expect(same).toBeGreaterThan(25);
  });
});
