/** How an extension prints its options in `iptables -L`: words for people, from which those of a rule are made again.
 *  fact   iptables 1.8.9, both backends: what is printed of each option stands alone between blanks, the matches in the order of the
 *         rule, then the target */
import type { OptionTable } from './extension.ts';

/** A piece that is printed, and the words of a rule that it stands for. */
export interface ListedPiece {
  readonly pattern: RegExp;
  /** of the parts that the pattern captures; one that is not there is empty */
  readonly words: (...parts: readonly string[]) => readonly string[];
}

/** Of an option the pattern captures its values, and before them, where the option takes `!`, the `!`. */
export interface ListedForm<Options extends OptionTable = OptionTable> {
  /** what it begins with; absent: its options stand alone */
  readonly opens?: RegExp | ListedPiece;
  readonly options?: { readonly [Name in keyof Options]?: RegExp };
  readonly pieces?: readonly ListedPiece[];
  /** words for what must be there and is not printed */
  readonly adds?: readonly string[];
}

/** The `!` of an option as a word, where there is one. */
export function listedNot(not: string | undefined): readonly string[] {
  return not === undefined || not === '' ? [] : ['!'];
}
