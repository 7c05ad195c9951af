/** Whether reports are all shards of one run, each once and whole. */
import type { Complaint } from '../../lib/complaint.ts';
import { type AboutAll, lineCounter } from '../../report/lines/lineTotals.ts';
import type { EndLine, FileLine } from '../../report/lines/verifyLine.ts';
import { listedWord, sharedDiagnostics } from '../fleet/fleet.ts';
import type { Io } from '../io/io.ts';
import { linesOfReport } from '../lines/lineReader.ts';

export interface CheckedReports {
  readonly ends: readonly EndLine[];
  /** of the reports that have lines, in the order of the arguments */
  readonly begun: readonly BegunReport[];
  readonly wrong: readonly Complaint[];
}

export interface BegunReport {
  readonly file: string;
  /** the listed file that its first line is about */
  readonly from: number;
}

/** `version`: of this program, which takes no others' lines for its own. */
export async function checkReports(io: Io, files: readonly string[], version: string): Promise<CheckedReports> {
  const ends: { readonly file: string; readonly end: EndLine }[] = [];
  const wrong: Complaint[] = [];
  /** in which report a listed file is, from 1 */
  const owners = new Map<number, number>();
  const begun: BegunReport[] = [];
  for (const [at, file] of files.entries()) {
    const found = await checkReport(io, file, (index) => {
      if (begun.at(-1)?.file !== file) begun.push({ file, from: index });
      const owner = owners.get(index) ?? at + 1;
      owners.set(index, owner);
      return owner === at + 1;
    });
    if ('message' in found) wrong.push(found);
    else ends.push({ file, end: found });
  }
  if (wrong.length > 0) return { ends: [], begun: [], wrong };
  const [first, ...others] = ends;
  if (first === undefined) return { ends: [], begun: [], wrong };
  if (first.end.version !== version)
    wrong.push({
      message: `\`${first.file}\` is of chainwalk ${first.end.version}, and this is ${version}`,
      help: 'verify and merge by the same version',
    });
  wrong.push(...others.flatMap((other) => difference(first, other)), ...shardsOf(ends));
  if (wrong.length === 0)
    for (let index = 1; index <= first.end.files; index++)
      if (!owners.has(index)) {
        wrong.push({ message: `no report has a line of ${listedWord(first.end)} ${index} of ${first.end.files}` });
        break;
      }
  return { ends: ends.map(({ end }) => end), begun, wrong };
}

interface ReadReport {
  readonly file: string;
  readonly end: EndLine;
}

/** Its last line, or why it cannot be taken. */
async function checkReport(io: Io, file: string, own: (index: number) => boolean): Promise<EndLine | Complaint> {
  const counter = lineCounter();
  let end: EndLine | undefined;
  let last: Pick<FileLine, 'index' | 'part'> = { index: 0 };
  for await (const { number, line } of linesOfReport(io, file)) {
    const at = `\`${file}:${number}\``;
    if (line === undefined) return { message: `${at} is not a line of \`verify -o jsonl\`` };
    if (end !== undefined) return { message: `${at} comes after the last line of its run`, help: 'a report is the output of one command' };
    if (line.kind === 'end') {
      end = line;
      continue;
    }
    if (!isAfter(line, last)) return { message: `${at} is not in the order of what was listed` };
    if (!own(line.index)) return { message: `${at}: number ${line.index} is in another report as well` };
    last = line;
    if (line.kind === 'same' && counter.again(line) === undefined) return { message: `${at} is of an answer that no line before it has` };
    if (line.kind !== 'same') counter.add(line);
  }
  if (end === undefined)
    return { message: `\`${file}\` has no last line: its run was cut short, or goes on`, help: 'run that shard again' };
  if (last.index > end.files) return { message: `\`${file}\` has a line of ${listedWord(end)} ${last.index}, and there are ${end.files}` };
  const { subjects, unread, skipped, exit } = counter.totals(aboutAll(end));
  const isWhole = subjects === end.subjects && unread === end.unread && skipped === end.skipped && exit === end.exit;
  return isWhole ? end : { message: `\`${file}\` has not the lines that its last line counts`, help: 'run that shard again' };
}

