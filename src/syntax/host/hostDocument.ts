/** A text that describes a host, in whatever words: is it one that was written for chainwalk, or what programs print? */
import type { HostDescription } from '../../host/hostDescription.ts';
import { HOST_KEYS } from '../../host/readHost.ts';
import { memoize } from '../../lib/memo.ts';
import { type Diagnostic, isError } from '../text/diagnostic.ts';
import { reportInto } from '../text/problems.ts';
import type { Source } from '../text/source.ts';
import { descriptionOf, hostOfTexts } from './description.ts';
import { type PrintedHost, saysOfHost } from './printedHost.ts';
import { readHostLines } from './readLines.ts';

const WRITTEN = new RegExp(String.raw`^[ \t]*\{|^(?:"?(?:${HOST_KEYS.join('|')}|\$schema)"?)[ \t]*:`, 'm');

/** Does it have a line that one of these programs prints? JSON or YAML with the keys of a host description has none. */
export function isPrintedHost(source: Source): boolean {
  const { text } = source;
  if (WRITTEN.test(text) && !/^[ \t]*\[/.test(text)) return false;
  return readPrinted(source, '').hasLines;
}

interface ReadPrinted {
  readonly printed: PrintedHost;
  /** a line was read as one that these programs print */
  readonly hasLines: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** What programs printed, alone or between rules, prompts and what `kubectl` says. */
const readPrinted = memoize((source: Source, _all: ''): ReadPrinted => {
  const diagnostics: Diagnostic[] = [];
  const report = reportInto(diagnostics, source);
  const { printed, numbers } = readHostLines(source.text, report, {
    strange: (line) => {
      if (!NOISE.test(source.text.slice(line.start, Math.min(line.end, line.start + 400)))) report({ ...STRANGE, span: line });
    },
  });
  if (numbers.size === 0 || (!saysOfHost(printed) && Object.keys(printed.sets).length === 0))
    report({ ...NOTHING, span: { start: 0, end: Math.min(1, source.text.length) } });
  return { printed, hasLines: numbers.size > 0, diagnostics: diagnostics.sort((a, b) => a.span.start - b.span.start) };
});

export interface DescribedHost {
  readonly description: HostDescription;
  /** what the text does not say is a warning */
  readonly diagnostics: readonly Diagnostic[];
  readonly unusedSysctls: readonly string[];
}

/** Several texts of one host. */
export function printedDescription(sources: readonly Source[]): DescribedHost {
  const read = sources.map((source) => readPrinted(source, ''));
  const printed = hostOfTexts(read.map((one) => one.printed));
  const { description, unsaid } = descriptionOf(printed);
  const diagnostics = read.flatMap((one) => one.diagnostics);
  const [source] = sources;
  const missing = source === undefined || diagnostics.some(isError) ? [] : unsaid.map((message) => unsaidIn(source, message));
  return { description, diagnostics: [...diagnostics, ...missing], unusedSysctls: printed.unusedSysctls };
}

function unsaidIn(source: Source, message: string): Diagnostic {
  return { kind: 'warning', code: 'host-unread', message, source, span: { start: 0, end: Math.min(1, source.text.length) } };
}

/** Rules, comments, prompts, and what programs say around their answers. */
const NOISE =
  /^[ \t]*(?:$|#|-[A-Z] |\*[a-z]|COMMIT\b|:[\w-]+ |\[\d+:\d+\] ?-|```|~~~|(?:Defaulted|Defaulting) container|command terminated|exit$|logout$|[^\n]{0,100}[#$%>][ \t]*(?:$|\S*(?:iptables|nft|exit|logout|clear|cat|hostname|uname|date)\b)|[\w.-]+: (?:command )?not found|sh: |bash: |-?\w*sh: )/;

const STRANGE = {
  kind: 'warning',
  code: 'host-unread',
  message: 'this line is not read: it is not known what it says of the host',
  help: 'outputs of `ip`, `ifconfig`, `route`, `ss`, `netstat`, `ipset save` and `sysctl` are read',
} as const;

const NOTHING = {
  kind: 'malformed',
  code: 'host-unread',
  message: 'nothing in this text describes a host',
  help: 'give the output of `ip addr`, `ip route show table all` and `ip rule`, or a description in YAML (`chainwalk explain host`)',
} as const;
