/** The program as a process: real streams, real exit codes. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makePrograms } from '../support/programs.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const RULES = 'fixtures/istio-sidecar.rules';
const PROGRAMS = makePrograms();
const PROGRAM = `'${process.execPath}' '${PROGRAMS.main}'`;

function sh(command: string, input = ''): { readonly code: number | null; readonly out: string; readonly err: string } {
  const env = { ...process.env, FORCE_COLOR: '', NO_COLOR: '' };
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `set -o pipefail; ${command}`], { cwd: ROOT, input, env, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

describe('process', { timeout: 240_000 }, () => {
  afterAll(PROGRAMS.remove);

  it('answers on standard output and exits 0', () => {
    const { code, out, err } = sh(`${PROGRAM} trace ${RULES} 'out tcp -> 203.0.113.9:443' --brief`);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^captured-out /);
  });

  it('reads rules from standard input', () => {
    const { out } = sh(`${PROGRAM} trace - 'out tcp -> 203.0.113.9:443' --json < ${RULES}`);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'captured-out' });
  });

  it('an unmet expectation exits 1, a missing file 2', () => {
    expect(sh(`${PROGRAM} trace ${RULES} 'out tcp -> 203.0.113.9:443' --expect direct`).code).toBe(1);
    expect(sh(`${PROGRAM} trace nowhere 'out tcp -> 203.0.113.9:443'`).code).toBe(2);
    expect(sh(`${PROGRAM} trace fixtures 'out tcp -> 203.0.113.9:443'`).err).toContain('`fixtures` is a directory with');
    expect(sh(`${PROGRAM} trace ${RULES} --packets nowhere`).err).toContain('chainwalk: error: cannot read `nowhere`: no such file');
  });

  it.each(['check -', 'verify -', 'expect -', `trace ${RULES} --packets -`])('%s: a directory as standard input exits 2', (command) => {
    expect(sh(`${PROGRAM} ${command} < fixtures`)).toEqual({
      code: 2,
      out: '',
      err: 'chainwalk: error: cannot read `-`: it is a directory\n',
    });
  });

  it('a reader that goes away ends it quietly', () => {
    const lines = '{"dst":"203.0.113.9"}\n'.repeat(2000);
    const { code, out, err } = sh(`${PROGRAM} trace ${RULES} --packets - | head -n 1`, lines);
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'captured-out' });
  });

  it.skipIf(!existsSync('/proc/self'))('what cannot be written is said, and exits 2', () => {
    for (const file of ['/proc/x/y.sarif', 'fixtures']) {
      const { code, err } = sh(`timeout 60 ${PROGRAM} verify ${RULES} -o sarif=${file}`);
      expect([code, err]).toEqual([2, expect.stringContaining(`cannot write \`${file}\`: `)]);
    }
  });

  it.skipIf(!existsSync('/dev/full'))('a full disk is said, and exits 2', () => {
    const { code, err } = sh(`${PROGRAM} explain loop > /dev/full`);
    expect(code).toBe(2);
    expect(err).toContain('cannot write');
  });
});
