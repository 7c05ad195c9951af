/** What people paste beside rules of the host around them: `ipset save`, which says what is in the sets that rules match on, and what `ip`
 *  prints, which is recognised. man ipset(8), ip(8) */
import { type Line, linesOf } from '../text/lines.ts';
import { type HostText, hostText } from './hostText.ts';

/** Members of an ipset as `ipset save` prints them. */
export interface SetText {
  readonly type: string;
  readonly members: readonly string[];
}

export interface HostLines {
  readonly sets: ReadonlyMap<string, SetText>;
  /** numbers of lines that are no rules */
  readonly numbers: ReadonlySet<number>;
  /** the first line of what was recognised and is not read */
  readonly unread?: Line;
  /** what the others say of the host; absent: there are none, or they cannot be read */
  readonly host?: HostText;
}

const CREATE = /^create (\S+) (\S+)/;
const ADD = /^add (\S+) (\S+)/;
/** Calls that print no rules, after a prompt or alone. */
const CALL =
  /^(?:[^\n]{0,100}[$#>][ \t]+)?(?:sudo[ \t]+)?(?:\/\S*\/)?(?:ipset[ \t]+(?:-\S+[ \t]+)*(?:save|list)|ip[ \t]+(?:-\S+[ \t]+)*(?:a|addr|address|r|ro|route|ru|rule|l|link|n|neigh)|sysctl|ifconfig|ss|netstat)\b[^\n]*$/;
const ADDRESS = String.raw`(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:]+)(?:/\d+)?`;
/** Of `ip addr`, `ip route`, `ip rule`, their JSON, and `sysctl`. */
const PRINTED: readonly RegExp[] = [
  /^\d+: [\w.@-]+: <[A-Z0-9,_-]*>/,
  /^[ \t]+(?:link\/|inet6? |valid_lft |altname |RX|TX)/,
  new RegExp(
    String.raw`^(?:(?:unicast|local|broadcast|blackhole|unreachable|prohibit|throw|multicast|anycast) )?(?:default|${ADDRESS}) (?:via|dev|proto|scope|src|nhid|table)\b`,
  ),
  /^(?:blackhole|unreachable|prohibit) \S+/,
  /^\d+:[ \t]+(?:not[ \t]+)?from /,
  /^\[ ?\{ ?"(?:ifindex|dst|type|priority)"/,
  /^net\.[\w./-]+ ?= ?\S+/,
];
const ANY =
  /^(?!-[A-Z] |:|\[\d+:)(?:create \S+ \S+|add \S+ \S+|\d+: |[ \t]+inet6? |default (?:via|dev) |\[ ?\{ ?"(?:ifindex|dst)"|net\.ipv|[^\n]{0,100}\bipset[ \t])/m;

/** Undefined where there are none. */
export function hostLines(text: string, given: Iterable<Line> = linesOf(text, 0)): HostLines | undefined {
  if (!ANY.test(text)) return undefined;
  const sets = new Map<string, { type: string; members: string[] }>();
  const numbers = new Set<number>();
  let unread: Line | undefined;
  const printed: string[] = [];
  let inBlock = false;
  for (const line of given) {
    const content = text.slice(line.start, Math.min(line.end, line.start + 400));
    if (/^[ \t]*\*/.test(content)) inBlock = true;
    else if (/^COMMIT/.test(content)) inBlock = false;
    else if (!inBlock && takeLine(sets, content)) numbers.add(line.number);
    else if (!inBlock && CALL.test(content)) numbers.add(line.number);
    else if (!inBlock && PRINTED.some((form) => form.test(content))) {
      numbers.add(line.number);
      unread ??= line;
      printed.push(content);
    }
  }
  if (numbers.size === 0) return undefined;
  const host = printed.length === 0 ? undefined : hostText(printed);
  return { sets, numbers, ...(host !== undefined ? { host } : unread !== undefined && { unread }) };
}

/** A line of `ipset save`? */
function takeLine(sets: Map<string, { type: string; members: string[] }>, content: string): boolean {
  const [, name, type] = CREATE.exec(content) ?? [];
  if (name !== undefined && type?.includes(':')) {
    if (!sets.has(name)) sets.set(name, { type, members: [] });
    return true;
  }
  const [, set, member] = ADD.exec(content) ?? [];
  if (set === undefined || member === undefined) return false;
  const known = sets.get(set);
  // an exception to larger ranges: what is a member then is not read
  known?.members.push(/ nomatch(?: |$)/.test(content) ? `${member} nomatch` : member);
  return known !== undefined;
}
