/** The GitHub Action and the pre-commit hooks: their form, and what their scripts run. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS } from '../src/cli/commands/commands.ts';
import { temporaryGit } from './cli/temporaryGit.ts';

const read = (name: string) => parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

interface Action {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

const ACTION: Action = read('action.yml');
const { steps } = ACTION.runs;
const CHECK = steps.find(({ id }) => id === 'check');

describe('action.yml', () => {
  // source: docs.github.com, metadata syntax for GitHub Actions; schemastore github-action.json
  it('has the keys of a composite action, and no others', () => {
    expect(Object.keys(ACTION).sort()).toEqual(['author', 'branding', 'description', 'inputs', 'name', 'outputs', 'runs']);
    expect(ACTION.runs.using).toBe('composite');
    const keys = ['name', 'id', 'if', 'uses', 'with', 'run', 'shell', 'env', 'working-directory', 'continue-on-error'];
    for (const step of steps) expect(Object.keys(step).filter((key) => !keys.includes(key))).toEqual([]);
    for (const input of Object.values(ACTION.inputs)) expect(Object.keys(input).sort()).toEqual(['default', 'description']);
  });

  it('every step either uses an action or runs a script in a named shell', () => {
    for (const { uses, run, shell } of steps)
      expect([uses === undefined, shell === undefined]).toEqual([run !== undefined, run === undefined]);
  });

  it('no script holds an expression: what others wrote comes as a variable', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
  });

  it('uses every input, and names none that is not there', () => {
    const used = [...JSON.stringify(steps).matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name);
    expect([...new Set(used)].sort()).toEqual(Object.keys(ACTION.inputs).sort());
  });

  it('takes its outputs from steps that are there', () => {
    const ids = Object.values(ACTION.outputs).map(({ value }) => /steps\.([\w-]+)\.outputs/.exec(value)?.[1]);
    expect(ids.filter((id) => !steps.some((step) => step.id === id))).toEqual([]);
  });

  it('the README names it', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    expect(readme).toContain('action.yml');
    expect(readme).toContain('.pre-commit-hooks.yaml');
  });
});

describe('the script of the action', { timeout: 30_000 }, () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'chainwalk-action-'));
    program('npx', 'for one in "$@"; do echo "npx<$one>"; done');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function program(name: string, script: string): void {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }

  function run(inputs: Readonly<Record<string, string>>): { readonly args: readonly string[]; readonly output: string } {
    const given = (name: string) =>
      inputs[name] ?? (ACTION.inputs[name]?.default.startsWith('${{') ? '' : (ACTION.inputs[name]?.default ?? ''));
    const env = Object.entries(CHECK?.env ?? {}).map(([name, value]) => [name, given(/inputs\.([\w-]+)/.exec(value)?.[1] ?? '')]);
    const output = join(folder, 'output');
    writeFileSync(output, '');
    // as the runner calls it. source: docs.github.com, jobs.<job_id>.steps[*].shell
    const out = execFileSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', CHECK?.run ?? ''], {
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env.PATH ?? ''}`, GITHUB_OUTPUT: output, ...Object.fromEntries(env) },
    });
    return { args: [...out.matchAll(/^npx<(.*)>$/gm)].map(([, one]) => one ?? ''), output: readFileSync(output, 'utf8') };
  }

  it('runs chainwalk ci with annotations, which bring the summary, and with SARIF', () => {
    const { args, output } = run({});
    expect(args).toEqual(['--yes', 'chainwalk', 'ci', '-o', 'github,sarif=chainwalk.sarif']);
    expect(output).toBe('sarif=chainwalk.sarif\n');
  });

  it('passes on what it is given, blanks and quotes as they are', () => {
    program('git', 'exit 0');
    const { args, output } = run({
      version: '0.1.0',
      config: 'a b.yaml',
      base: 'main',
      strict: 'true',
      sarif: '',
      output: 'junit=$(touch x).xml',
    });
    expect(args).toEqual([
      '--yes',
      'chainwalk@0.1.0',
      'ci',
      '-o',
      'github,junit=$(touch x).xml',
      '--config=a b.yaml',
      '--strict',
      '--base=main',
    ]);
    expect(output).toBe('');
  });

  it('fetches a base that the checkout has not', () => {
    program('git', 'case "$*" in "rev-parse FETCH_HEAD") echo 0123abc;; "rev-parse "*) exit 1;; fetch*) exit 0;; esac');
    expect(run({ base: 'main' }).args.at(-1)).toBe('--base=0123abc');
  });
});

describe('the script in a checkout of one commit', { timeout: 30_000 }, () => {
  it('gets the base from where the checkout came from', () => {
    const origin = temporaryGit();
    try {
      origin.commit({ 'a.rules': '1' });
      origin.git('branch', 'old');
      origin.commit({ 'a.rules': '2' });
      origin.git('clone', '-q', '--depth=1', `file://${origin.folder}`, 'checkout');
      writeFileSync(
        join(origin.folder, 'npx'),
        '#!/bin/sh\nfor one in "$@"; do base=$one; done; git show "$(echo "$base" | cut -c8-):a.rules"\n',
      );
      chmodSync(join(origin.folder, 'npx'), 0o755);
      const env = {
        PATH: `${origin.folder}:${process.env.PATH ?? ''}`,
        HOME: origin.folder,
        GITHUB_STEP_SUMMARY: '/s',
        GITHUB_OUTPUT: '/dev/null',
      };
      const given = { VERSION: '', CONFIG: '', BASE: 'old', STRICT: 'false', SARIF: '', MORE: '' };
      const cwd = join(origin.folder, 'checkout');
      const out = execFileSync('bash', ['-eo', 'pipefail', '-c', CHECK?.run ?? ''], { cwd, encoding: 'utf8', env: { ...env, ...given } });
      expect(out).toBe('1');
    } finally {
      origin.remove();
    }
  });
});

describe('.pre-commit-hooks.yaml', () => {
  const hooks = read('.pre-commit-hooks.yaml') as readonly Readonly<Record<string, unknown>>[];

  it('runs commands that there are', () => {
    const commands = hooks.map(({ entry }) => String(entry).split(' ')[1]);
    expect(commands.filter((name) => !COMMANDS.some((command) => command.name === name))).toEqual([]);
  });

  // source: pre-commit.com, creating new hooks
  it('has the keys that pre-commit asks for, and patterns that it can read', () => {
    for (const { id, name, entry, language, files } of hooks) {
      expect([id, name, entry, language].every((one) => typeof one === 'string')).toBe(true);
      expect(() => new RegExp(String(files))).not.toThrow();
    }
    expect(new RegExp(String(hooks[0]?.files)).test('chainwalk.config.ts')).toBe(true);
    expect(new RegExp(String(hooks[1]?.files)).test('net/pod.expect.yaml')).toBe(true);
  });
});
