/** The GitHub Action and the pre-commit hooks: their form, and what their scripts run. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS } from '../src/cli/commands/commands.ts';
import { workflowFor } from '../src/cli/init/workflow.ts';
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

  it('the README names it, and the page on CI, which names every input', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    expect(readme).toContain('action.yml');
    expect(readme).toContain('(docs/pull-requests.md)');
    expect(readme).toContain('(docs/ci.md)');
    const page = readFileSync(new URL('../docs/ci.md', import.meta.url), 'utf8');
    for (const name of [...Object.keys(ACTION.inputs), ...Object.keys(ACTION.outputs)]) expect(page).toContain(`\`${name}\``);
    expect(readme).toContain('.pre-commit-hooks.yaml');
  });
});

describe('docs/ci.md', () => {
  const page = readFileSync(new URL('../docs/ci.md', import.meta.url), 'utf8');
  const [github, gitlab, preCommit] = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const workflow = parse(github ?? '');
  const job = workflow.jobs.chainwalk;
  const uses = (name: string) => job.steps.find((step: Step) => step.uses?.startsWith(`${name}@`));

  it('has the workflow that `init --workflow` writes', () => expect(github).toBe(workflowFor(version)));

  it('gives the action inputs that it has, and reads outputs that it has', () => {
    const own = uses('chainwalk/chainwalk');
    expect(Object.keys(own.with).filter((name) => ACTION.inputs[name] === undefined)).toEqual([]);
    const read = [...(github ?? '').matchAll(/steps\.(\w+)\.outputs\.(\w+)/g)];
    expect(read.length).toBeGreaterThan(0);
    for (const [, id, name = ''] of read) expect([id, ACTION.outputs[name] !== undefined]).toEqual([own.id, true]);
  });

  // source: docs.github.com, permissions of GITHUB_TOKEN; the README of codeql-action
  it('has the permissions that its steps need, and no others', () => {
    const needed = {
      contents: 'read',
      ...(uses('github/codeql-action/upload-sarif') !== undefined && { 'security-events': 'write' }),
      ...(uses('chainwalk/chainwalk').with.comment === true && { 'pull-requests': 'write' }),
    };
    expect(job.permissions).toEqual(needed);
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(uses('actions/checkout').with).toEqual({ 'persist-credentials': false, 'fetch-depth': 0 });
    expect(workflow.on).toBe('pull_request');
  });

  it('GitLab runs a command that there is', () => {
    const [, ...words] = parse(gitlab ?? '')
      .chainwalk.script.replaceAll('"', '')
      .split('chainwalk ci ');
    const options = COMMANDS.find(({ name }) => name === 'ci')?.options.map(({ flags }) => flags) ?? [];
    for (const [flag] of words.join(' ').matchAll(/(?<= |^)--?[a-z-]+/g))
      expect(options.some((one) => one.split(/[ ,]+/).includes(flag))).toBe(true);
  });

  it('pre-commit has hooks that there are', () => {
    const ids = (read('.pre-commit-hooks.yaml') as readonly { readonly id: string }[]).map(({ id }) => id);
    const [repo] = parse(preCommit ?? '').repos;
    expect(repo.rev).toBe(`v${version}`);
    for (const { id } of repo.hooks) expect(ids).toContain(id);
  });
});

/** Folders as a runner has them: its own, the action's, and a checkout that somebody else wrote. */
function runner() {
  const folder = mkdtempSync(join(tmpdir(), 'chainwalk-action-'));
  const [bin, temp, action, checkout] = ['bin', 'temp', 'action', 'checkout'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const one of [bin, temp, action, checkout]) mkdirSync(one);
  const program = (name: string, script: string, into = bin): void => {
    mkdirSync(into, { recursive: true });
    writeFileSync(join(into, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(into, name), 0o755);
  };
  const output = join(folder, 'output');
  // as the runner calls it. source: docs.github.com, jobs.<job_id>.steps[*].shell
  const bash = (step: Step | undefined, env: Readonly<Record<string, string>>, cwd: string) => {
    writeFileSync(output, '');
    const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step?.run ?? ''], {
      cwd,
      encoding: 'utf8',
      env: {
        PATH: `${bin}:${process.env.PATH ?? ''}`,
        HOME: folder,
        RUNNER_TEMP: temp,
        GITHUB_ACTION_PATH: action,
        GITHUB_OUTPUT: output,
        GITHUB_EVENT_NAME: 'pull_request',
        ...env,
      },
    });
    return { code: status, out: stdout, err: stderr, output: readFileSync(output, 'utf8') };
  };
  const check = (
    inputs: Readonly<Record<string, string>>,
    { env = {}, cwd = checkout }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
  ) => {
    const given = (name: string) =>
      inputs[name] ?? (ACTION.inputs[name]?.default.startsWith('${{') ? '' : (ACTION.inputs[name]?.default ?? ''));
    const own = Object.entries(CHECK?.env ?? {}).map(([name, value]) => [name, given(/inputs\.([\w-]+)/.exec(value)?.[1] ?? '')]);
    const result = bash(CHECK, { ...Object.fromEntries(own), ...env }, cwd);
    return { ...result, args: [...result.out.matchAll(/^node<(.*)>$/gm)].map(([, one]) => one ?? '') };
  };
  return { folder, bin, temp, action, checkout, program, bash, check, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const SAYS = 'for one in "$@"; do echo "node<$one>"; done';

describe('the check of the action', { timeout: 30_000 }, () => {
  let own: ReturnType<typeof runner>;
  beforeAll(() => {
    own = runner();
    own.program('node', SAYS);
  });
  afterAll(() => own.remove());
  const main = () => join(own.temp, 'chainwalk-action/package/dist/main.js');

  it('runs chainwalk ci with annotations, which bring the summary, and with SARIF, and no code of the checkout', () => {
    const { args, output } = own.check({});
    expect(args).toEqual([main(), 'ci', '-o', 'github,sarif=chainwalk.sarif', '--config-data-only']);
    expect(output).toBe('sarif=chainwalk.sarif\n');
  });

  it('passes on what it is given, blanks and quotes as they are', () => {
    own.program('git', 'exit 0');
    const { args, output } = own.check({
      config: 'a b.yaml',
      'config-from-base': 'true',
      'run-configuration-code': 'true',
      base: 'main',
      strict: 'true',
      sarif: '',
      output: 'junit=$(touch x).xml',
    });
    expect(args).toEqual([
      main(),
      'ci',
      '-o',
      'github,junit=$(touch x).xml',
      '--config-from-base',
      '--config=a b.yaml',
      '--strict',
      '--base=main',
    ]);
    expect(output).toBe('');
  });

  it('fetches a base that the checkout has not', () => {
    own.program('git', 'case "$*" in "rev-parse FETCH_HEAD") echo 0123abc;; "rev-parse "*) exit 1;; fetch*) exit 0;; esac');
    expect(own.check({ base: 'main' }).args.at(-1)).toBe('--base=0123abc');
  });

  it.each(['a\nsecret=1', 'a\r\nsecret=1', '\n'])('writes no other output than its own: %j', (sarif) => {
    const { code, output, args } = own.check({ sarif });
    expect([code, output, args]).toEqual([2, '', []]);
  });

  it.each(['pull_request_target', 'workflow_run'])('runs no code of a checkout for %s, whatever it is told', (event) => {
    const { code, args, out } = own.check({ 'run-configuration-code': 'true' }, { env: { GITHUB_EVENT_NAME: event } });
    expect([code, args, out]).toEqual([2, [], expect.stringContaining(`is refused for ${event}`)]);
    expect(own.check({}, { env: { GITHUB_EVENT_NAME: event } }).args).toContain('--config-data-only');
  });
});

describe('the comment of the action', { timeout: 30_000 }, () => {
  const COMMENT = steps.find(({ id }) => id === 'comment');
  let own: ReturnType<typeof runner>;
  beforeEach(() => {
    own = runner();
  });
  afterEach(() => own.remove());
  const comment = () => own.bash(COMMENT, { COMMENTS: 'repos/a/b/issues/7/comments', REPOSITORY: 'a/b', GH_TOKEN: 'x' }, own.checkout);
  const report = () => writeFileSync(join(own.temp, 'chainwalk-comment.md'), '### chainwalk: OK\n');

  it('the check writes the report for it, beside what else is asked', () => {
    own.program('node', SAYS);
    const file = `markdown=${own.temp}/chainwalk-comment.md`;
    expect(own.check({ comment: 'true' }).args[3]).toBe(`github,sarif=chainwalk.sarif,${file}`);
    expect(own.check({ comment: 'true', output: 'junit=a.xml' }).args[3]).toBe(`github,sarif=chainwalk.sarif,junit=a.xml,${file}`);
  });

  it('without a report there is none', () => {
    own.program('gh', 'echo "gh<$*>"');
    expect([comment().code, comment().out]).toEqual([0, '']);
  });

  it('a first one is made, an earlier one is written over', () => {
    report();
    const file = `body=@${own.temp}/chainwalk-comment.md`;
    own.program('gh', `case "$*" in *--jq*) ;; *) echo "gh<$*>";; esac`);
    expect(comment().out).toBe(`gh<api --silent repos/a/b/issues/7/comments -F ${file}>\n`);
    own.program('gh', `case "$*" in *--jq*) echo 41; echo 42;; *) echo "gh<$*>";; esac`);
    expect(comment().out).toBe(`gh<api --silent -X PATCH repos/a/b/issues/comments/41 -F ${file}>\n`);
  });

  it('a token that may only read is a warning', () => {
    report();
    own.program('gh', 'exit 1');
    expect([comment().code, comment().out]).toEqual([0, expect.stringContaining('::warning::')]);
  });
});

describe('the build of the action', { timeout: 30_000 }, () => {
  const BUILD = steps.find(({ run }) => run?.includes('npm ci'));
  let own: ReturnType<typeof runner>;
  beforeEach(() => {
    own = runner();
    own.program('node', 'echo v20.19.0');
    own.program('npm', 'echo "npm<$*> in $(pwd) with $NPM_CONFIG_USERCONFIG"; cat "$NPM_CONFIG_USERCONFIG"');
    writeFileSync(join(own.action, 'package.json'), '{}');
    writeFileSync(join(own.folder, '.npmrc'), 'registry=http://127.0.0.1:9/\n');
    // what a pull request may bring
    own.program('chainwalk', 'echo OWNED', join(own.checkout, 'node_modules/.bin'));
    writeFileSync(join(own.checkout, '.npmrc'), 'registry=http://127.0.0.1:9/\n');
    writeFileSync(join(own.checkout, 'package.json'), '{ "scripts": { "build": "echo OWNED" } }');
  });
  afterEach(() => own.remove());

  it('installs what the lock file of the action says, in a folder of its own, without scripts and with no settings of others', () => {
    const { code, out } = own.bash(BUILD, {}, own.temp);
    const at = join(own.temp, 'chainwalk-action');
    expect([code, out.split('\n').slice(0, 2)]).toEqual([
      0,
      [
        `npm<ci --ignore-scripts --include=dev --no-audit --no-fund --loglevel=error> in ${at}/package with ${at}/npmrc`,
        `npm<run --silent build> in ${at}/package with ${at}/npmrc`,
      ],
    ]);
    expect(out).not.toContain('127.0.0.1');
    expect(own.bash(BUILD, {}, own.temp).out).toBe('');
  });

  it('runs outside the checkout, and takes no version that a registry has', () => {
    expect(BUILD?.['working-directory']).toContain('runner.temp');
    const text = readFileSync(new URL('../action.yml', import.meta.url), 'utf8');
    expect(text).not.toMatch(/\bnpx\b|npm exec|npm install|chainwalk@/);
    expect(steps.every(({ uses }) => uses === undefined || /@[0-9a-f]{40}$/.test(uses))).toBe(true);
  });

  it.each(['v18.20.4', 'v20.18.1', ''])('needs a Node that chainwalk runs on: %j is an error', (version) => {
    own.program('node', `echo ${version}`);
    const { code, out } = own.bash(BUILD, {}, own.temp);
    expect([code, out]).toEqual([2, expect.stringContaining('needs Node 20.19 or later')]);
    expect(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).engines.node).toBe('>=20.19');
  });

  it('is the version of the lock file', () => {
    const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
    const version = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
    expect(lock.version).toBe(version);
  });
});

describe('the script in a checkout of one commit', { timeout: 30_000 }, () => {
  it('gets the base from where the checkout came from', () => {
    const origin = temporaryGit();
    const own = runner();
    try {
      origin.commit({ 'a.rules': '1' });
      origin.git('branch', 'old');
      origin.commit({ 'a.rules': '2' });
      origin.git('clone', '-q', '--depth=1', `file://${origin.folder}`, 'checkout');
      own.program('node', 'for one in "$@"; do base=$one; done; git show "$(echo "$base" | cut -c8-):a.rules"');
      const { out } = own.check({ base: 'old' }, { cwd: join(origin.folder, 'checkout') });
      expect(out).toBe('1');
    } finally {
      own.remove();
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
