/** What stands beside rules in one text: the host around them, and the members of sets. */
import { readHost } from '../../host/readHost.ts';
import type { Line } from '../text/lines.ts';
import type { ProblemSink } from '../text/problems.ts';
import { descriptionOf } from './description.ts';
import { NOTHING_PRINTED, saysOfHost } from './printedHost.ts';
import { type HostLines, readHostLines } from './readLines.ts';

/** Most dumps have none of it, and are long. */
const ANY =
  /^(?!-[A-Z] |:|\[\d+:)(?:create \S+ \S+:|add \S+ \S+|\d+:[ \t]|[ \t]+inet6? |(?:default|unreachable|blackhole|[\d.]+\/\d+|[\da-f:]+\/\d+) |[ \t]*\[[ \t]*(?:\{|$)|net[./]|\/proc\/sys\/|Kernel IP|Netid |State |(?:tcp|udp)6? |Name: |\S+[ \t]+Link encap|\S+: flags=|=== chainwalk: |[^\n]{0,100}\b(?:ipset|ip|ss|netstat|ifconfig|sysctl|route)(?:[ \t]|$))/m;

/** Undefined where there is nothing of it. What is said and cannot be a host is a warning, and left out. */
export function hostLinesBeside(text: string, lines: Iterable<Line>, report: ProblemSink): HostLines | undefined {
  if (!ANY.test(text)) return undefined;
  const read = readHostLines(text, report, { lines });
  if (read.numbers.size === 0) return undefined;
  if (!saysOfHost(read.printed) || read.printed.interfaces === undefined) return read;
  const { problems } = readHost(descriptionOf(read.printed).description);
  const isAlone = read.printed.interfaces.every(({ name }) => name === 'lo');
  const problem = isAlone ? 'it has no interface but `lo`' : problems[0];
  if (problem === undefined) return read;
  const first = [...lines].find(({ number }) => read.numbers.has(number));
  report({ ...UNREAD, message: `${UNREAD.message}: ${problem}`, span: first ?? { start: 0, end: 0 } });
  return { numbers: read.numbers, printed: { ...NOTHING_PRINTED, sets: read.printed.sets } };
}

const UNREAD = {
  kind: 'warning',
  code: 'host-unread',
  message: 'what stands here of the host is not whole, and the host around the rules is still assumed',
  help: 'give the text of `ip addr` and of `ip route`, both in full, or describe the host in a file that --host names',
} as const;
