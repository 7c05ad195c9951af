/** Where a rule stands, as a line has room for it. */
import type { Rule } from '../../ruleset/ruleset.ts';
import { fileLine } from '../text/location.ts';

/** Makes of a place's text one that a terminal opens; what it adds takes no room. */
export type Link = (text: string, at: { readonly file: string; readonly line: number }) => string;

export interface FileStyle {
  readonly file: string;
  /** without its folders, which there is no room for; in a pipe it keeps them */
  readonly shortens?: boolean | undefined;
  readonly link?: Link;
}

export interface ShownPlace {
  readonly name: string;
  /** the same as a link */
  readonly shown: string;
}

export function placeOf({ line, elsewhere }: Pick<Rule, 'line' | 'elsewhere'>, { file: own, shortens, link }: FileStyle): ShownPlace {
  const file = elsewhere?.file ?? own;
  const base = file.slice(file.lastIndexOf('/') + 1);
  const name = fileLine(shortens === true && base !== '' ? base : file, line);
  return { name, shown: link?.(name, { file, line }) ?? name };
}
