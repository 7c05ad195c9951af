/** The programs as parts, by the bundler: modules that are needed together are one part, and what a command loads later is another. */
import { basename } from 'node:path';
import { build, type Metafile, type Plugin, transform } from 'esbuild';
import { type Joined, joinParts, type Part } from './joinParts.ts';
import { LATE_PARTS, lateName, lateParts } from './lateParts.ts';

const MINIFIED = { minifyWhitespace: true, minifySyntax: true, platform: 'node', target: 'node20.19', logLevel: 'warning' } as const;

/** What commands begin with, whatever they are asked. */
export const STARTS = {
  start: ['src/programs.ts'],
  check: ['src/cli/check/runCheck.ts'],
  trace: ['src/cli/trace/runTrace.ts', 'src/app/trace/same.ts'],
  // with the remedies of what it finds: what they need would be in files of other commands
  verify: ['src/cli/verify/runVerify.ts', 'src/cli/verify/answerRules.ts', 'src/report/ci/human.ts', 'src/report/pages/remedy.ts'],
  find: ['src/cli/find/runFind.ts', 'src/syntax/packets/parsePacketSet.ts'],
  diff: ['src/cli/diff/runDiff.ts'],
  explain: ['src/cli/explain/runExplain.ts'],
} as const;

export interface Parts {
  readonly parts: ReadonlyMap<string, Part>;
  /** names of parts by the module that they begin with */
  readonly entries: ReadonlyMap<string, string>;
  /** of each part the modules that are in it */
  readonly modules: ReadonlyMap<string, readonly string[]>;
}

export async function makeParts(root: string): Promise<Parts> {
  // esbuild splits modules only; Node starts sooner when parts are required, so each is made one that is
  const { outputFiles, metafile } = await build({
    ...MINIFIED,
    absWorkingDir: root,
    entryPoints: { programs: 'src/programs.ts', ...Object.fromEntries(LATE_PARTS.map((path) => [lateName(path), path])) },
    outdir: 'dist/programs',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    external: ['yaml', 'jiti', 'tinyglobby'],
    plugins: [lateParts(root), withoutProcesses],
    write: false,
    metafile: true,
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const made = await Promise.all(
    outputFiles.map(async ({ path, text }): Promise<[string, Part]> => {
      const { code } = await transform(text, {
        ...MINIFIED,
        format: 'cjs',
        supported: { 'dynamic-import': false },
        define: { loadPart: 'require' },
        footer: FLAT_EXPORTS,
      });
      return [basename(path), { code, imports: importsOf(outputs.get(basename(path))) }];
    }),
  );
  return {
    parts: new Map(made),
    entries: new Map([...outputs].flatMap(([name, { entryPoint }]) => (entryPoint === undefined ? [] : [[entryPoint, name] as const]))),
    modules: new Map([...outputs].map(([name, { inputs }]) => [name, Object.keys(inputs)])),
  };
}

/** The files of the package. */
export function filesOf({ parts, entries }: Parts): readonly Joined[] {
  const starts = Object.entries(STARTS).map(([command, modules]): [string, string[]] => [
    command,
    modules.map((path) => entries.get(path) ?? path),
  ]);
  return joinParts(parts, Object.fromEntries(starts));
}

/** What a part exports is a getter behind a getter, asked on each call from another part: a tenth of the time of reading 70,000 rules.
 *  Nothing that is exported changes once the part has run, so that plain properties say the same. */
const FLAT_EXPORTS = 'module.exports=Object.defineProperty({...module.exports},"__esModule",{value:!0});';

function importsOf(output: Metafile['outputs'][string] | undefined): readonly string[] {
  return output?.imports.flatMap(({ path, kind, external }) => (kind === 'import-statement' && !external ? [basename(path)] : [])) ?? [];
}

/** Commander can start a program for a command. None of ours is one, and Node takes a while to load what starts programs. */
const withoutProcesses: Plugin = {
  name: 'without-processes',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/commander/') ? { path, namespace: 'without' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'without' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};
