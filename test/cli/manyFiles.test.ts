/** `verify` of many files: what is answered alike is said once, and counted. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const SIDECAR = readFileSync(resolve(import.meta.dirname, '../../fixtures/istio-sidecar.rules'), 'utf8');
const OTHER = SIDECAR.replaceAll('-owner 1337', '-owner 1338');
const names = Array.from({ length: 40 }, (_, at) => `pods/p${at}.rules`);
const files = Object.fromEntries(names.map((name) => [name, SIDECAR]));

describe('rules of many pods', () => {
  it('are told once where they are equal, whatever their names are', async () => {
    const { out, code } = await chainwalk(['verify', ...names], { files });
    expect(code).toBe(0);
    expect(out.match(/^OK: /gm)).toHaveLength(1);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('the same for 39 more: pods/p1.rules, pods/p2.rules, pods/p3.rules,');
    expect(out).toMatch(/ and 34\s+others\n/);
  });

  it('are all listed with -v', async () => {
    const { out } = await chainwalk(['verify', '-v', ...names], { files });
    for (const name of names) expect(out).toContain(name);
    expect(out.match(/^OK: /gm)).toHaveLength(1);
  });

  it('one that is broken is told by itself, and fails the run', async () => {
    const { out, code } = await chainwalk(['verify', ...names, 'q.rules'], { files: { ...files, 'q.rules': OTHER } });
    expect(code).toBe(1);
    expect(out.match(/^(OK|FAIL): /gm)).toEqual(['OK: ', 'FAIL: ']);
    expect(out).toContain('q.rules:31');
    expect(out.trimEnd()).toMatch(/\n41 rulesets: 40 OK, 1 FAIL$/);
  });

  it('two that are broken in different places are told each', async () => {
    const shifted = `# another line\n${OTHER}`;
    const { out } = await chainwalk(['verify', 'q.rules', 'r.rules'], { files: { 'q.rules': OTHER, 'r.rules': shifted } });
    expect(out.match(/^FAIL: /gm)).toHaveLength(2);
    expect(out).toContain('q.rules:31');
    expect(out).toContain('r.rules:32');
  });
});