/** What the run itself counted with its lines. */
function aboutAll({ diagnostics = [], settings }: Pick<EndLine, 'diagnostics' | 'settings'>): AboutAll {
  return { diagnostics, strict: settings.strict === 'true' };
}

/** Of all shards together. */
export function aboutShards(ends: readonly EndLine[]): AboutAll {
  return aboutAll({ settings: ends[0]?.settings ?? {}, diagnostics: sharedDiagnostics(ends.map((one) => one.diagnostics ?? [])) });
}

function isAfter(line: Pick<FileLine, 'index' | 'part'>, last: Pick<FileLine, 'index' | 'part'>): boolean {
  return line.index > last.index || (line.index === last.index && (line.part ?? 1) > (last.part ?? 1));
}

function difference(first: ReadReport, other: ReadReport): readonly Complaint[] {
  const [a, b] = [first.end, other.end];
  if (a.version !== b.version) return [{ message: `\`${first.file}\` is of chainwalk ${a.version}, \`${other.file}\` of ${b.version}` }];
  const names = [...new Set([...Object.keys(a.settings), ...Object.keys(b.settings)])];
  const settings = names.filter((name) => a.settings[name] !== b.settings[name]);
  if (settings.length > 0)
    return [
      {
        message: `\`${first.file}\` and \`${other.file}\` are of runs with different settings: ${settings.map((name) => `\`${name}\``).join(', ')}`,
      },
    ];
  if (a.listed !== b.listed || (a.listed === 'pods' && (a.files !== b.files || a.list !== b.list)))
    return [{ message: `\`${first.file}\` and \`${other.file}\` are of different manifests`, help: SAME_FILES }];
  if (a.files !== b.files || a.list !== b.list)
    return [
      {
        message: `\`${first.file}\` and \`${other.file}\` are of different files: ${a.files} and ${b.files} were listed`,
        help: SAME_FILES,
      },
    ];
  return [];
}

const SAME_FILES = 'no file may come or go, or get another name or text, between the shards of a run';

/** Of one run without shards, or each shard once. */
function shardsOf(ends: readonly ReadReport[]): readonly Complaint[] {
  const wrong: Complaint[] = [];
  const whole = ends.find(({ end }) => end.shard === undefined);
  if (whole !== undefined)
    return ends.length === 1 ? [] : [{ message: `\`${whole.file}\` is of a whole run: nothing can be merged with it` }];
  const counts = new Set(ends.map(({ end }) => end.shard?.of));
  if (counts.size > 1)
    return [{ message: `these are shards of ${[...counts].join(' and of ')}`, help: 'all shards of a run have the same N of I/N' }];
  const of = ends[0]?.end.shard?.of ?? 0;
  const files = new Map<number, string>();
  for (const { file, end } of ends) {
    const index = end.shard?.index ?? 0;
    const before = files.get(index);
    if (before !== undefined) wrong.push({ message: `shard ${index}/${of} is there twice: in \`${before}\` and in \`${file}\`` });
    files.set(index, file);
  }
  const missing = Array.from({ length: of }, (_, at) => at + 1).filter((index) => !files.has(index));
  if (missing.length === 0) return wrong;
  const shown = missing.slice(0, MOST_SHOWN).map((index) => `${index}/${of}`);
  const more = missing.length > MOST_SHOWN ? ` and ${missing.length - MOST_SHOWN} others` : '';
  const are = missing.length === 1 ? `shard ${shown.join()} is missing` : `shards ${shown.join(', ')}${more} are missing`;
  return [
    ...wrong,
    { message: are, help: `without it nothing is known of its ${ends[0] === undefined ? 'file' : listedWord(ends[0].end)}s` },
  ];
}

const MOST_SHOWN = 10;
