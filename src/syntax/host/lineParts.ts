/** A line of grammars/ip.ohm as named parts. */
import { grammar } from '../generated/ip.ts';
import { type Capture, matchGrammar } from '../grammar/grammar.ts';

/** Rules of grammars/ip.ohm. */
export type HostLineRule = keyof (typeof grammar)['rules'];

export interface LineParts {
  /** the first part of that name */
  readonly get: (rule: HostLineRule) => string | undefined;
  readonly has: (rule: HostLineRule) => boolean;
  /** all words behind what the grammar names */
  readonly more: readonly string[];
  readonly all: readonly Capture[];
}

export function lineParts(rule: HostLineRule, line: string): LineParts | undefined {
  const found = matchGrammar(grammar, rule, line);
  if (!found.ok) return undefined;
  const { captures } = found;
  const part = (name: HostLineRule): Capture | undefined => captures.find((one) => one.rule === name);
  return {
    get: (name) => part(name)?.text,
    has: (name) => part(name) !== undefined,
    more: captures.filter((one) => one.rule === 'moreWord').map(({ text }) => text),
    all: captures,
  };
}
