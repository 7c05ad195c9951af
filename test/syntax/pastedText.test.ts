/** Dumps as they are pasted from terminals, mails and documents: read as the dump, with one warning. */
import { describe, expect, it, test } from 'vitest';
import { trace } from '../../src/api/library/index.ts';
import { readRules } from '../../src/ruleset/readRules.ts';
import { pastedText } from '../../src/syntax/document/pastedText.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { fixtureNames, readFixture } from '../support/fixtures.ts';

const DUMP = [
  '*nat',
  ':PREROUTING ACCEPT [0:0]',
  ':INPUT ACCEPT [0:0]',
  ':OUTPUT ACCEPT [0:0]',
  ':POSTROUTING ACCEPT [0:0]',
  ':X - [0:0]',
  '-A OUTPUT -p tcp -m tcp --dport 80 -m comment --comment "a – b" -j X',
  '-A X -p tcp -j REDIRECT --to-ports 15001',
  'COMMIT',
  '',
].join('\n');
const read = (text: string) => readRules({ file: 'x', text });
describe('a dump that was pasted', () => {
  it.each([
    [
      'with what kubectl prints',
      `Defaulted container "web" out of: web, istio-proxy, istio-init (init)\n${DUMP}command terminated with exit code 1\n`,
    ],
    ['between prompts', `$ kubectl exec -it web-0 -n shop -- iptables-save\n${DUMP}$ echo done\n`],
    ['from a shell in the pod', `root@web-0:/# iptables-save\n${DUMP}root@web-0:/# exit\n`],
    ['from busybox', `/ # iptables-save\n${DUMP}/ # \n`],
    ['quoted in a mail', DUMP.replace(/^(?=.)/gm, '> ')],
    ['with blanks of a document', DUMP.replaceAll(' -', '\u00a0-')],
    ['with one dash for two', DUMP.replaceAll(' --', ' –')],
    ['with long dashes', DUMP.replaceAll(' --', ' —')],
    ['with other dashes everywhere', DUMP.replaceAll(/(^| )-(?=[A-Za-z] )/gm, '$1–')],
    ['with quotes of a document', DUMP.replace(/"(.*)"/, '“ab”')],
  ])('%s', (_, text) => {
    const { rulesets, diagnostics } = read(text);
    expect(diagnostics.filter(({ kind }) => kind !== 'warning')).toEqual([]);
    expect(diagnostics.filter(({ code }) => code === 'pasted-text' || code === 'document-marks').length).toBeLessThanOrEqual(1);
    expect(rulesets).toHaveLength(1);
    expect(trace(rulesets, 'out tcp -> 1.2.3.4:80').outcome).toBe(trace(read(DUMP).rulesets, 'out tcp -> 1.2.3.4:80').outcome);
  });

  test('keeps its lines, and what stands in quotes', () => {
    const { source } = pastedText({ file: 'x', text: `Defaulted container "web" out of: web\n${DUMP.replaceAll(' --', ' –')}` });
    expect(source.text.split('\n').slice(1).join('\n')).toBe(DUMP);
  });

  test('no fixture has any', () => {
    for (const name of fixtureNames()) {
      const given = { file: name, text: readFixture(name).text };
      expect(pastedText(given).source).toBe(given);
    }
  });

  test('a text without such marks is left alone', () => {
    for (const text of [
      DUMP,
      `# Defaulted – x\n${DUMP}`,
      '#!/bin/sh\n$IPT -A x\niptables -A INPUT -m comment --comment "a\u00a0–b" -j ACCEPT\n',
    ]) {
      const given = { file: 'x', text };
      expect(pastedText(given)).toEqual({ source: given });
    }
  });
});

it('what iptables itself refuses is an error where the text is to be loaded', async () => {
  const dashed = '*nat\n-A OUTPUT \u2013p tcp -j ACCEPT\nCOMMIT\n';
  const ask = (...argv: readonly string[]) =>
    chainwalk(argv, { files: { 'a.rules': dashed, 'chainwalk.config.yaml': 'groups: [{ files: "*.rules" }]\n' } });
  expect(await ask('check', 'a.rules')).toMatchObject({ code: 2, out: '' });
  expect((await ask('ci')).code).toBe(2);
  expect((await ask('trace', 'a.rules', 'out tcp -> 10.0.0.9:80')).code).toBe(0);
});
