/** Parts of the programs that are loaded when one of their functions is first called. Reading rules is not asynchronous, so that no
 *  `import()` can stand in the source; the bundle puts functions of the same names in their place, which load the part. */
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/** What an answer for people about rules that iptables-save printed needs nothing of: each exports functions alone. */
export const LATE_PARTS = [
  'src/syntax/nft/readNft.ts',
  'src/syntax/nftJson/readNftJson.ts',
  'src/syntax/shell/script.ts',
  'src/syntax/shell/programs.ts',
  'src/syntax/shell/hostCall.ts',
  'src/syntax/log/readLog.ts',
  'src/syntax/listing/listingInto.ts',
  'src/syntax/host/readLines.ts',
  'src/syntax/document/applied.ts',
  'src/extensions/listing/readDetails.ts',
  'src/ruleset/resolveNft.ts',
  'src/ruleset/unite.ts',
  'src/ruleset/print.ts',
  'src/kubernetes/objects/packetNames.ts',
  'src/app/load/settingTexts.ts',
  'src/app/diff/readPods.ts',
  'src/app/verify/comparedBackends.ts',
  'src/injection/podRules/podHost.ts',
  'src/pods/changeCauses.ts',
  'src/pods/renderedPod.ts',
  'src/report/pages/remedy.ts',
  'src/report/charts/lanes.ts',
  'src/report/charts/lanesText.ts',
  'src/report/charts/mermaid.ts',
  'src/report/charts/mermaidSequence.ts',
  'src/report/charts/svg.ts',
  'src/report/charts/xtables.ts',
] as const;

/** By which the bundle knows it, beside the files of other parts. */
export function lateName(path: string): string {
  return `late-${basename(path, '.ts')}`;
}

/** `root`: of the repository. `loadPart` becomes `require` where parts are made CommonJS. */
export function lateParts(root: string, paths: readonly string[] = LATE_PARTS): Plugin {
  const late = new Set(paths.map((path) => resolve(root, path)));
  return {
    name: 'late-parts',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\..*\.ts$/ }, ({ path, importer, kind, namespace }) => {
        const file = resolve(dirname(importer), path);
        return kind === 'import-statement' && namespace === 'file' && late.has(file) ? { path: file, namespace: 'late' } : undefined;
      });
      onLoad({ filter: /./, namespace: 'late' }, ({ path }) => ({ contents: standIn(path, readFileSync(path, 'utf8')), loader: 'js' }));
    },
  };
}

/** Functions of the same names, which load the part `path`. */
export function standIn(path: string, text: string): string {
  const calls = functionsOf(path, text).map((name) => `export function ${name}(...given) { return part().${name}(...given); }`);
  return [`let made;`, `const part = () => made ??= loadPart("./${lateName(path)}.cjs");`, ...calls].join('\n');
}

/** Names of what a file exports. @throws Error when that is more than functions */
export function functionsOf(path: string, text: string): readonly string[] {
  const lines = [...text.matchAll(/^export .*$/gm)].map(([line]) => line).filter((line) => !/^export (?:interface|type) /.test(line));
  return lines.map((line) => {
    const name = /^export (?:async )?function (\w+)/.exec(line)?.[1];
    if (name === undefined) throw new Error(`${path} is loaded late and may export functions alone: ${line}`);
    return name;
  });
}
