/** Lines of a text that say what a host is like. The rest is for others to read. */
import { type Line, linesOf } from '../text/lines.ts';
import type { ProblemSink } from '../text/problems.ts';
import { sectionOf } from './calls.ts';
import { finished } from './finished.ts';
import { takeInterfaceLine } from './interfaceLines.ts';
import { takeJson } from './jsonOutput.ts';
import { type HostLine, type HostPage, type HostSection, newPage } from './page.ts';
import type { PrintedHost } from './printedHost.ts';
import { takeRouteLine } from './routeLines.ts';
import { takeRuleLine } from './ruleLines.ts';
import { type ListedSet, takeListedSet, takeSetLine } from './setLines.ts';
import { takeSocketLine } from './socketLines.ts';
import { takeSysctlLine } from './sysctlLines.ts';

export interface HostLines {
  /** numbers of the lines that were read as such */
  readonly numbers: ReadonlySet<number>;
  readonly printed: PrintedHost;
}

interface Reading {
  readonly text: string;
  readonly page: HostPage;
  readonly numbers: Set<number>;
  readonly listed: ListedSet;
  readonly json: JsonLines;
}

/** A list that `ip -j` prints over several lines. */
interface JsonLines {
  from?: Line;
  readonly lines: Line[];
}

/** A line that is longer is no line of these, but JSON may be. */
const LONGEST = 4000;

/** `strange`: hears of lines that are neither rules nor what is read here. */
export function readHostLines(
  text: string,
  report: ProblemSink,
  { lines = linesOf(text, 0), strange }: { readonly lines?: Iterable<Line>; readonly strange?: (line: Line) => void } = {},
): HostLines {
  const reading: Reading = {
    text,
    page: newPage(report),
    numbers: new Set(),
    listed: { inMembers: false },
    json: { lines: [] },
  };
  let inTable = false;
  for (const line of lines) {
    const content = text.slice(line.start, line.end);
    if (/^[ \t]*\*[ \t]*[a-z]+[ \t]*$/.test(content)) inTable = true;
    else if (/^COMMIT\b/.test(content)) inTable = false;
    else if (!inTable && takeLine(reading, line, content)) reading.numbers.add(line.number);
    else if (!inTable && strange !== undefined) strange(line);
  }
  const { json, page, numbers } = reading;
  if (json.from !== undefined) {
    page.report({ kind: 'malformed', code: 'cut-off', message: 'this JSON breaks off, or is none', span: json.from });
    for (const { number } of json.lines) numbers.add(number);
  }
  return { numbers, printed: finished(page) };
}

function takeLine(reading: Reading, line: Line, content: string): boolean {
  const { page, json } = reading;
  if (json.from !== undefined) return takeJsonLine(reading, line, content);
  if (/^[ \t]*\[[ \t]*(?:\{|\]|$)/.test(content)) {
    json.from = line;
    return takeJsonLine(reading, line, content);
  }
  if (content.length > LONGEST) return false;
  const section = sectionOf(content);
  if (section !== undefined) return enter(reading, section);
  if (/^=== chainwalk: .* ===$/.test(content)) return enter(reading, {});
  if (takeHeader(page, content)) return true;
  // of a program whose output says nothing here
  if (page.section.what === 'other' && content.trim() !== '' && !/^(?:-[A-Z]|:|#|\[\d+:)/.test(content)) return true;
  let taken = false;
  for (const text of content.includes('\\') ? content.split(/\\(?=[ \t])/) : [content])
    taken = takePiece(reading, { text, span: line, number: line.number }) || taken;
  return taken;
}

function enter({ page, listed }: Reading, section: HostSection): boolean {
  page.section = section;
  const { what, family, table = 'main', isPart } = section;
  // an answer without a line is one, too
  if (what === 'route' && isPart === undefined && (table === 'main' || table === 'all'))
    for (const one of family === undefined ? ([4, 6] as const) : [family]) page.routesOf.add(one);
  page.nic = undefined;
  delete listed.name;
  return true;
}

function takePiece({ page, listed }: Reading, line: HostLine): boolean {
  if (takeListedSet(page, listed, line)) return true;
  if (/^(?:create|add)\b/.test(line.text)) return takeSetLine(page, line);
  if (/^(?:[a-z]+[./]|\/proc)/.test(line.text) && takeSysctlLine(page, line)) return true;
  if (/^\d+:/.test(line.text) && takeRuleLine(page, line)) return true;
  // `ip route` right behind `ip addr`: it would be a detail of the last interface
  if (/^[ \t]+nexthop\b/.test(line.text) && takeRouteLine(page, line)) return true;
  return takeInterfaceLine(page, line) || takeSocketLine(page, line) || takeRouteLine(page, line);
}

/** Names of columns. */
function takeHeader(page: HostPage, content: string): boolean {
  const [, six] = /^Kernel IP(v6)? routing table[ \t]*$/.exec(content) ?? [];
  if (/^Kernel IP/.test(content)) {
    page.section = { what: 'route', family: six === undefined ? 4 : 6 };
    return true;
  }
  if (/^Destination[ \t]+(?:Gateway|Next Hop)[ \t]/.test(content)) {
    page.section = { ...page.section, what: 'route', ...(/ MSS /.test(content) && { table: 'mss' }) };
    return true;
  }
  if (/^(?:Netid[ \t]+)?State[ \t]+Recv-Q|^Proto[ \t]+Recv-Q|^Active Internet connections/.test(content)) {
    for (const one of page.section.protocols ?? []) page.listenersOf.add(one);
    page.section = { ...page.section, what: 'socket' };
    return true;
  }
  if (/^\((?:Not all processes could|No info could)|^ will not be shown|^Failed to find cgroup2 mount/.test(content)) return true;
  return /^(?:Active UNIX domain|Proto[ \t]+RefCnt)/.test(content);
}

function takeJsonLine(reading: Reading, line: Line, content: string): boolean {
  const { json, page, text } = reading;
  json.lines.push(line);
  if (!/\][ \t]*$/.test(content)) return true;
  const from = json.from ?? line;
  let value: unknown;
  try {
    value = JSON.parse(text.slice(from.start, line.end));
  } catch {
    return true;
  }
  const given = { text: content, span: from, number: from.number };
  json.lines.length = 0;
  delete json.from;
  return takeJson(page, given, value);
}
