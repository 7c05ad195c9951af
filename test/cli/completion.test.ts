/** The real shells are asked: what do they make of a line that ends at the cursor? */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flagsOf } from '../../src/cli/argv/flags.ts';
import { COMMANDS } from '../../src/cli/commands/commands.ts';
import { POD_CHECKS } from '../../src/injection/podChecks/checks.ts';
import { CLAIMS } from '../../src/prove/claims/all.ts';
import { makePrograms, type Programs } from '../support/programs.ts';
import { chainwalk } from './memoryIo.ts';

/** Words that may stand in place of the last one. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { out } = await chainwalk(['completion', 'bash', '--', ...words]);
  return out
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t')[0] ?? '');
}

async function kind(...words: readonly string[]): Promise<string | undefined> {
  return (await chainwalk(['completion', 'bash', '--', ...words])).out.split('\n')[0];
}

describe('candidates', () => {
  it('the first word is a command, each with its summary', async () => {
    expect(await offered('')).toEqual(COMMANDS.map(({ name }) => name));
    expect((await chainwalk(['completion', 'fish', '--', 'tr'])).out).toMatch(/^words\ntrace\twhere packets .*\n$/);
    expect(await offered('--')).toEqual(['--help', '--version']);
  });

  it('every option of every command is offered, and one that was given no more', async () => {
    for (const { name, options } of COMMANDS)
      expect(await offered(name, '--')).toEqual([...options.map((one) => flagsOf(one).long), '--help']);
    expect(await offered('check', '--json', '--js')).toEqual([]);
    expect(await offered('check', '--set', 'A=1', '--se')).toEqual(['--set']);
  });

  it('every option is written so that it can be taken apart', () => {
    for (const { options } of COMMANDS) for (const option of options) expect(flagsOf(option).long, option.flags).toMatch(/^--\w/);
  });

  it('choices, behind a blank or an equals sign', async () => {
    expect(await offered('trace', 'x', '--profile', 'istio-')).toEqual(['istio-sidecar', 'istio-ambient']);
    expect(await offered('trace', '--profile=istio-s')).toEqual(['--profile=istio-sidecar']);
    expect(await offered('trace', '-o', '')).toContain('mermaid');
    expect(await offered('find', 'x', '--outcome', 'captured-')).toEqual(['captured-out', 'captured-in']);
    expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('all claims, also behind a comma, none twice', async () => {
    expect([...(await offered('verify', '--only', ''))].sort()).toEqual(
      [...new Set([...CLAIMS, ...POD_CHECKS].map(({ id }) => id))].sort(),
    );
    expect(await offered('verify', '--except', 'dns-captured,dns-')).toEqual(['dns-captured,dns-proxy-direct']);
    expect(await kind('verify', '--only', 'dns')).toBe('list');
  });

  it('files where files are requested, nothing where only the user knows', async () => {
    for (const words of [
      ['trace', ''],
      ['verify', 'a', ''],
      ['diff', 'a', ''],
      ['check', '--host', ''],
      ['enrol', '-v', ''],
    ])
      expect(await kind(...words), words.join(' ')).toBe('files');
    for (const words of [
      ['trace', 'a', ''],
      ['print', 'a', ''],
      ['verify', '--proxy-uid', ''],
      ['verify', '--where', ''],
      ['nonsense', ''],
    ])
      expect(await kind(...words), words.join(' ')).toBe('words');
  });

  it('behind -- nothing is an option', async () => expect(await offered('trace', 'x', '--', '--js')).toEqual([]));
});

const found = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

describe('shells', { timeout: 60_000 }, () => {
  let folder = '';
  let programs: Programs;
  beforeAll(() => {
    programs = makePrograms();
    folder = mkdtempSync(join(tmpdir(), 'chainwalk-completion-'));
    const program = join(folder, 'chainwalk');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${programs.main}' "$@"\n`);
    chmodSync(program, 0o755);
    writeFileSync(join(folder, 'pod one.rules'), '');
  });
  afterAll(() => {
    programs.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (shell: string, args: readonly string[]) => {
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, HOME: folder, ZDOTDIR: folder, XDG_CONFIG_HOME: folder };
    const { stdout, stderr } = spawnSync(shell, args, { cwd: folder, env, encoding: 'utf8', timeout: 30_000 });
    expect(stderr).toBe('');
    return stdout;
  };

  const bash = (...words: readonly string[]) => {
    const line = words.map((word) => `'${word}'`).join(' ');
    const script = `source <(chainwalk completion bash)\nCOMP_WORDS=(chainwalk ${line})\nCOMP_CWORD=${words.length}\n_chainwalk 2>/dev/null\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', ['--norc', '-c', script]).trimEnd().split('\n');
  };

  it('bash', () => {
    expect(bash('tr')).toEqual(['trace']);
    expect(bash('verify', '--pro')).toEqual(['--proxy-uid', '--proxy-gid', '--profile']);
    expect(bash('verify', '--profile', 'istio-')).toEqual(['istio-sidecar', 'istio-ambient']);
    expect(bash('verify', '--profile', '=', 'istio-s')).toEqual(['istio-sidecar']);
    expect(bash('verify', '--profile', '=')).toContain('kuma');
    expect(bash('explain', 'no-r')).toEqual(['no-redirect-loop', 'no-route']);
    expect(bash('trace', 'pod')).toEqual(['pod one.rules']);
    expect(bash('verify', '--set', 'A', '=', '1', '--host', 'po')).toEqual(['pod one.rules']);
  });

  /** An interactive zsh after the tabulator key: the line, and all that it has shown. */
  const zsh = (line: string) => {
    const script = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1=; stty cols 200; autoload -Uz compinit && compinit -u -D; source <(chainwalk completion zsh); LISTMAX=0
  tell() { print -rn -- "$BUFFER" > $HOME/line; exit }; zle -N tell; bindkey "^X" tell; print re""ady'
zpty -r -m z shown '*ready*'
zpty -w -n z ${JSON.stringify(line)}$'\t\x18'
while zpty -r z shown; do print -rn -- "$shown"; done`;
    const shown = run('zsh', ['-f', '-c', script]);
    return { line: readFileSync(join(folder, 'line'), 'utf8'), shown };
  };

  it.skipIf(!found('zsh'))(`zsh${found('zsh') ? '' : ': skipped, there is no zsh here'}`, () => {
    expect(zsh('chainwalk tr').line).toBe('chainwalk trace ');
    expect(zsh('chainwalk verify --pro').shown).toMatch(/--profile +-- the mesh whose proxy/);
    expect(zsh('chainwalk verify --profile istio-').shown).toMatch(/istio-ambient +istio-sidecar/);
    expect(zsh('chainwalk verify --profile=istio-s').line).toBe('chainwalk verify --profile=istio-sidecar ');
    expect(zsh('chainwalk verify --only no-route,no-red').line).toBe('chainwalk verify --only no-route,no-redirect-loop');
    expect(zsh('chainwalk explain no-r').shown).toMatch(/no-redirect-loop +-- no connection[\s\S]*no-route +-- there/);
    expect(zsh('chainwalk trace pod').line).toBe('chainwalk trace pod\\ one.rules ');
  });

  const fish = (line: string) => {
    const script = `chainwalk completion fish | source\ncomplete -C '${line}'`;
    return run('fish', ['--no-config', '-c', script])
      .trimEnd()
      .split('\n')
      .map((one) => one.split('\t')[0]);
  };

  it.skipIf(!found('fish'))(`fish${found('fish') ? '' : ': skipped, there is no fish here'}`, () => {
    expect(fish('chainwalk tr')).toEqual(['trace']);
    expect(fish('chainwalk verify --pro')).toEqual(['--profile', '--proxy-gid', '--proxy-uid']);
    expect(fish('chainwalk verify --profile istio-')).toEqual(['istio-ambient', 'istio-sidecar']);
    expect(fish('chainwalk verify --profile=istio-s')).toEqual(['--profile=istio-sidecar']);
    expect(fish('chainwalk explain no-r')).toEqual(['no-redirect-loop', 'no-route']);
    expect(fish('chainwalk trace pod')).toEqual(['pod one.rules']);
  });
});
