/** What `chainwalk serve` does: the page on this machine, with files that stay as they are on the disk. */
import { withEmbedded } from '../../report/html/embedded.ts';
import type { ServedFile } from '../../report/html/pageTypes.ts';
import { type Call, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { filesOf } from '../input/filesOf.ts';
import type { Io, ReadResult } from '../io/io.ts';
import { complain } from '../io/messages.ts';
import { readPage } from '../io/readPage.ts';
import { nextChange } from '../watch/changes.ts';
import { answerRequest } from './answerRequest.ts';
import { livePage } from './livePage.ts';
import { newToken } from './newToken.ts';

const LAST_PORT = 65_535;

export async function runServe(call: Call): Promise<ExitCode> {
  const { io, input } = call;
  const usage = async (message: string, help?: string): Promise<ExitCode> => complain(io, { message, help }).then(() => EXIT.usage);
  const port = Number(optionText(input, 'port') ?? 0);
  if (!Number.isInteger(port) || port > LAST_PORT) return usage(`\`${optionText(input, 'port')}\` is not a port`, `1 to ${LAST_PORT}`);
  if (input.args.includes('-')) return usage('serve reads files again, and `-` can be read only once', 'save it to a file first');
  if (io.listen === undefined) return usage('nothing can be served here');
  const files = await filesOf(call, input.args);
  const page = files === undefined ? undefined : await readPage(io);
  if (files === undefined || page === undefined) return EXIT.usage;
  let seen = await readAll(io, files);
  const unread = servedFiles(seen).flatMap((file) => ('problem' in file ? [file] : []));
  for (const { name, problem } of unread) await complain(io, { message: `cannot read \`${name}\`: ${problem}` });
  if (unread.length > 0) return EXIT.usage;

  const [token, live, readers] = [newToken(), livePage(page), new Set<(text: string) => void>()];
  const opens = input.options.open === true;
  const entry = { token: newToken(), used: !opens };
  const listening = await io.listen(port, (request, own) =>
    answerRequest(request, {
      port: own,
      token,
      entry,
      policy: live.policy,
      page: () => withEmbedded(live.page, { kind: 'served', files: servedFiles(seen) }),
      follow: (send) => {
        readers.add(send);
        send(eventOf(seen));
        return () => readers.delete(send);
      },
    }),
  );
  if ('problem' in listening) {
    const help = listening.taken ? 'another program uses it; without --port a free one is taken' : undefined;
    return usage(`cannot listen on port ${port}: ${listening.taken ? 'it is in use' : listening.problem}`, help);
  }
  await io.err.write(`serving ${files.length === 0 ? 'the page' : files.join(', ')} to this machine alone; q or Ctrl-C ends\n`);
  await io.out.write(`http://127.0.0.1:${listening.port}/${token}/\n`);
  if (opens) void openPage(io, `http://127.0.0.1:${listening.port}/${entry.token}/`);
  const keyed = endedByKeys(io);
  for (let changed = await nextChange(keyed, seen); changed !== undefined; changed = await nextChange(keyed, seen)) {
    seen = await readAll(io, files);
    for (const send of readers) send(eventOf(seen));
    for (const file of servedFiles(seen))
      if (changed.includes(file.name))
        await io.err.write(`${file.name}: ${'problem' in file ? `cannot be read: ${file.problem}` : 'read again'}\n`);
  }
  await listening.close();
  return EXIT.ok;
}

async function openPage({ open, err }: Io, address: string): Promise<void> {
  const { problem } = open === undefined ? { problem: 'there is none here' } : await open(address);
  if (problem !== undefined) await err.write(`no browser was opened (${problem}): open the address above\n`);
}

async function readAll(io: Io, files: readonly string[]): Promise<ReadonlyMap<string, ReadResult>> {
  return new Map(await Promise.all(files.map(async (file) => [file, await io.read(file)] as const)));
}

function servedFiles(seen: ReadonlyMap<string, ReadResult>): readonly ServedFile[] {
  return [...seen].map(([name, read]) => ({ name, ...read }));
}

function eventOf(seen: ReadonlyMap<string, ReadResult>): string {
  return `data: ${JSON.stringify(servedFiles(seen))}\n\n`;
}

/** Started by another program, it has a standard input that is at its end. */
function endedByKeys(io: Io): Io {
  return { ...io, watch: (paths, { touched, quit }) => io.watch(paths, { touched, quit: (by) => (by === 'end' ? undefined : quit(by)) }) };
}
