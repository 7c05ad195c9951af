/** Dumps of one fleet differ in counters of chains and in dates: they are proved once, and each is answered as it is alone. */
import { describe, expect, it } from 'vitest';
import { verifyRuleTexts } from '../../src/app/verify/verifyRules.ts';
import { likeTexts, textOfFile, withoutVarying } from '../../src/syntax/text/likeTexts.ts';
import { readFixture } from '../support/fixtures.ts';
import { laterDump } from '../support/laterDump.ts';
import { chainwalk } from './memoryIo.ts';

const SIDECAR = readFixture('istio-sidecar').text;

describe('dumps that differ in counters of chains and dates', () => {
  it('are proved once', () => {
    const sources = [0, 1, 2].map((age) => ({ file: `p${age}.rules`, text: laterDump(SIDECAR, age) }));
    const claims = (alike?: ReturnType<typeof likeTexts>) => {
      let count = 0;
      const options = { progress: () => count++ };
      verifyRuleTexts({ rules: { sources, reading: {} }, options, ...(alike !== undefined && { alike }) });
      return count;
    };
    expect(claims(likeTexts()) * 3).toBe(claims());
  });

  it.each(['article', 'istio-two-uids', 'istio-tproxy', 'istio-dual-stack', 'broken/v6-nd-dropped'])(
    '%s is answered as it is alone',
    async (name) => {
      const { text } = readFixture(name);
      const files = { 'a.rules': text, 'b.rules': laterDump(text, 7) };
      expect(files['b.rules']).not.toBe(files['a.rules']);
      const both = JSON.parse((await chainwalk(['verify', '--json', 'a.rules', 'b.rules', 'a.rules'], { files })).out) as {
        results: unknown[];
      };
      const alone = JSON.parse((await chainwalk(['verify', '--json', 'b.rules'], { files })).out) as { findings: unknown[] };
      expect(both.results).toHaveLength(3);
      expect((both.results[1] as typeof alone).findings).toEqual(alone.findings);
    },
  );

  it('have their own lines in a patch', async () => {
    const text = readFixture('istio-two-uids').text;
    const files = { 'a.rules': text, 'b.rules': laterDump(text, 7) };
    const { out } = await chainwalk(['verify', '--json', 'a.rules', 'b.rules', 'a.rules'], { files });
    const { results } = JSON.parse(out) as { results: { findings: { fix?: { diff: string } }[] }[] };
    const diff = results[1]?.findings.find(({ fix }) => fix !== undefined)?.fix?.diff ?? '';
    for (const line of diff.split('\n').filter((one) => one.startsWith(' '))) expect(files['b.rules'].split('\n')).toContain(line.slice(1));
    const fixed = await chainwalk(['verify', '--fix', 'a.rules', 'b.rules', 'a.rules'], { files });
    expect(withoutVarying(fixed.written['b.rules'] ?? '')).toBe(withoutVarying(fixed.written['a.rules'] ?? ''));
    expect(fixed.written['b.rules']).toContain(files['b.rules'].split('\n').find((line) => line.startsWith(':ISTIO_OUTPUT')));
  });

  it('keep what the file has', () => {
    const alike = likeTexts();
    const own = laterDump(SIDECAR, 7);
    expect(alike({ file: 'a', text: SIDECAR })).toEqual({ file: 'a', text: SIDECAR });
    const second = alike({ file: 'b', text: own });
    expect(second.text).toBe(SIDECAR);
    expect(textOfFile(second)).toBe(own);
  });

  it('are others where a counter of a rule, a policy or a comment differs', () => {
    for (const [from, to] of [
      [':OUTPUT ACCEPT', ':OUTPUT DROP'],
      ['-A OUTPUT', '[1:60] -A OUTPUT'],
      ['(nf_tables) on', '(legacy) on'],
      ['# iptables v1.8.9', '# iptables v1.8.10'],
    ] as const)
      expect(withoutVarying(SIDECAR.replace(from, to))).not.toBe(withoutVarying(SIDECAR));
  });
});
