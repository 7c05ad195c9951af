/** `trace`, `find` and `check` of many running pods: each answered as if alone. */
import { groupBy } from '../../lib/groupBy.ts';
import { isJsonRecord, parseJson } from '../../lib/json.ts';
import { jsonText } from '../../lib/printable.ts';
import { joinBarePacket } from '../argv/arguments.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode, worst } from '../argv/exitCode.ts';
import { terminal } from '../argv/terminal.ts';
import type { Io, Sink } from '../io/io.ts';
import { answerOf } from './answer.ts';
import type { PodFiles } from './podFiles.ts';
import { type PodsRead, tellNotes } from './podsRead.ts';
import { type PodLine, podTable, RANK, unreadLines } from './podTable.ts';
import type { Askable } from './words.ts';

interface Answered {
  readonly label: string;
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

export async function answerEach(call: Call, command: Askable, read: PodsRead): Promise<ExitCode> {
  const { io, input } = call;
  await tellNotes(call, read);
  const format = optionIsSet(input, 'json') ? 'json' : (optionText(input, 'output') ?? 'human');
  const isTable = format === 'human' && !optionIsSet(input, 'verbose');
  const answered: Answered[] = [];
  for (const { labels, all } of read.groups) {
    for (const [at, files] of all.entries())
      answered.push(await answerAlone(call, { command, files, label: labels[at] ?? '', brief: isTable }));
  }
  const told = [...new Set(answered.map(({ err }) => err))].join('');
  await io.err.write(told);
  const code = answered.map((one) => one.code).reduce(worst, EXIT.ok);
  if (format === 'json') {
    await io.out.write(answered.map(withPod).join(''), 'data');
    await io.err.write(read.unread.map(({ label, why }) => `note: ${label} was not read: ${why}\n`).join(''));
    return code;
  }
  if (isTable || answered.length === 0) {
    const style = { ...(await terminal(call, io.out)), detailed: false };
    const unread = unreadLines(read.unread);
    const blocks = answered.length === 0 ? [{ lines: [] }] : blocksOf(answered, command, joinBarePacket(input.args));
    const text = blocks.map(({ title, lines }, at) =>
      [...(title === undefined ? [] : [title]), ...podTable([...lines, ...(at === blocks.length - 1 ? unread : [])], style)].join('\n'),
    );
    await io.out.write(`${text.join('\n\n')}\n`, 'report');
    return code;
  }
  await io.out.write(answered.map(({ label, out }) => `${label}:\n${out}`).join('\n'), 'report');
  await io.err.write(read.unread.map(({ label, why }) => `note: ${label} was not read: ${why}\n`).join(''));
  return code;
}

interface Alone {
  readonly command: Askable;
  readonly files: PodFiles;
  readonly label: string;
  readonly brief: boolean;
}

async function answerAlone({ io, input }: Call, { command, files, label, brief }: Alone): Promise<Answered> {
  const [out, err] = [keeping(io.out, brief), keeping(io.err, false)];
  const own: Io = { ...io, out: out.sink, err: err.sink };
  const options = brief && command === 'trace' ? { ...input.options, brief: true, color: 'never' } : input.options;
  const call: Call = { io: own, input: { ...input, options } };
  const code = await answerOf(command, call, files);
  return { label, code, out: out.text(), err: err.text() };
}

function keeping(sink: Sink, isOneLine: boolean): { readonly sink: Sink; readonly text: () => string } {
  let text = '';
  const write = async (more: string) => {
    text += more;
  };
  return { sink: { ...sink, write, columns: isOneLine ? 120 : sink.columns }, text: () => text };
}

/** Pods with the same answer are one line; of several packets each has lines of its own. */
function blocksOf(answered: readonly Answered[], command: Askable, packets: readonly string[]): readonly Block[] {
  if (command !== 'trace') return [{ lines: linesOf(answered, (one) => sayingOf(one, command)) }];
  const isEach = answered.every(({ out }) => linesIn(out).length === packets.length);
  if (!isEach) return [{ lines: linesOf(answered, (one) => outcomeIn(linesIn(one.out).join(' '), one.code)) }];
  return packets.map((packet, at) => ({
    title: packet.trim(),
    lines: linesOf(answered, ({ out, code }) => outcomeIn(linesIn(out)[at] ?? '', code)),
  }));
}

interface Block {
  readonly title?: string;
  readonly lines: readonly PodLine[];
}

type Saying = Pick<PodLine, 'verdict' | 'says'>;

function linesOf(answered: readonly Answered[], sayingFor: (one: Answered) => Saying): readonly PodLine[] {
  const said = answered.map((one) => ({ one, saying: sayingFor(one) }));
  return [...groupBy(said, ({ one, saying }) => JSON.stringify([one.code, saying])).values()].map((group) => {
    const [{ one, saying }] = group;
    const rank = one.code !== EXIT.ok ? RANK.fails : BAD.includes(saying.verdict) ? RANK.undecided : RANK.fine;
    return { ...saying, rank, labels: group.map((each) => each.one.label) };
  });
}

/** Never wanted, whatever was expected. */
const BAD: readonly string[] = ['loop', 'dropped', 'rejected', 'refused', 'stalled', 'lost', 'undecided'];

function linesIn(out: string): readonly string[] {
  return out.split('\n').filter((line) => line !== '');
}

/** `captured-out  out tcp ... via app -> ...`: the packet has the pod's own address, the way is that of each. */
function outcomeIn(line: string, code: ExitCode): Saying {
  const [outcome = '', ...rest] = line.split(/\s+/);
  const [, way = ''] = / via (.*)$/.exec(rest.join(' ')) ?? [];
  return { verdict: outcome === '' ? (code === EXIT.ok ? 'OK' : 'NOT TRACED') : outcome, says: way };
}

function sayingOf({ label, code, out }: Answered, command: Askable): Saying {
  const paragraph = (out.split('\n\n')[0] ?? '').trim().replaceAll(/\s+/g, ' ');
  const first = paragraph
    .replace(/ \(proved .*$/, '')
    .replaceAll(`${label}.rules: `, '')
    .replace(/^ok: /i, '');
  return { verdict: code === EXIT.ok ? 'OK' : command === 'find' ? 'FOUND' : 'FAIL', says: first };
}

function withPod({ label, out }: Answered): string {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const value = parseJson(line);
      return isJsonRecord(value) ? `${jsonText({ pod: label, ...value })}\n` : `${line}\n`;
    })
    .join('');
}
