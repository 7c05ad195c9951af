/** Rules without a table line, as `iptables -S` prints them and people paste them out of a dump: which table they are of. */
import type { Family } from '../../packet/address.ts';
import type { Line } from '../text/lines.ts';
import { TABLE_LINE } from '../text/refusal.ts';
import { isSaveCall } from '../text/shellCall.ts';
import type { Excerpt } from './ast.ts';

export interface OutsideStart {
  readonly table: string;
  /** of the program that printed them */
  readonly family?: Family;
}

export interface OutsideTables {
  /** by the number of the line from which on lines are of the table */
  readonly starts: ReadonlyMap<number, OutsideStart>;
  readonly excerpt: Excerpt;
}

/** A call that prints rules so, after a prompt or `kubectl exec` too. */
const LISTING = /^(?:[^\n]{0,300}[\s/])?(ip6?tables)(?:-nft|-legacy)?(?=\s)((?:\s+\S+){0,12}?\s+(?:-S|--list-rules)(?:\s+\S+){0,2})\s*$/;
/** A part of one table out of a dump. */
const SAVED = /^(?:[^\n]{0,300}[\s/])?(ip6?tables)(?:-nft|-legacy)?-save((?:\s+-c)?\s+(?:-t\s*|--table[ =])[a-z]+(?:\s+-c)?)\s*$/;
/** Lines of what a call prints are chosen. */
const CHOSEN = /\s*\|\s*(?:sudo\s+)?(?:grep|egrep|fgrep|rg|head|tail|cat|less|more|tee|sort|uniq)(?:\s[^<>;&]*)?$/;
const RULE = /^(?:\[\d*:\d*\] ?)?-[A-Z] \S/;
const POLICY = /^-P (\S+) \S+/;

export function isListingCall(line: string): boolean {
  return line.length < 1000 && !RULE.test(line) && listingOf(line) !== undefined;
}

/** Its program, and the words that name its table. */
function listingOf(line: string): RegExpExecArray | undefined {
  const chosen = line.replace(CHOSEN, '');
  return LISTING.exec(chosen) ?? (chosen === line ? undefined : SAVED.exec(chosen)) ?? undefined;
}

/** `iptables -S` begins with the policies of all base chains. */
const BY_CHAINS: Readonly<Record<string, string>> = {
  'FORWARD INPUT OUTPUT': 'filter',
  'INPUT OUTPUT POSTROUTING PREROUTING': 'nat',
  'OUTPUT POSTROUTING PREROUTING': 'nat',
  'FORWARD INPUT OUTPUT POSTROUTING PREROUTING': 'mangle',
  'OUTPUT PREROUTING': 'raw',
};

/** `named`: their table, as given. Undefined where nothing tells. */
export function outsideTables(text: string, lines: Iterable<Line>, named?: string): OutsideTables | undefined {
  if (named === undefined && TABLE_LINE.test(text)) return undefined;
  const starts = new Map<number, OutsideStart>();
  const numbers: number[] = [];
  let inBlock = false;
  let listed: OutsideStart | undefined;
  let group: { policies: string[]; from: number } | undefined;
  const close = (): void => {
    const found = group === undefined ? undefined : BY_CHAINS[[...group.policies].sort().join(' ')];
    if (group !== undefined && found !== undefined && !starts.has(group.from)) starts.set(group.from, { table: found });
    group = undefined;
  };
  let isOpen = false;
  let isOfAny = false;
  for (const { start, end, number } of lines) {
    const line = text.slice(start, Math.min(end, start + 1000));
    if (/^[ \t]*\*/.test(line)) inBlock = true;
    const rule = !inBlock && RULE.test(line);
    if (/^COMMIT/.test(line)) inBlock = false;
    if (!rule) {
      if (isListingCall(line)) {
        const [, program, rest = ''] = listingOf(line) ?? [];
        const table = /\s(?:-t\s*|--table[ =])(\S+)/.exec(rest)?.[1] ?? 'filter';
        listed = { table, ...(program === 'ip6tables' && { family: 6 as const }) };
        close();
        isOpen = false;
        isOfAny = false;
      } else if (inBlock) isOpen = false;
      else if (isSaveCall(line)) {
        isOfAny = named === undefined;
        listed = undefined;
        isOpen = false;
      }
      continue;
    }
    // lines chosen out of a dump of all tables
    if (isOfAny && !isOpen) return undefined;
    numbers.push(number);
    const policy = POLICY.exec(line)?.[1];
    if (policy !== undefined && (group === undefined || group.policies.includes(policy) || !isPolicyAbove(text, start))) {
      close();
      group = { policies: [], from: number };
      isOpen = listed !== undefined && isOpen;
    }
    if (policy !== undefined) group?.policies.push(policy);
    if (!isOpen && (listed ?? named) !== undefined) starts.set(number, listed ?? { table: named as string });
    isOpen ||= (listed ?? named) !== undefined;
  }
  close();
  const [first] = numbers;
  if (first === undefined || starts.size === 0 || !starts.has(first)) return undefined;
  return { starts, excerpt: excerptOf(numbers, [...new Set([...starts.values()].map(({ table }) => table))]) };
}

function isPolicyAbove(text: string, start: number): boolean {
  return POLICY.test(text.slice(text.lastIndexOf('\n', start - 2) + 1, start));
}

function excerptOf(numbers: readonly number[], tables: readonly string[]): Excerpt {
  const [from, to] = [numbers[0] ?? 1, numbers.at(-1) ?? 1];
  const several = tables.length > 1;
  return {
    lines: from === to ? `${from}` : `${from} to ${to}`,
    of: 'the text',
    left: `, read as table${several ? 's' : ''} ${tables.join(', ')}, with every other table empty`,
  };
}

/** A table that a target of the rules stands in, as a proposal. */
export function likelyTable(text: string): string {
  if (/-j (?:DNAT|SNAT|REDIRECT|MASQUERADE|NETMAP)\b|\bPOSTROUTING\b/.test(text)) return 'nat';
  if (/-j (?:CT|NOTRACK)\b/.test(text)) return 'raw';
  if (/-j (?:TPROXY|MARK|CONNMARK|TOS|DSCP|TTL|TCPMSS)\b/.test(text)) return 'mangle';
  return 'filter';
}
