/** What chainwalk prints is what iptables-save prints after the same text was loaded. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { print } from '../../src/ruleset/print.ts';
import { resolve } from '../../src/ruleset/resolve.ts';
import { parseRules } from '../../src/syntax/document/parse.ts';
import type { RulesetNode } from '../../src/syntax/iptables/ast.ts';
import { fixtureNames, readFixture } from '../support/fixtures.ts';
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

/** The part of the text that holds these tables, as iptables-restore takes it. */
function sourceOf({ source, tables }: RulesetNode): string {
  const slices = tables.map(({ name }) => {
    const start = source.text.lastIndexOf('*', name.start);
    return source.text.slice(start, source.text.indexOf('COMMIT', start) + 'COMMIT'.length);
  });
  return `${slices.join('\n')}\n`;
}

describe.runIf(kernelHere()).each(texts())('%s', (file, text) => {
  const setup = [...setsIn(text)].map(
    ([name, type]) => `ipset create ${name} ${type} family ${/6$/.test(name) ? 'inet6' : 'inet'} || exit 1`,
  );
  test.each(BACKENDS)('is printed as iptables-%s-save prints it', { timeout: 60_000 }, (backend) => {
    const { rulesets } = parseRules({ file, text });
    expect(rulesets.length).toBeGreaterThan(0);
    for (const node of rulesets) {
      const { ruleset } = resolve(node);
      if (ruleset === undefined) throw new Error(`${file} does not load`);
      const [loaded] = loadAll([{ family: node.family, backend, text: sourceOf(node) }], setup);
      expect(loaded?.loads).toBe(true);
      expect(byTable(print(ruleset))).toEqual(byTable(loaded?.saved ?? ''));
    }
  });
});
