/** What `iptables -L -n -v` prints is read as the rules that iptables-save writes, but for what it hides. */
import { describe, expect, test } from 'vitest';
import { groupBy } from '../../src/lib/groupBy.ts';
import type { Family } from '../../src/packet/address.ts';
import { readRules } from '../../src/ruleset/readRules.ts';
import { parseRules } from '../../src/syntax/document/parse.ts';
import { readCaseFiles, restoreText } from '../extensions/cases.ts';
import { fixtureNames, readFixture } from '../support/fixtures.ts';
import { BACKENDS, type Load } from './iptables.ts';
import { kernelHere } from './kernelHere.ts';
import { OBJECTS, SETUP } from './lines/limits.ts';
import { ourAnswer } from './lines/ourAnswer.ts';
import { randomLines } from './lines/randomLines.ts';
import { type Asked, theirAnswers } from './lines/theirAnswers.ts';
import { HIDDEN, UNREAD } from './listings/hidden.ts';
import { listAll } from './listings/listAll.ts';
import { type ReadBack, readBack } from './listings/readBack.ts';

const LINES = 2000;
const WIDTHS = ['-n -v', '-nvx --line-numbers'];

function setsIn(text: string): readonly string[] {
  return [...text.matchAll(/--match-set (\S+) (\S+)/g)].map(
    ([, name, sides]) =>
      `ipset create ${name} hash:ip${(sides ?? '').includes(',') ? ',port' : ''} family ${/6$/.test(name ?? '') ? 'inet6' : 'inet'} -exist`,
  );
}

function counted(results: readonly ReadBack[]): string {
  const rules = results.reduce((sum, one) => sum + one.rules, 0);
  const met = groupBy(
    results.flatMap(({ hidden }) => hidden),
    (what) => what,
  );
  return [`${rules} rules`, ...[...met].map(([what, ones]) => `${ones.length} ${what}`)].join(', ');
}

function loadsOf(file: string, text: string): readonly Load[] {
  return parseRules({ file, text }).rulesets.flatMap(({ family, source, tables }) => {
    const blocks = tables.map(({ name: table }) => {
      const start = source.text.lastIndexOf('*', table.start);
      return source.text.slice(start, source.text.indexOf('COMMIT', start) + 'COMMIT\n'.length);
    });
    return BACKENDS.map((backend): Load => ({ family, backend, text: `${blocks.join('\n')}\n` }));
  });
}

describe.runIf(kernelHere())('the listing of every fixture', () => {
  test('without -v it has the same rules without their interfaces, none of which is decided', { timeout: 300_000 }, () => {
    let count = 0;
    for (const name of fixtureNames()) {
      const { text } = readFixture(name);
      for (const { saved, listed } of listAll(
        loadsOf(name, text).filter(({ backend }) => backend === 'nft'),
        '-n',
        setsIn(text),
      )) {
        const rules = readRules({ file: name, text: listed }).rulesets.flatMap(({ tables }) =>
          [...tables.values()].flatMap(({ chains }) => [...chains.values()].flatMap((chain) => chain.rules)),
        );
        const theirs = saved.split('\n').filter((line) => line.startsWith('-A'));
        const expected = theirs.map((line) => HIDDEN.reduce((rest, { read }) => read(rest), line.replace(/ (?:! )?-[io] \S+/g, '')));
        expect(rules.map((rule) => rule.text).sort()).toEqual(expected.sort());
        expect(rules.filter(({ clauses }) => clauses.every((clause) => clause.text !== '(not shown)'))).toEqual([]);
        count += rules.length;
      }
    }
    expect(count).toBeGreaterThan(1000);
  });

  test.each(WIDTHS)('iptables -L %s is read as the rules that were loaded, all of each', { timeout: 300_000 }, (options) => {
    const results = fixtureNames().flatMap((name) => {
      const { text } = readFixture(name);
      const loads = loadsOf(name, text);
      const listed = listAll(loads, options, setsIn(text));
      expect(listed.map((one) => one.loads)).toEqual(loads.map(() => true));
      return listed.map(readBack);
    });
    console.log(counted(results));
    expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect([...new Set(results.flatMap(({ hidden }) => hidden))]).toEqual(['the name of -m hashlimit']);
    expect(results.reduce((sum, { rules }) => sum + rules, 0)).toBeGreaterThan(2000);
  });
});

