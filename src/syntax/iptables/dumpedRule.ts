/** Rules of a dump: where their words stand, from which the words are made on demand. */
import type { MatchState } from '../grammar/recogniser.ts';
import type { Line } from '../text/lines.ts';
import type { Span } from '../text/source.ts';
import type { RuleNode, Word } from './ast.ts';
import { type Captured, lineWords } from './words.ts';

/** Captures of all rules of a table block, one after the other. */
export interface Tokens {
  readonly text: string;
  events: Int32Array;
  used: number;
  /** a kernel printed the block */
  saved: boolean;
}

export function newTokens(text: string): Tokens {
  return { text, events: new Int32Array(1024), used: 0, saved: false };
}

/** Keeps the captures of `s` from `from` on; returns where they are. */
function keep(tokens: Tokens, s: MatchState, from: number): Span {
  const start = tokens.used;
  const end = start + s.top - from;
  if (end > tokens.events.length) {
    const bigger = new Int32Array(Math.max(end, tokens.events.length * 2));
    bigger.set(tokens.events);
    tokens.events = bigger;
  }
  const { events } = tokens;
  for (let at = from; at < s.top; at++) events[start + at - from] = s.events[at] as number;
  tokens.used = end;
  return { start, end };
}

/** A rule whose words are made on demand: a dump of 100,000 rules has 1.5 million of them, and each is read once. */
export class DumpedRule implements RuleNode {
  readonly line: number;
  readonly #start: number;
  readonly #end: number;
  readonly #tokens: Tokens;
  /** where the captures of the chain and of the words are */
  readonly #from: number;
  readonly #to: number;

  constructor({ number, start, end }: Line, tokens: Tokens, kept: Span) {
    this.line = number;
    this.#start = start;
    this.#end = end;
    this.#tokens = tokens;
    this.#from = kept.start;
    this.#to = kept.end;
  }

  get span(): Span {
    return { start: this.#start, end: this.#end };
  }

  get saved(): boolean {
    return this.#tokens.saved;
  }

  get chain(): Word {
    const { text, events } = this.#tokens;
    return lineWords({ text, events, from: this.#from, to: this.#from + 3 })[0] as Word;
  }

  get words(): readonly Word[] {
    return lineWords(this.captured);
  }

  /** where its words stand in the text, for those who can do without the words */
  get captured(): Captured {
    const { text, events } = this.#tokens;
    return { text, events, from: this.#from + 3, to: this.#to };
  }
}

/** The rule of a line `-A CHAIN ...` that `s` has recognised; its chain is the capture at `from`. */
export function ruleFrom(
  line: Line,
  { tokens, s, from }: { readonly tokens: Tokens; readonly s: MatchState; readonly from: number },
): RuleNode {
  return new DumpedRule(line, tokens, keep(tokens, s, from));
}
