/** What the text said, extension-free: tables, chains and rules as words. Every node has its span. */
import type { Family } from '../../packet/address.ts';
import type { Backend } from '../text/diagnostic.ts';
import type { Source, Span } from '../text/source.ts';

/** One argument after unquoting and variable substitution; `quoted` words are never options or `!`. */
export interface Word extends Span {
  readonly text: string;
  readonly quoted: boolean;
}

/** One rule as written: everything between the chain and the end of the line. */
export interface RuleNode {
  /** may be made anew at each reading: read it once */
  readonly words: readonly Word[];
  readonly chain: Word;
  /** the whole logical line, counters and command included */
  readonly span: Span;
  /** 1-based line where the rule starts */
  readonly line: number;
  /** a kernel printed it: it was loaded once, whatever extensions it names */
  readonly saved?: boolean;
  /** what the program that printed it does not show of its conditions, and of its target: their meaning is then not known */
  readonly hides?: { readonly match?: string; readonly target?: string };
}

export interface ChainNode {
  readonly name: Word;
  /** ACCEPT, DROP for base chains; absent for user chains */
  readonly policy?: Word;
  /** the line that declared it; absent for built-in chains that no line named, and for chains made by their first use */
  readonly span?: Span;
  readonly rules: readonly RuleNode[];
}

/** A table after all its commands were carried out in order (-N -A -I -D -P -F -X). */
export interface TableNode {
  readonly name: Word;
  readonly chains: readonly ChainNode[];
  /** rules that were taken out of it: what it has no policy and no rule for is not shown */
  readonly isPart?: true;
}

/** The part of a text that holds the rules, where the rest is something else. */
export interface Excerpt {
  /** `42 to 79` */
  readonly lines: string;
  /** what the text is, `a log of web-0` */
  readonly of: string;
  /** what else is said of it, `; 2 blocks before that are not read`; empty: nothing */
  readonly left: string;
}

/** One ruleset as text: all tables of one family. */
export interface RulesetNode {
  readonly family: Family;
  /** how the family was known */
  readonly familyFrom: 'option' | 'header' | 'command' | 'addresses' | 'default';
  readonly source: Source;
  readonly form: 'save' | 'restore' | 'shell';
  /** which program printed or made it, where the text tells; two rulesets of a family differ in it */
  readonly backend?: Backend | undefined;
  /** absent: all of the text was read */
  readonly excerpt?: Excerpt;
  /** tables that stand twice in the text: only the second of them is here */
  readonly replaced?: readonly string[];
  readonly tables: readonly TableNode[];
}
