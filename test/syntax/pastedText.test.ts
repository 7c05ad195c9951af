/** Dumps as they are pasted from terminals, mails and documents: read as the dump, with one warning. */
import { describe, expect, it, test } from 'vitest';
import { print, trace } from '../../src/api/library/index.ts';
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
      expect(pastedText(given)).toEqual({ source: given, findings: [] });
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

/** As a terminal cuts them, with blanks at the ends of lines or without; as a program wraps them at blanks. */
const FOLDINGS: Readonly<Record<string, (line: string, width: number) => string>> = {
  cut: (line, width) => line.replace(new RegExp(`.{${width}}(?=.)`, 'g'), '$&\n'),
  'cut, without blanks at the end': (line, width) => line.replace(new RegExp(`.{${width}}(?=.)`, 'g'), '$&\n').replaceAll(/ +$/gm, ''),
  wrapped: (line, width) =>
    line.replace(new RegExp(`(.{1,${width - 1}} )(?=.)`, 'g'), (part, _, at: number) => (line.length - at <= width ? part : `${part}\n`)),
};
const NUMBERINGS: Readonly<Record<string, (line: string, number: number) => string>> = {
  'cat -n': (line, number) => `${String(number).padStart(6)}\t${line}`,
  'less -N': (line, number) => `${String(number).padStart(7)} ${line}`,
  'grep -n': (line, number) => `${number}:${line}`,
  'a gutter': (line, number) => `${String(number).padStart(4)} \u2502 ${line}`,
  'a bar': (line, number) => `${String(number).padStart(3)} | ${line}`,
};
const printed = (text: string) => {
  const { rulesets, diagnostics } = read(text);
  return [diagnostics.filter(({ kind }) => kind !== 'warning').map(({ message }) => message), rulesets.map((one) => print(one))];
};
const DUMPS = fixtureNames().filter((name) => !/^(?:bad|real)/.test(name));

describe('rules that were folded', () => {
  it.each(Object.keys(FOLDINGS).flatMap((how) => [60, 80, 100, 132].map((width) => [how, width] as const)))(
    '%s at %i columns',
    (how, width) => {
      for (const name of DUMPS) {
        const { text } = readFixture(name);
        const folded = text
          .split('\n')
          .map((line) => FOLDINGS[how]?.(line, width) ?? line)
          .join('\n');
        expect(printed(folded), name).toEqual(printed(text));
      }
    },
  );

  it('are said to be', async () => {
    const text = DUMP.replace('-A X -p tcp -j', '-A X -p tcp -m comment --comment "0123456789 0123456789 0123456789 0123" -j REDI\n');
    const { err } = await chainwalk(['check', 'a.rules'], { files: { 'a.rules': text.replace('\n REDIRECT', '\nRECT') } });
    expect(text.split('\n').some(({ length }) => length === 80)).toBe(true);
    expect(err).toContain('folded at the width of a terminal');
  });

  it.each([
    ['a word that is no rule, after a short line', '*nat\n-A OUTPUT -j RETURN\nCOMIT\n'],
    [
      'after a line that is not the longest',
      `*nat\n-A OUTPUT -p tcp -m comment --comment "a comment of some length" -j RETURN\n-A OUTPUT -p tcp -j RETURN\nCOMIT\n`,
    ],
  ])('not: %s', (_, text) => {
    expect(
      read(text)
        .diagnostics.map(({ message }) => message)
        .join(),
    ).not.toContain('folded');
  });
});

describe('rules with numbers before the lines', () => {
  it.each(Object.keys(NUMBERINGS))('%s', (how) => {
    for (const name of DUMPS) {
      const { text } = readFixture(name);
      const lines = text.replace(/\n$/, '').split('\n');
      const numbered = lines.map((line, index) => NUMBERINGS[how]?.(line, index + 1) ?? line).join('\n');
      expect(printed(`${numbered}\n`), name).toEqual(printed(text));
    }
  });

  it('nl numbers no empty lines, grep only those that it found', () => {
    expect(printed(`     1\t*nat\n\n     2\t-A OUTPUT -j RETURN\n     3\tCOMMIT\n`)).toEqual(
      printed('*nat\n-A OUTPUT -j RETURN\nCOMMIT\n'),
    );
    expect(printed('3:*nat\n17:-A OUTPUT -j RETURN\n20:COMMIT\n')).toEqual(printed('*nat\n-A OUTPUT -j RETURN\nCOMMIT\n'));
  });
});

describe('rules that were cut off', () => {
  it('tables without COMMIT are read with a warning each, and decide', () => {
    const { rulesets, diagnostics } = read(
      '*nat\n-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 3127\n\n*filter\n-A INPUT -i tun3 -j DROP\n',
    );
    expect(diagnostics.map(({ kind, code }) => [kind, code])).toEqual([
      ['warning', 'outside-a-table'],
      ['warning', 'cut-off'],
    ]);
    const rules = rulesets.flatMap(({ tables }) =>
      [...tables.values()].flatMap(({ chains }) => [...chains.values()].flatMap((one) => one.rules)),
    );
    expect(rules).toHaveLength(2);
  });

  it.each(['\n', ' -j RE', ' -m own', ' -m comment --comment "a'])('in the middle of a table%j: said once', (end) => {
    const { diagnostics } = read(`*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp${end}`);
    expect(diagnostics.map(({ code }) => code)).toEqual(['cut-off']);
    expect(diagnostics.map(({ kind }) => kind === 'malformed')).toEqual([end !== '\n']);
  });

  it('what is wrong before the cut is said as well', () => {
    const { diagnostics } = read(`*nat\n-A OUTPUT -j NOPE\n-A OUTPUT -p tcp -j RE`);
    expect(diagnostics).toHaveLength(2);
  });
});
