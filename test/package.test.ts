/** The package as others install it: what package.json says of it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { oracleFiles } from '../bundle/oracleFiles.ts';

const ROOT = join(import.meta.dirname, '..');
const json = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly files: readonly string[];
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

it('the kernel oracle is in it, without what only tests run, and small', () => {
  expect(json.files).toContain('dist/kernel/oracle/*.py');
  const folder = join(ROOT, 'src/kernel/oracle');
  const files = oracleFiles(folder);
  expect(files).toContain('bounds.py');
  const left = readdirSync(folder).filter((name) => name.endsWith('.py') && !files.includes(name));
  expect(left.toSorted()).toEqual(['connections.py', 'drops.py', 'far.py', 'journey.py']);
  const size = files.reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0);
  expect(size).toBeLessThan(80_000);
});
