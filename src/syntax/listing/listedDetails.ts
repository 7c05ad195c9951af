/** What is asked of the extensions about a rule of `iptables -L`, and what they answer. */
import type { Family } from '../../packet/address.ts';
import type { Span } from '../text/source.ts';

export interface ListedText {
  /** the rest of the line, after the destination */
  readonly text: string;
  /** the word in the column `target`; absent: there is none */
  readonly target: string | undefined;
  readonly family: Family;
}

/** A word of a rule, and where in the text stands what says so. */
export interface ListedWord extends Span {
  readonly text: string;
}

export interface ListedDetails {
  readonly isGoto: boolean;
  readonly matches: readonly { readonly name: string; readonly words: readonly ListedWord[] }[];
  /** the options of a target that is an extension */
  readonly target: readonly ListedWord[];
  /** not all of them are known */
  readonly hidesTarget: boolean;
  /** what is not understood: from there on the text is not read */
  readonly unread?: Span;
}

export type ReadDetails = (listed: ListedText) => ListedDetails;
