/** What a command does not need is not loaded: the rooms, grammars and packages of each command, as facts. What is added to a row makes
 *  every start of that command slower. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinParts } from '../../bundle/joinParts.ts';
import { filesOf, makeParts, type Parts, STARTS } from '../../bundle/parts.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const [ISTIO, SIDECAR] = ['istio-dual-stack', 'istio-sidecar'].map((name) => join(ROOT, 'fixtures', `${name}.rules`)) as [string, string];

/** `folder`: each part by itself, so that Node tells which are loaded; `packed`: the files of the package */
let [folder, packed] = ['', ''];
let made: Parts;
beforeAll(async () => {
  [folder, packed] = [mkdtempSync(join(tmpdir(), 'chainwalk-parts-')), mkdtempSync(join(tmpdir(), 'chainwalk-packed-'))];
  made = await makeParts(ROOT);
  for (const { file, code } of joinParts(made.parts, {})) writeFileSync(join(folder, file), code);
  for (const { file, code } of filesOf(made)) writeFileSync(join(packed, file), code);
  for (const where of [folder, packed]) writeFileSync(join(where, 'run.cjs'), RUN);
  writeFileSync(join(folder, 'nft.rules'), 'table ip t {\n chain c {\n type filter hook input priority 0; accept\n }\n}\n');
});
afterAll(() => {
  for (const where of [folder, packed]) rmSync(where, { recursive: true, force: true });
});

/** Runs one command, and prints which files it has loaded. */
const RUN = `
const [program, ...argv] = process.argv.slice(2);
const programs = require('./programs.cjs');
const { stdout, stderr, stdin, env } = process;
const quiet = Object.assign(Object.create(stdout), { write: () => true });
const io = programs.nodeIo({ stdin, stdout: quiet, stderr: quiet, env, cwd: process.cwd() });
programs[program]({ argv, version: '1.2.3' }, io).then((code) => {
  stdout.write(JSON.stringify({ code, loaded: Object.keys(require.cache), builtins: process.moduleLoadList }));
});
`;

interface Loaded {
  readonly code: number;
  readonly rooms: string;
  readonly grammars: string;
  readonly packages: string;
  /** parts that are loaded when they are first called; absent: none */
  readonly late?: string;
}

interface RunReport {
  readonly code: number;
  readonly loaded: readonly string[];
  readonly builtins: readonly string[];
}

function runIn(where: string, program: string, argv: readonly string[]): RunReport {
  const { stdout, stderr } = spawnSync(process.execPath, [join(where, 'run.cjs'), program, ...argv], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NODE_PATH: join(ROOT, 'node_modules') },
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as RunReport;
}

