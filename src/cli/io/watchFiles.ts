/** Events near files, and keys that end what waits for them. */
import { realpathSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

export interface WatchEvents {
  /** one of the files may be another now; `renamed`: by a name that came or went, which happens at once */
  readonly touched: (how?: 'renamed') => void;
  /** `q` or Ctrl-C; or the end of standard input */
  readonly quit: (by: 'key' | 'end') => void;
}

type Typed = NodeJS.ReadableStream & { readonly setRawMode?: (raw: boolean) => unknown };

/** `q`, Ctrl-C and Ctrl-D, which a raw terminal sends as they are. */
const ENDING = ['q', '\u0003', '\u0004'];

/** Folders are watched: a file that is renamed over another is a new file. Keys count at once, not after the line. */
export function watchFiles(stdin: Typed, paths: readonly string[], { touched, quit }: WatchEvents): () => void {
  const places = [...new Set(paths.flatMap((path) => [path, realPath(path)]))];
  const watchers = [...new Set(places.map((place) => dirname(place)))].flatMap((folder) => {
    const names = places.filter((place) => dirname(place) === folder).map((place) => basename(place));
    try {
      // `..data` is the link by which Kubernetes exchanges all files of a volume
      const watcher = watch(folder, (event, name) => {
        if (name === null || names.includes(name) || name.startsWith('..')) touched(event === 'rename' ? 'renamed' : undefined);
      });
      return [watcher.on('error', () => touched())];
    } catch {
      return [];
    }
  });
  const typed = (keys: Buffer | string) => (ENDING.some((key) => String(keys).startsWith(key)) ? quit('key') : undefined);
  const ended = () => quit('end');
  stdin.setRawMode?.(true);
  stdin.on('data', typed).on('end', ended).resume();
  return () => {
    for (const watcher of watchers) watcher.close();
    stdin.off('data', typed).off('end', ended).pause();
    stdin.setRawMode?.(false);
  };
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
