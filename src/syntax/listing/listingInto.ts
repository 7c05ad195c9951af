/** Puts the chains of listings into the tables of a text. */
import type { TableName } from '../../netfilter/hooks.ts';
import type { Family } from '../../packet/address.ts';
import type { Excerpt } from '../iptables/ast.ts';
import { addChain, newTable, type TableState } from '../iptables/openTables.ts';
import { putTable, rulesetFor, type TextTables, tableNamed } from '../iptables/tablesOfText.ts';
import type { Line } from '../text/lines.ts';
import type { ProblemSink, TextFinding } from '../text/problems.ts';
import type { Source } from '../text/source.ts';
import { type ListedChain, type ListedGroup, listedGroups } from './listedChains.ts';
import type { ReadDetails } from './listedDetails.ts';
import { listedRule } from './listedRule.ts';
import { listedFamily, listedTable } from './listedTable.ts';

export interface ListingInput {
  readonly source: Source;
  readonly lines: Iterable<Line>;
  readonly report: ProblemSink;
  readonly details: ReadDetails;
  /** decides where neither a call nor an address tells */
  readonly family: Family | undefined;
  readonly table: TableName | undefined;
  /** reads lines that stand beside listings; which of them it took */
  readonly besides: (lines: readonly Line[]) => ReadonlySet<number> | undefined;
}

/** Which lines were read, of each family. */
export function listingInto(world: TextTables, input: ListingInput): ReadonlyMap<Family, Excerpt> {
  const { source, lines, report } = input;
  const { groups, beside } = listedGroups(source.text, lines, report);
  const taken = input.besides(beside);
  const unread = beside.filter(({ number, start, end }) => taken?.has(number) !== true && !SESSION.test(source.text.slice(start, end)));
  sayBeside({ unread, last: groups.at(-1)?.chains.at(-1)?.line.number ?? 0 }, input);
  const read = new Map<Family, { names: Set<string>; chains: ListedChain[] }>();
  for (const group of groups) {
    const { family, from } = listedFamily(group) ?? { family: input.family ?? 4, from: input.family === undefined ? 'default' : 'option' };
    const name = putGroup(world, group, { input, family, from });
    const ofFamily = read.get(family) ?? { names: new Set(), chains: [] };
    read.set(family, ofFamily);
    ofFamily.names.add(name);
    ofFamily.chains.push(...group.chains);
  }
  sayHidden(groups, report);
  return new Map([...read].map(([family, { names, chains }]) => [family, excerptOf([...names], chains)]));
}

interface Place {
  readonly input: ListingInput;
  readonly family: Family;
  readonly from: 'option' | 'command' | 'addresses' | 'default';
}

function putGroup(world: TextTables, group: ListedGroup, { input, family, from }: Place): string {
  const { report, details } = input;
  const [first] = group.chains as readonly [ListedChain];
  const { name, isPart, assumed } = listedTable(group, input.table);
  if (assumed !== undefined)
    report({ ...ASSUMED, message: `these chains are read as those of table \`${name}\`, ${assumed}`, span: first.line });
  const ruleset = rulesetFor(world, { family, familyFrom: from, form: 'save', backend: group.call?.backend }, [name]);
  const known = tableNamed(ruleset, name);
  const at = { start: first.line.start, end: first.line.start };
  const fresh = newTable({ text: name, quoted: false, ...at });
  const table: TableState = known ?? (isPart ? { ...fresh, isPart: true } : fresh);
  if (known === undefined) putTable(ruleset, table);
  for (const listed of group.chains) {
    const { name: word, policy, line } = listed;
    const before = table.byName.get(word.text);
    if (before !== undefined) report(twice(listed, name));
    const chain = before ?? addChain(table, { ...word, quoted: false });
    chain.span = { start: line.start, end: line.end };
    if (policy !== undefined) chain.policy = { ...policy, quoted: false };
    chain.rules = listed.rows.map((row) => listedRule(row, listed, { family, details, report }));
  }
  return name;
}

/** A prompt with nothing behind it, or the end of a session. */
const SESSION = /^(?:(?:\S{0,200}|\[\S{1,99} \S{1,99}\])[#$%>]\s*)?(?:exit|logout|clear)?\s*$/;

interface Beside {
  readonly unread: readonly Line[];
  /** the number of the line of the last chain that is listed */
  readonly last: number;
}

/** Rules in other words, and calls that change what was listed, are not passed over: what they do is not known then. */
function sayBeside({ unread, last }: Beside, { source: { text }, report }: ListingInput): void {
  const rules = unread.filter(({ number, start, end }) => {
    const line = text.slice(start, end);
    return RULE.test(line) || (number > last && CHANGE.test(line));
  });
  const [rule] = rules;
  if (rule !== undefined) report({ ...MIXED, span: rule });
  const [first, ...more] = unread.filter((line) => !rules.includes(line));
  if (first === undefined) return;
  const others = more.length === 0 ? 'is' : more.length === 1 ? 'and one more line are' : `and ${more.length} more are`;
  const message = `this line ${others} not part of what \`iptables -L\` prints, and passed over`;
  report({ kind: 'warning', code: 'pasted-text', message, span: first });
}

/** What `iptables -L` was not told to print. */
function sayHidden(groups: readonly ListedGroup[], report: ProblemSink): void {
  const chains = groups.flatMap((group) => group.chains);
  const short = chains.find(({ isVerbose, rows }) => !isVerbose && rows.length > 0);
  if (short !== undefined) report({ ...NO_INTERFACES, span: short.line });
}

function twice({ name, line }: ListedChain, table: string): TextFinding {
  return {
    kind: 'warning',
    code: 'chain-exists',
    message: `chain \`${name.text}\` of table \`${table}\` is listed twice: this one takes the place of the first`,
    span: line,
    help: 'put the call above each listing, as `iptables -t nat -L -n -v`, so that its table and family are known',
  };
}

function excerptOf(names: readonly string[], chains: readonly ListedChain[]): Excerpt {
  const numbers = chains.flatMap(({ line, rows }) => [line.number, rows.at(-1)?.line.number ?? line.number]);
  const [from, to] = [Math.min(...numbers), Math.max(...numbers)];
  return {
    lines: from === to ? `${from}` : `${from} to ${to}`,
    of: 'a listing of `iptables -L`',
    left: `, read as table${names.length > 1 ? 's' : ''} ${names.join(', ')}, with every other table empty`,
  };
}

/** As iptables-save and `iptables -S` print them. */
const RULE = /^-[APN] \S/;
const CHANGE = /(?:^|[\s/])ip6?tables(?:-\w+)? (?:.*\s)?(?:-[APNIDFXR]|--(?:append|insert|delete|flush|policy|replace))(?:\s|$)/;

const MIXED = {
  kind: 'malformed',
  code: 'unreadable-line',
  message: 'this stands beside what `iptables -L` prints, and would add to it or change it',
  help: 'give it in a text of its own, or the listing after it',
} as const;

const ASSUMED = {
  kind: 'warning',
  code: 'listing-hides',
  help: 'give the table with --table, or put the call above the listing, as `iptables -t nat -L -n -v`',
} as const;

const NO_INTERFACES = {
  kind: 'not-modelled',
  code: 'listing-hides',
  message: '`iptables -L` without `-v` hides the interfaces: each rule may have `-i` and `-o`, and whether it matches is not known',
  help: 'give the output of `iptables-save`, or of `iptables -L -n -v`',
} as const;
