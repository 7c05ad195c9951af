/** Which files a run has read, and when they are no longer what they were. Contents decide: events may come late, twice or for
 *  nothing, and editors save by writing another file and renaming it. */
import type { Io, ReadResult } from '../io/io.ts';

/** By path. */
export type Contents = ReadonlyMap<string, ReadResult>;

/** `seen` grows while `recording` is used. */
export function recordReads(io: Io): { readonly recording: Io; readonly seen: Contents } {
  const seen = new Map<string, ReadResult>();
  const read: Io['read'] = async (path) => {
    const result = await io.read(path);
    seen.set(path, result);
    return result;
  };
  const lines: Io['lines'] = async function* (path, inTurn) {
    await read(path);
    yield* io.lines(path, inTurn);
  };
  const load: Io['load'] = async (path) => {
    await read(path);
    return io.load(path);
  };
  return { recording: { ...io, read, lines, load }, seen };
}

/** Milliseconds between two looks; files that are alike in both are written. A file that got its name by renaming is whole at once; who makes a
 *  file and then writes it is heard writing, and waited for. */
const SETTLE = 100;
const SETTLE_RENAMED = 20;

/** The files that changed, once they are written; undefined when the user has had enough. */
export async function nextChange(io: Io, seen: Contents): Promise<readonly string[] | undefined> {
  const paths = [...seen.keys()];
  // as if touched: something may have changed while the command ran
  const news = { touched: true, renamed: false, quit: false, wake: () => {} };
  const close = io.watch(paths, {
    touched: (how) => {
      news.touched = true;
      news.renamed = how === 'renamed';
      news.wake();
    },
    quit: () => {
      news.quit = true;
      news.wake();
    },
  });
  try {
    let last: readonly string[] = [];
    let before: Contents = seen;
    while (!news.quit) {
      if (!news.touched && last.length === 0) {
        await new Promise<void>((resolve) => {
          news.wake = resolve;
        });
        continue;
      }
      news.touched = false;
      const wait = news.renamed ? SETTLE_RENAMED : SETTLE;
      await new Promise((resolve) => setTimeout(resolve, wait));
      const now = new Map(await Promise.all(paths.map(async (path) => [path, await io.read(path)] as const)));
      last = different(now, seen);
      // a name that is gone, or an empty file, may be the beginning of what an editor does
      if (!last.every((path) => isWritten(now.get(path)))) news.renamed = false;
      const isLooked = wait === SETTLE || (news.renamed && !news.touched);
      if (last.length > 0 && isLooked && different(now, before).length === 0) return last;
      before = now;
    }
    return undefined;
  } finally {
    close();
  }
}

function isWritten(result: ReadResult | undefined): boolean {
  return result !== undefined && 'text' in result && result.text !== '';
}

function different(now: Contents, then: Contents): readonly string[] {
  return [...now].filter(([path, result]) => JSON.stringify(result) !== JSON.stringify(then.get(path))).map(([path]) => path);
}
