/** Words for drawings: short, and such that no text of rules is taken for a part of the drawing. */
import { printable } from '../../lib/printable.ts';
import { endpointText } from '../../packet/notation.ts';
import type { Packet } from '../../packet/packet.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Decision } from '../text/decisions.ts';
import { deedText } from '../text/deedText.ts';
import { fileLine, ruleBody } from '../text/location.ts';

/** Mermaid's entity codes. source: mermaid.js.org/syntax/flowchart, special characters and entity codes */
export function escapeLabel(text: string): string {
  return printable(text).replaceAll(/[#"<>&`;]/g, (char) => `#${char.charCodeAt(0)};`);
}

/** Characters of a line that is legible in a column of text. */
const MOST = 62;
const MOST_PATH = 54;

function cut(text: string, most = MOST): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** `nat OUTPUT 1 → ISTIO_OUTPUT 9`, of a long way both ends; and the place in the file. */
export function placeLine(path: readonly Rule[], file: string): string {
  const last = path.at(-1);
  if (last === undefined) return '';
  const names = path.map(({ chain, number }) => `${chain} ${number}`);
  const whole = `${last.table} ${names.join(' → ')}`;
  const ends = `${last.table} ${names[0]} → … → ${names.at(-1)}`;
  const way = whole.length <= MOST_PATH || names.length < 3 ? whole : ends;
  return `${cut(way)}  ${fileLine((last.elsewhere?.file ?? file).replace(/^.*\//, ''), last.line)}`;
}

export function conditionLine(rule: Rule): string {
  return cut(askedWords(rule));
}

/** What a rule asks, without comments, names of extensions and its target. */
export function askedWords(rule: Rule): string {
  const statements = statementsOf(rule);
  if (statements !== undefined) return printable(rule.clauses.map(({ text }) => text).join(' ')) || 'every packet';
  const words = ruleBody(rule)
    .replaceAll(/-m comment --comment (?:"(?:[^"\\]|\\.)*"|\S+) ?/g, '')
    .replace(/ comment "[^"]*"$/, '')
    .replace(/(?:^| )-[jg] .*$/, '')
    .replaceAll(/-m \S+ ?/g, '')
    .trim();
  return words === '' || words === '(every packet)' ? 'every packet' : words;
}

export function effectLine(decision: Ruled): string {
  return cut(doneWords(decision));
}

type Ruled = Extract<Decision, { kind: 'rule' }>;

/** `REDIRECT: dst := 127.0.0.1:15001` */
export function doneWords({ rule, verdict, deeds }: Ruled): string {
  const target = rule.target ?? verdict;
  if (deeds.length > 0) return `${target}: ${deeds.map(deedText).join(', ')}`;
  return /(?:^| )-[jg] (.*)$/.exec(ruleBody(rule))?.[1] ?? statementsOf(rule) ?? target;
}

/** What a rule of nft does, without its matches and counters; undefined where they cannot be separated, as in a verdict map. */
function statementsOf({ text, clauses }: Rule): string | undefined {
  if (text.startsWith('-A ')) return undefined;
  let rest = ` ${printable(text).replace(/ comment "[^"]*"$/, '')} `;
  for (const clause of clauses) {
    const at = rest.indexOf(` ${clause.text} `);
    if (at < 0) return undefined;
    rest = rest.slice(0, at) + rest.slice(at + clause.text.length + 1);
  }
  const words = rest.replace(/ counter(?: packets \d+ bytes \d+)?(?= )/, '').trim();
  return words === '' || /\b(?:vmap|map)\b/.test(words) ? undefined : words;
}

/** `tcp 10.244.0.9 → 10.244.0.5:8080, mark 0x539` */
export function flowLine({ src, dst, dport, mark }: Packet, proto: string): string {
  const marked = mark === 0 ? '' : `, mark 0x${mark.toString(16)}`;
  return `${proto} ${endpointText({ address: src })} → ${endpointText({ address: dst, port: dport })}${marked}`;
}
