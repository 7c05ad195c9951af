/** Parts in one file run as they would in files of their own; what is loaded late is loaded by the first call. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { joinParts, type Part } from '../../bundle/joinParts.ts';
import { standIn } from '../../bundle/lateParts.ts';

const PARTS: Readonly<Record<string, Part>> = {
  'first.cjs': { code: 'exports.said = () => require("./a.cjs").said;', imports: [] },
  'a.cjs': {
    code: 'const b = require("./b.cjs"); exports.said = b.said + " " + require("./apart.cjs").said;',
    imports: ['b.cjs', 'apart.cjs'],
  },
  // names of the file that holds it are no names of a part
  'b.cjs': { code: 'function part() { return "b"; } const made = part(), code = {}, others = 1; exports.said = made;', imports: ['c.cjs'] },
  'c.cjs': { code: 'throw new Error("this was not required")', imports: [] },
  'apart.cjs': { code: 'exports.said = require("node:path").basename("/x/apart") + typeof require("./b.cjs").said;', imports: [] },
};

const load = (files: Readonly<Record<string, string>>, name: string): unknown => {
  const folder = mkdtempSync(join(tmpdir(), 'chainwalk-join-'));
  folders.push(folder);
  for (const [file, code] of Object.entries(files)) writeFileSync(join(folder, file), code);
  return createRequire(join(folder, 'x.cjs'))(`./${name}`);
};
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

it.each([
  ['nothing is joined', {}, 5],
  ['one command loads them', { one: ['first.cjs', 'a.cjs'] }, 2],
  ['another one shares some with the first', { one: ['first.cjs', 'a.cjs'], two: ['b.cjs'] }, 2],
  ['two others share some', { one: ['first.cjs'], two: ['a.cjs'], three: ['b.cjs'] }, 3],
])('when %s', (_, starts: Readonly<Record<string, readonly string[]>>, count) => {
  const joined = joinParts(new Map(Object.entries(PARTS)), starts);
  expect(joined.length).toBe(count);
  const { said } = load(Object.fromEntries(joined.map(({ file, code }) => [file, code])), 'first.cjs') as { readonly said: () => string };
  expect(said()).toBe('b apartstring');
});

it('a command that begins with a part that is not there is an error of the list', () => {
  expect(() => joinParts(new Map(Object.entries(PARTS)), { one: ['gone.cjs'] })).toThrow('there is no part gone.cjs');
});

it('functions stand in for a part, and load it once', () => {
  const text = 'export interface Given {}\nexport function plus(a: number, b: number) {}\nexport async function later() {}\n';
  const code = standIn('src/x/plus.ts', text).replaceAll(/^export function (\w+)/gm, 'exports.$1 = function');
  const late = 'globalThis.loads = (globalThis.loads ?? 0) + 1; exports.plus = (a, b) => a + b; exports.later = async () => 5;';
  const { plus, later } = load({ 'stand-in.cjs': code.replace('loadPart', 'require'), 'late-plus.cjs': late }, 'stand-in.cjs') as {
    readonly plus: (a: number, b: number) => number;
    readonly later: () => Promise<number>;
  };
  expect(globalThis).not.toHaveProperty('loads');
  expect(plus(1, 2) + plus(3, 4)).toBe(10);
  expect(later()).toBeInstanceOf(Promise);
  expect(globalThis).toHaveProperty('loads', 1);
});

it.each(['export const LIST = [];', 'export class Rule {}', "export { x } from './x.ts';", "export * from './x.ts';"])(
  'nothing stands in for %s',
  (line) => expect(() => standIn('src/x/plus.ts', line)).toThrow('src/x/plus.ts is loaded late and may export functions alone'),
);
