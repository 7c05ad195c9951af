/** The code of the programs: in a package the bundle, elsewhere its modules.
 *  Compiling is most of a start. The bundle is in parts, of which each command loads its own; and where Node can keep what it has compiled
 *  (22.1 and later) it does. Node checks what it kept against the source, its own version and the machine. */

export type Programs = typeof import('./programs.ts');

type Env = Readonly<Record<string, string | undefined>>;

export interface LoadedPrograms {
  readonly programs: Programs;
  /** of the package */
  readonly version: string;
  /** folder of the kernel oracle's files */
  readonly oracle: string;
  /** file of the page */
  readonly page: string;
  /** file that Node starts for a thread of its own */
  readonly program: string;
}

export async function loadPrograms(env: Env): Promise<LoadedPrograms> {
  // `import` of these would load all that they have, on each start
  const { existsSync, readFileSync } = process.getBuiltinModule('node:fs');
  const { createRequire, enableCompileCache } = process.getBuiltinModule('node:module') as Modules;
  const { fileURLToPath } = process.getBuiltinModule('node:url');
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  const oracle = fileURLToPath(new URL('kernel/oracle', import.meta.url));
  const program = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? 'main.ts' : 'main.js', import.meta.url));
  const bundle = fileURLToPath(new URL('programs/programs.cjs', import.meta.url));
  if (!existsSync(bundle)) {
    const page = fileURLToPath(new URL('../dist/chainwalk.html', import.meta.url));
    return { programs: await import('./programs.ts'), version, oracle, page, program };
  }
  const page = fileURLToPath(new URL('chainwalk.html', import.meta.url));
  const folder = cacheFolder(env);
  // a folder that cannot be written is not a failure: then nothing is kept
  if (folder !== undefined) enableCompileCache?.(`${folder}/chainwalk`);
  return { programs: createRequire(bundle)(bundle) as Programs, version, oracle, page, program };
}

/** Node's own. `NODE_COMPILE_CACHE` names another folder, `NODE_DISABLE_COMPILE_CACHE` keeps nothing: Node sees to both. */
type Modules = typeof import('node:module') & {
  readonly enableCompileCache?: (folder: string) => unknown;
};

/** The user's own: what lies in a folder that others can write to would run as this user. */
export function cacheFolder({ XDG_CACHE_HOME: cache, HOME: home, LOCALAPPDATA: local }: Env): string | undefined {
  if (cache?.startsWith('/')) return cache;
  return home?.startsWith('/') ? `${home}/.cache` : local;
}