/** Some of what iptables-save writes iptables does not take back, or takes for something else. */
function isTaken(table: string, rule: string, family: Family): boolean {
  const text = `*${table}\n:USR - [0:0]\n:USR2 - [0:0]\n:OTHER - [0:0]\n-A USR ${rule}\nCOMMIT\n`;
  const { rulesets } = readRules({ file: 'rule', text }, { family });
  return rulesets.some(({ tables }) =>
    [...tables.values()].some(({ chains }) => chains.get('USR')?.rules[0]?.text === `-A USR ${rule}`.trimEnd()),
  );
}

describe.runIf(kernelHere())('the listing of every line of every .cases file', () => {
  test.each(readCaseFiles().map((file) => [file.name, file] as const))('%s', { timeout: 60_000 }, (_, { cases, sets }) => {
    const loads = [...groupBy(cases, ({ section }) => section).values()].flatMap((ofSection) => {
      const [{ families, chains, table }] = ofSection;
      return families.flatMap((family) =>
        BACKENDS.map((backend): Load => {
          const loaded = ofSection.filter(
            ({ verdict, input, canonical = '' }) =>
              [backend.toUpperCase(), 'OK', 'LOADS'].includes(verdict) &&
              !/ -v(?= |$)|^-v/.test(input) &&
              isTaken(table, canonical, family),
          );
          return { family, backend, text: restoreText({ table, inputs: loaded.map(({ input }) => input) }, chains[0] ?? 'USR') };
        }),
      );
    });
    const setup = [...sets].map(([name, type]) => `ipset create ${name} ${type} || exit 1`);
    const results = listAll(loads, '-n -v', setup).map(readBack);
    expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
  });
});

test.runIf(kernelHere())('random rules of all extensions are read back from their listing', { timeout: 300_000 }, () => {
  const lines = randomLines(LINES, 15).flatMap((line) => {
    const { saved = [], refusedBy, diagnostics } = ourAnswer(line);
    const isPlain = !line.broken && saved.length === 1 && refusedBy.size === 0 && diagnostics.every(({ kind }) => kind !== 'not-modelled');
    return isPlain && isTaken(line.table, saved[0] ?? '', line.family) && !OBJECTS.some(({ pattern }) => pattern.test(line.text))
      ? [line]
      : [];
  });
  const asked = lines.flatMap((line) => BACKENDS.map((backend): Asked => ({ ...line, backend, readOnly: false, together: true })));
  const answers = theirAnswers(asked, SETUP);
  const loaded = asked.filter((one) => answers.get(one)?.length === 1);
  const groups = [...groupBy(loaded, ({ backend, family, table }) => `${backend} ${family} ${table}`).values()].map((group): Load => {
    const [{ family, backend, table }] = group;
    const chains = group.map((_, at) => `:L${at} - [0:0]\n`).join('');
    return {
      family,
      backend,
      text: `*${table}\n:OTHER - [0:0]\n${chains}${group.map(({ text }, at) => `-A L${at} ${text}\n`).join('')}COMMIT\n`,
    };
  });
  const listed = listAll(groups, '-n -v', SETUP);
  expect(listed.map(({ loads }) => loads)).toEqual(groups.map(() => true));
  const results = listed.map(readBack);
  console.log(counted(results));
  expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
  expect(loaded.length).toBeGreaterThan(1200);
});

test('what a listing hides has one name each', () => {
  const names = [...HIDDEN, ...UNREAD].map(({ what }) => what);
  expect(new Set(names).size).toBe(names.length);
});
