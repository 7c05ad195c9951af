/** `chainwalk serve` in this process, with real files and a real port. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { nodeIo } from '../../src/cli/io/io.ts';
import type { OpenAddress } from '../../src/cli/io/openAddress.ts';
import { run } from '../../src/cli/program/run.ts';

export interface ServedHere {
  /** as it was printed; rejects with what was said where nothing was */
  readonly address: Promise<string>;
  readonly write: (name: string, text: string) => void;
  readonly remove: (name: string) => void;
  readonly said: () => string;
  /** `q`; the exit code */
  readonly end: () => Promise<number>;
}

export interface ServeSetting {
  readonly args?: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly page: string;
  readonly open?: OpenAddress;
}

export function serveHere({ args = [], files, page, open }: ServeSetting): ServedHere {
  const folder = mkdtempSync(join(tmpdir(), 'chainwalk-serve-'));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  for (const [name, text] of Object.entries({ ...files, 'page.html': page })) write(name, text);
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const io = nodeIo({ stdin, stdout, stderr, env: {}, cwd: folder, page: join(folder, 'page.html') });
  let said = '';
  stderr.on('data', (text) => {
    said += String(text);
  });
  // files are named from their folder, which is not that of this process
  const here = {
    ...io,
    read: (path: string) => io.read(join(folder, path.replace(folder, ''))),
    watch: watchIn(io.watch, folder),
    ...(open && { open }),
  };
  const code = run({ argv: ['serve', ...args, ...Object.keys(files)], version: '1.2.3' }, here).finally(() =>
    rmSync(folder, { recursive: true, force: true }),
  );
  const address = new Promise<string>((resolve, reject) => {
    stdout.once('data', (text) => resolve(String(text).trim()));
    code.then(() => reject(new Error(said)), reject);
  });
  address.catch(() => {});
  return {
    address,
    write,
    remove: (name) => rmSync(join(folder, name)),
    said: () => said,
    end: async () => {
      stdin.write('q');
      return code;
    },
  };
}

function watchIn(watch: ReturnType<typeof nodeIo>['watch'], folder: string): typeof watch {
  return (paths, events) =>
    watch(
      paths.map((path) => join(folder, path)),
      events,
    );
}
