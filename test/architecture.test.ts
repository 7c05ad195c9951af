/** The architecture as a test: who may import whom, where the outside world is touched, how long a file may be. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOMS } from './support/rooms.ts';

const SRC = resolve(import.meta.dirname, '../src');

/** Written from the grammars; it uses the recogniser of the room that reads it. */
const GENERATED = 'syntax/generated';

/** What runs as a process: chainwalk, the plugin of kubectl, and how both start. */
const MAINS = ['kubectl-chainwalk.ts', 'kubectl-complete.ts', 'main.ts', 'start.ts'];
/** These, and what reads their code. */
const STARTS = [...MAINS, 'load.ts'];

/** Files longer than 250 lines, each with its reason. */
const LONG_FILES: Readonly<Record<string, string>> = {};
const MOST_LINES = 250;

interface Import {
  readonly file: string;
  /** relative to src, or the name of a package */
  readonly target: string;
  readonly local: boolean;
  readonly typeOnly: boolean;
}

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.includes('generated'))
  .sort();
const TEXTS = new Map(FILES.map((file) => [file, readFileSync(join(SRC, file), 'utf8')]));
const IMPORTS = FILES.flatMap(importsOf);

function importsOf(file: string): readonly Import[] {
  const text = TEXTS.get(file) ?? '';
  const found = [
    ...text.matchAll(/^(?:import|export)\s(type\s)?[^'";]*?\sfrom\s'([^']+)'/gms),
    ...text.matchAll(/^import\s()'([^']+)'/gm),
    ...text.matchAll(/\bimport\(()'([^']+)'\)/g),
  ];
  return found.map(([, type, target = '']) => {
    const local = target.startsWith('.');
    const path = local ? relative(SRC, resolve(SRC, dirname(file), target)) : target;
    return { file, target: path, local, typeOnly: type !== undefined && type !== '' };
  });
}

function roomOf(file: string): string {
  return file.split('/')[0] ?? file;
}

/** The first cycle of a graph, as its nodes. */
function findCycle(edges: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of edges.get(node) ?? []) {
      const cycle = visit(next, [...path, node]);
      if (cycle !== undefined) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of edges.keys()) {
    const cycle = visit(node, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function graph(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, ReadonlySet<string>> {
  const edges = new Map<string, Set<string>>();
  for (const [from, to] of pairs) edges.set(from, (edges.get(from) ?? new Set()).add(to));
  return edges;
}

const LOCAL = IMPORTS.filter(({ local }) => local);

describe('architecture', () => {
  it('the imports of every file are found', () => {
    expect(IMPORTS.length).toBeGreaterThan(FILES.length);
    expect(
      findCycle(
        graph([
          ['a', 'b'],
          ['b', 'c'],
          ['c', 'b'],
        ]),
      ),
    ).toEqual(['b', 'c', 'b']);
  });

  it('every file lives in a known room', () => {
    expect(FILES.filter((file) => ROOMS[roomOf(file)] === undefined)).toEqual([]);
  });

  it('rooms import downward only', () => {
    const wrong = LOCAL.filter(({ file, target }) => {
      const [from, to] = [roomOf(file), roomOf(target)];
      return from !== to && !(ROOMS[from] ?? []).includes(to);
    });
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  it('the table of rooms has no cycle', () => {
    const pairs = Object.entries(ROOMS).flatMap(([from, tos]) => tos.map((to) => [from, to] as const));
    expect(findCycle(graph(pairs))).toBeUndefined();
  });

  it('files do not import each other in a circle', () => {
    const values = LOCAL.filter(({ typeOnly }) => !typeOnly);
    expect(findCycle(graph(values.map(({ file, target }) => [file, target])))).toBeUndefined();
  });

  it('folders do not import each other in a circle', () => {
    const pairs = LOCAL.map(({ file, target }) => [dirname(file), dirname(target)] as const);
    expect(findCycle(graph(pairs.filter(([from, to]) => from !== to && from !== '.' && to !== GENERATED)))).toBeUndefined();
  });

  it('a folder has files or folders, not both', () => {
    const folders = new Set(FILES.map((file) => dirname(file)).filter((folder) => folder !== '.'));
    const parents = new Set([...folders].map((folder) => dirname(folder)).filter((folder) => folder !== '.'));
    expect([...folders].filter((folder) => parents.has(folder))).toEqual([]);
  });

  it('an exported name has one meaning: it is defined in one file', () => {
    const defined = FILES.flatMap((file) =>
      [...(TEXTS.get(file) ?? '').matchAll(/^export (?:async )?(?:function\*?|const|interface|type|class) (\w+)/gm)].map(
        ([, name]) => name ?? '',
      ),
    );
    expect(defined.length).toBeGreaterThan(1000);
    expect(defined.filter((name, index) => defined.indexOf(name) !== index)).toEqual([]);
  });

  it('only the programs and cli touch node', () => {
    const outside = IMPORTS.filter(({ file, target }) => target.startsWith('node:') && !STARTS.includes(file) && roomOf(file) !== 'cli');
    expect(outside).toEqual([]);
    const files = IMPORTS.filter(({ file, target }) => /^node:(fs|net|http|child_process|stream)/.test(target) && !STARTS.includes(file));
    expect([...new Set(files.map(({ file }) => file))]).toEqual([
      'cli/io/batchesInTurn.ts',
      'cli/io/dialogue.ts',
      'cli/io/files.ts',
      'cli/io/io.ts',
      'cli/io/localServer.ts',
      'cli/io/openAddress.ts',
      'cli/io/watchFiles.ts',
    ]);
  });

  it('only the programs touch process', () => {
    const code = (text: string) => text.replaceAll(/\/\*.*?\*\/|\/\/[^\n]*/gs, '').replaceAll(/'(?:[^'\\\n]|\\.)*'/g, "''");
    const uses = FILES.filter((file) =>
      /(?<![.\w])process\.(?:argv|env|exit|exitCode|std|cwd|on\b|platform|nextTick)/.test(code(TEXTS.get(file) ?? '')),
    );
    expect(uses).toEqual(['start.ts']);
    for (const main of MAINS) expect(TEXTS.get(main)?.split('\n').length).toBeLessThanOrEqual(80);
  });

  it('packages are imported where the design says', () => {
    const allowed: Readonly<Record<string, readonly string[]>> = {
      commander: ['cli'],
      chalk: ['cli'],
      yaml: ['cli', 'kubernetes', 'api'],
      tinyglobby: ['cli'],
      jiti: ['cli'],
      '@noble/hashes/sha2.js': ['report'],
      '@noble/hashes/utils.js': ['report'],
      'fast-check': ['api'],
      vitest: ['api'],
    };
    const packages = IMPORTS.filter(({ local, target }) => !local && !target.startsWith('node:'));
    expect(packages.filter(({ file, target }) => !allowed[target]?.includes(roomOf(file)))).toEqual([]);
  });

  it('there are no default exports', () => {
    expect(FILES.filter((file) => /^export default\b/m.test(TEXTS.get(file) ?? ''))).toEqual([]);
  });

  it(`files have at most ${MOST_LINES} lines, or a reason`, () => {
    const long = FILES.filter((file) => (TEXTS.get(file) ?? '').split('\n').length - 1 > MOST_LINES);
    expect(long).toEqual(Object.keys(LONG_FILES));
  });

  it.each([
    ['api/library/index.ts', []],
    ['api/kubernetes/index.ts', ['yaml']],
  ])('the library runs in a browser: from %s no import leads to node or to a package but %j', (entry, packages) => {
    const reached = new Set([entry]);
    for (const file of reached)
      for (const { target, typeOnly } of LOCAL.filter((one) => one.file === file)) if (!typeOnly) reached.add(target);
    expect(reached.size).toBeGreaterThan(20);
    const outside = IMPORTS.filter(({ file, local, typeOnly }) => reached.has(file) && !local && !typeOnly);
    expect([...new Set(outside.map(({ target }) => target))]).toEqual(packages);
  });
});
