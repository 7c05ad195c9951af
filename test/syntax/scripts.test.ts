/** What a script does, against bash: an `iptables` that writes down its arguments says which calls were made, and in which order. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { parseRules } from '../../src/syntax/document/parse.ts';
import { scriptText } from './scriptText.ts';

const hasBash = spawnSync('bash', ['-c', 'true']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'chainwalk-scripts-'));
const log = join(folder, 'log');

if (hasBash) {
  writeFileSync(join(folder, 'iptables'), `#!/bin/bash\nprintf '%s\\x1f' "\${0##*/}" "$@" >> ${log}\nprintf '\\x1e' >> ${log}\n`);
  chmodSync(join(folder, 'iptables'), 0o755);
  symlinkSync('iptables', join(folder, 'ip6tables'));
  // behind `sudo` and by its full path it is the same program; everybody is root
  writeFileSync(join(folder, 'sudo'), '#!/bin/bash\nexec "$@"\n');
  writeFileSync(join(folder, 'id'), '#!/bin/bash\necho 0\n');
  for (const name of ['sudo', 'id']) chmodSync(join(folder, name), 0o755);
}
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The calls that bash makes, program first. */
function callsOfBash(script: string): readonly (readonly string[])[] {
  writeFileSync(log, '');
  const text = script.replaceAll('/sbin/iptables', join(folder, 'iptables')).replaceAll('$EUID', '0');
  const ran = spawnSync('bash', ['-s'], { input: text, env: { PATH: `${folder}:${process.env.PATH ?? ''}` }, timeout: 20_000 });
  if (ran.error !== undefined) throw ran.error;
  return readFileSync(log, 'utf8')
    .split('\x1e')
    .slice(0, -1)
    .map((line) => line.split('\x1f').slice(0, -1));
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function errorsOf(text: string): readonly string[] {
  return parseRules({ file: 'x', text })
    .diagnostics.filter(({ kind }) => kind !== 'warning')
    .map(({ message }) => message);
}

/** In order: the rules of each family stay in the order in which they were appended. */
function rulesOf(text: string): readonly string[] {
  return parseRules({ file: 'x', text }).rulesets.flatMap(({ family, tables }) =>
    tables.flatMap(({ chains }) =>
      chains.flatMap(({ rules }) => rules.map((rule) => JSON.stringify([family, ...rule.words.map((word) => word.text)]))),
    ),
  );
}

const RUNS = Number(process.env.CHAINWALK_SCRIPTS ?? 120);
const SEED = Number(process.env.CHAINWALK_SEED ?? 20_261);

describe.skipIf(!hasBash)('scripts do what bash does', () => {
  test('random scripts', { timeout: 120_000 }, () => {
    let [calls, refused, runs] = [0, 0, 0];
    fc.assert(
      fc.property(scriptText, (script) => {
        const made = callsOfBash(script);
        const errors = errorsOf(script);
        runs++;
        if (errors.length > 0) {
          refused++;
          return;
        }
        calls += made.length;
        const plain = made.map((words) => words.map(quoted).join(' ')).join('\n');
        const byFamily = (rules: readonly string[]) => [4, 6].map((family) => rules.filter((rule) => rule.startsWith(`[${family},`)));
        expect(byFamily(rulesOf(script))).toEqual(byFamily(rulesOf(plain)));
      }),
      { numRuns: RUNS, seed: SEED },
    );
    // nearly all of such scripts are carried out
    expect(runs).toBe(RUNS);
    expect(calls).toBeGreaterThan(RUNS);
    expect(refused).toBeLessThan(RUNS / 4);
  });
});
