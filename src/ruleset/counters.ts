/** What the kernel had counted when a dump was printed: `[12:345]` before a rule of `iptables-save -c`, `-c 12 345` of `iptables -S -v`.
 *  It is for people only: it is read from the text again, and no engine sees it. */
import type { Source } from '../syntax/text/source.ts';
import type { Rule, Ruleset } from './ruleset.ts';

export interface Counters {
  readonly packets: number;
  readonly bytes: number;
}

const SAVED = /^\s*\[(\d{1,20}):(\d{1,20})\]/;
const LISTED = /^\s*-A\s.*?\s-c (\d{1,20}) (\d{1,20})(?=\s|$)/;

/** Undefined where the text has none. */
export function countersOf({ text }: Pick<Source, 'text'>, { span, elsewhere }: Pick<Rule, 'span' | 'elsewhere'>): Counters | undefined {
  const line = (elsewhere?.text ?? text).slice(span.start, span.end);
  const found = SAVED.exec(line) ?? LISTED.exec(line);
  return found === null ? undefined : { packets: Number(found[1]), bytes: Number(found[2]) };
}

/** Some rule has been hit: the others can be compared with it. Of a dump that was just loaded nothing follows. */
export function hasHits(ruleset: Ruleset): boolean {
  const known = HITS.get(ruleset);
  if (known !== undefined) return known;
  const found = findHit(ruleset);
  HITS.set(ruleset, found);
  return found;
}

const HITS = new WeakMap<Ruleset, boolean>();

function findHit({ source, tables }: Ruleset): boolean {
  for (const { chains } of tables.values()) {
    for (const { rules } of chains.values()) {
      if (rules.some((rule) => (countersOf(source, rule)?.packets ?? 0) > 0)) return true;
    }
  }
  return false;
}
