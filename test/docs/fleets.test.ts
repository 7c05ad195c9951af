/** The Jobs of docs/fleets.md: what their containers run is run here, for each index, and merged. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readFixture } from '../support/fixtures.ts';
import { laterDump } from '../support/laterDump.ts';
import { makePrograms } from '../support/programs.ts';

interface Job {
  readonly kind: string;
  readonly spec: {
    readonly completionMode?: string;
    readonly completions?: number;
    readonly parallelism?: number;
    readonly template: { readonly spec: { readonly containers: readonly { readonly command: readonly string[] }[] } };
  };
}

const PAGE = readFileSync(new URL('../../docs/fleets.md', import.meta.url), 'utf8');
const [, YAML = ''] = /```yaml\n(# jobs.yaml\n.*?)```/s.exec(PAGE) ?? [];
const [shards, merging] = parseAllDocuments(YAML).map((document) => document.toJS() as Job) as [Job, Job];
const commandOf = ({ spec }: Job) => spec.template.spec.containers[0]?.command ?? [];

describe('the Indexed Job', { timeout: 240_000 }, () => {
  const programs = makePrograms();
  const folder = mkdtempSync(join(tmpdir(), 'chainwalk-fleet-'));
  afterAll(() => {
    programs.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has an index for each of its shards', () => {
    const { completionMode, completions, parallelism } = shards.spec;
    expect([shards.kind, completionMode, completions]).toEqual(['Job', 'Indexed', parallelism]);
    expect(commandOf(shards).join(' ')).toContain(`+ 1))/${completions}"`);
    expect(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).toContain(
      `"version": "${/chainwalk@([\d.]+)/.exec(PAGE)?.[1]}"`,
    );
  });

  it('and the Job that merges say together what one run says', () => {
    for (const name of ['dumps', 'reports', 'bin']) mkdirSync(join(folder, name));
    for (const [at, name] of ['istio-sidecar', 'istio-sidecar', 'istio-ambient', 'firewall', 'istio-sidecar'].entries())
      writeFileSync(join(folder, 'dumps', `p${at}.rules`), laterDump(readFixture(name).text, at));
    const program = join(folder, 'bin/chainwalk');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${programs.main}' "$@"\n`);
    chmodSync(program, 0o755);
    const inPod = ({ command, index }: { readonly command: readonly string[]; readonly index?: number }) => {
      const [shell = '', ...args] = command.map((word) =>
        word.replaceAll('/dumps', join(folder, 'dumps')).replaceAll('/reports', join(folder, 'reports')),
      );
      const env = { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, ...(index !== undefined && { JOB_COMPLETION_INDEX: String(index) }) };
      return spawnSync(shell, args, { env, encoding: 'utf8' });
    };
    for (let index = 0; index < (shards.spec.completions ?? 0); index++)
      expect(inPod({ command: commandOf(shards), index }).status).toBe(0);
    expect(readdirSync(join(folder, 'reports')).every((name) => name.endsWith('.jsonl'))).toBe(true);
    const merged = inPod({ command: commandOf(merging) });
    const one = execFileSync(program, ['verify', join(folder, 'dumps')], { encoding: 'utf8' });
    expect([merged.status, merged.stderr, merged.stdout]).toEqual([0, '', one]);
    rmSync(join(folder, 'reports/3.jsonl'));
    expect(inPod({ command: commandOf(merging) })).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('shard 4/8 is missing'),
    });
  });
});
