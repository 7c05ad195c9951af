/** The package as others install it: what package.json says of it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const json = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly sideEffects: readonly string[];
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
};
const entries = Object.entries(json.exports).flatMap(([name, one]) => (typeof one === 'string' ? [] : [{ name, ...one }]));

it('each folder of src/api is an entry, with its types beside it', () => {
  const folders = readdirSync(join(ROOT, 'src/api'));
  expect(entries.map(({ name }) => (name === '.' ? 'library' : name.slice(2))).toSorted()).toEqual(folders.toSorted());
  for (const { types, default: code } of entries) {
    expect(types).toBe(code.replace(/\.js$/, '.d.ts'));
    expect(existsSync(join(ROOT, code.replace('./dist/', 'src/').replace(/\.js$/, '.ts')))).toBe(true);
  }
});

it('who installs it runs nothing of it; what has an effect when it is imported says so', () => {
  expect(Object.keys(json.scripts).filter((name) => /install|^prepare$/.test(name))).toEqual([]);
  expect(json.scripts.prepack).toContain('build');
  const effects = entries.filter(({ name }) => name === './jest' || name === './vitest').map((one) => one.default);
  expect([...json.sideEffects].toSorted()).toEqual(effects.toSorted());
});

it('what only some entries need is optional', () => {
  expect(Object.keys(json.peerDependencies).filter((name) => json.peerDependenciesMeta[name]?.optional !== true)).toEqual([]);
});
