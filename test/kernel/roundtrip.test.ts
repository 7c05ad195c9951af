/** What chainwalk prints is what iptables-save prints after the same text was loaded. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { print } from '../../src/ruleset/print.ts';
import { fixtureNames, readFixture } from '../support/fixtures.ts';
import { rulesetsOf } from '../support/rulesets.ts';
import { BACKENDS, loadAll } from './iptables.ts';
import { kernelHere } from './kernelHere.ts';

const GOLDENS = new URL('../../../shared/istio/goldens/', import.meta.url);

function texts(): readonly (readonly [name: string, text: string])[] {
  const fixtures = fixtureNames().map((name) => [name, readFixture(name).text] as const);
  if (!existsSync(GOLDENS)) return fixtures;
  const goldens = readdirSync(GOLDENS).filter((file) => file.endsWith('.golden'));
  return [...fixtures, ...goldens.map((file) => [file, readFileSync(new URL(file, GOLDENS), 'utf8')] as const)];
}

/** Names and types of the ipsets that a text asks for. */
function setsIn(text: string): ReadonlyMap<string, string> {
  const found = [...text.matchAll(/--match-set (\S+) (\S+)/g)];
  return new Map(found.map(([, name, dirs]) => [name ?? '', `hash:ip${(dirs ?? '').includes(',') ? ',port' : ''}`]));
}

/** The tables of a text in the order of `print`, whatever order a backend saves them in. */
function byTable(text: string): readonly string[] {
  return text.split(/^(?=\*)/m).sort();
}

describe.runIf(kernelHere()).each(texts())('%s', (_, text) => {
  const sets = [...setsIn(text)];
  const setup = sets.map(([name, type]) => `ipset create ${name} ${type} family ${/v6|6$/.test(name) ? 'inet6' : 'inet'} || exit 1`);
  test.each(BACKENDS)('prints as iptables-%s-save does, and its own print reads the same', { timeout: 60_000 }, (backend) => {
    for (const ruleset of rulesetsOf(text)) {
      const printed = print(ruleset);
      const [loaded] = loadAll([{ family: ruleset.family, backend, text: printed }], setup);
      expect(loaded?.loads).toBe(true);
      expect(byTable(printed)).toEqual(byTable(loaded?.saved ?? ''));
    }
  });
});
