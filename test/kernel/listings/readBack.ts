/** Reads a listing back and compares it with what iptables-save says of the same rules. */
import { groupBy } from '../../../src/lib/groupBy.ts';
import { readRules } from '../../../src/ruleset/readRules.ts';
import type { Rule } from '../../../src/ruleset/ruleset.ts';
import { isError } from '../../../src/syntax/text/diagnostic.ts';
import { alsoShown, HIDDEN, UNREAD } from './hidden.ts';
import type { Listed } from './listAll.ts';

export interface ReadBack {
  readonly rules: number;
  /** what of `HIDDEN` and `UNREAD` was met, once a rule */
  readonly hidden: readonly string[];
  readonly wrong: readonly string[];
}

function isUnread({ clauses, effects: [effect] }: Rule): boolean {
  return (
    clauses.some(({ text }) => text === '(not shown)') || (effect?.kind === 'unmodelled' && effect.reason.startsWith('the options of'))
  );
}

export function readBack({ load: { family, backend }, saved, listed }: Listed): ReadBack {
  const { rulesets, diagnostics } = readRules({ file: 'listing', text: listed });
  const errors = diagnostics.filter(isError).map(({ message, source, span }) => `${message}: ${source.text.slice(span.start, span.end)}`);
  const ours = [...(rulesets[0]?.tables.values() ?? [])].flatMap(({ name, chains }) =>
    [...chains.values()].flatMap(({ rules }) => rules.map((rule) => ({ key: `${name} ${rule.chain}`, rule }))),
  );
  const theirs: { key: string; text: string }[] = [];
  let table = '';
  for (const line of saved.split('\n')) {
    table = /^\*(\w+)/.exec(line)?.[1] ?? table;
    const chain = /^-A (\S+)/.exec(line)?.[1];
    if (chain !== undefined) theirs.push({ key: `${table} ${chain}`, text: line.trimEnd() });
  }
  const byChain = new Map([...groupBy(ours, ({ key }) => key)].map(([key, ones]) => [key, [...ones]]));
  const hidden: string[] = [];
  const wrong: string[] = [];
  for (const { key, text } of theirs) {
    const rule = byChain.get(key)?.shift()?.rule;
    const met = HIDDEN.filter(({ read }) => read(text) !== text);
    const expected = met.reduce((rest, { read }) => read(rest), text);
    const unread = UNREAD.find((one) => one.rule.test(text));
    if (rule !== undefined && unread !== undefined && isUnread(rule)) hidden.push(unread.what);
    else if (rule?.text === text) continue;
    else if (
      rule !== undefined &&
      !isUnread(rule) &&
      [rule.text, alsoShown(rule.text)].some((one) => one === expected || one === alsoShown(expected))
    )
      hidden.push(...met.map(({ what }) => what));
    else
      wrong.push(
        `${backend} IPv${family} ${key}\n  saved ${text}\n  read  ${rule?.text}${rule !== undefined && isUnread(rule) ? ' (unread)' : ''}`,
      );
  }
  const left = [...byChain.values()].flat().map(({ rule }) => `${backend} IPv${family}: ${rule.text} is too much`);
  return { rules: theirs.length, hidden, wrong: [...errors, ...wrong, ...left] };
}