function loadedBy(program: string, argv: readonly string[]): Loaded & Pick<RunReport, 'builtins'> {
  const { code, loaded, builtins } = runIn(folder, program, argv);
  const late = loaded.flatMap((file) => /\/late-(\w+)\.cjs$/.exec(file)?.[1] ?? []).toSorted();
  const modules = loaded.flatMap((file) => made.modules.get(file.slice(folder.length + 1)) ?? [file]);
  const found = (pattern: RegExp): string => [...new Set(modules.flatMap((path) => pattern.exec(path)?.[1] ?? []))].toSorted().join(' ');
  return {
    code,
    rooms: found(/^src\/(\w+)\//),
    grammars: found(/^src\/(?:syntax|report)\/generated\/(\w+)\./),
    packages: found(/node_modules\/((?:@[^/]+\/)?[^/]+)\//),
    ...(late.length > 0 && { late: late.join(' ') }),
    builtins,
  };
}

/** Names of meshes, outcomes and formats, for help and completion. */
const NAMES = 'cli connection istio lib mesh netfilter report';

describe('the parts of the programs', () => {
  it.each<[string, readonly string[], Loaded]>([
    ['run', ['--version'], { code: 0, rooms: NAMES, grammars: '', packages: 'commander' }],
    ['run', ['help'], { code: 0, rooms: NAMES, grammars: '', packages: 'commander' }],
    ['run', ['trace', '--help'], { code: 0, rooms: NAMES, grammars: '', packages: 'commander' }],
    ['run', ['completion', 'bash'], { code: 0, rooms: NAMES, grammars: '', packages: 'commander' }],
    ['runCompletion', ['tr'], { code: 0, rooms: NAMES, grammars: '', packages: 'commander' }],
    ['run', ['explain', 'loop'], { code: 0, rooms: NAMES, grammars: 'pages', packages: 'commander' }],
    [
      'run',
      ['check', ISTIO],
      {
        code: 0,
        rooms: 'app cli connection extensions host istio kubernetes lib mesh netfilter packet report ruleset syntax',
        grammars: 'iptablesSave values',
        packages: 'commander',
      },
    ],
    [
      'run',
      ['check', 'nft.rules'],
      {
        code: 0,
        rooms: 'app cli connection expressions extensions host istio kubernetes lib mesh netfilter packet report ruleset syntax',
        grammars: 'iptablesSave nft values',
        packages: 'commander',
        late: 'readNft readNftJson resolveNft',
      },
    ],
    [
      'run',
      ['trace', ISTIO, 'out tcp -> 203.0.113.9:443 uid=1000'],
      {
        code: 0,
        rooms:
          'app cli connection extensions host istio kubernetes lib mesh netfilter packet query report ruleset simulate symbolic syntax',
        grammars: 'iptablesSave packet values',
        packages: 'commander',
      },
    ],
    [
      'run',
      ['trace', '--brief', ISTIO, 'out tcp -> 203.0.113.9:443 uid=1000'],
      {
        code: 0,
        rooms: 'app cli connection extensions host istio kubernetes lib mesh netfilter packet report ruleset simulate syntax',
        grammars: 'iptablesSave packet values',
        packages: 'commander',
      },
    ],
    [
      'run',
      ['verify', ISTIO],
      {
        code: 0,
        rooms:
          'app cli connection diff extensions host injection istio kubernetes lib mesh netfilter packet pods prove report ruleset simulate symbolic syntax',
        grammars: 'iptablesSave remedies values',
        packages: '@noble/hashes commander',
        late: 'remedy',
      },
    ],
    [
      'run',
      ['find', ISTIO, '--where', 'out tcp uid=1000', '--outcome', 'direct'],
      {
        code: 1,
        rooms:
          'app cli connection diff extensions host istio kubernetes lib mesh netfilter packet query report ruleset simulate symbolic syntax',
        grammars: 'iptablesSave packet values',
        packages: 'commander',
      },
    ],
    [
      'run',
      ['diff', ISTIO, SIDECAR],
      {
        code: 1,
        rooms:
          'app cli connection diff extensions host istio kubernetes lib mesh netfilter packet pods prove report ruleset simulate symbolic syntax',
        grammars: 'iptablesSave packet remedies values',
        packages: '@noble/hashes commander',
      },
    ],
  ])('of %s %j', (program, argv, expected) => {
    const { builtins, ...loaded } = loadedBy(program, argv);
    expect(loaded).toEqual(expected);
    // what serves, starts programs and hides secrets is not for all
    const slow = program === 'run' ? /^NativeModule (?:http|crypto|child_process)$/ : /^NativeModule (?:http|crypto)$/;
    expect(builtins.filter((name) => slow.test(name))).toEqual([]);
  });

  it('are in the package as files that the same commands load', () => {
    const files = filesOf(made);
    for (const command of Object.keys(STARTS)) expect(files.some(({ file }) => file.split(/[-.]/).includes(command))).toBe(true);
    expect(files.map(({ file }) => file)).toContain('programs.cjs');
    expect(files.length).toBeLessThan(made.parts.size / 1.5);
  });

  it.each([
    ['check', ISTIO],
    ['trace', ISTIO, 'out tcp -> 203.0.113.9:443 uid=1000'],
    ['verify', ISTIO],
    ['find', ISTIO, '--where', 'out tcp uid=1000', '--outcome', 'direct'],
    ['diff', ISTIO, SIDECAR],
    ['explain', 'loop'],
  ])('%s loads no file that was made for other commands', (command, ...argv) => {
    const files = runIn(packed, 'run', [command, ...argv]).loaded.filter((file) => file.startsWith(packed));
    const names = files.map((file) => basename(file, '.cjs')).filter((name) => !['run', 'programs', 'start'].includes(name));
    expect(names.filter((name) => !name.split('-').includes(command))).toEqual([]);
  });
});
