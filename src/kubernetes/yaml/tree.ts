/** A document as its readers hand it on, and what is wrong with one that can be parsed. */

import type { Span } from '../../syntax/text/source.ts';
import type { Node } from './node.ts';

export interface Tree {
  readonly root: Node;
  /** not to be used when there are any */
  readonly flaws: readonly Flaw[];
}

export interface Flaw {
  readonly message: string;
  readonly span: Span;
}

/** Deeper than any manifest or configuration; what reads trees calls itself for each level. */
export const MOST_DEPTH = 200;

export class TooDeep extends Error {
  readonly tree: Tree;
  constructor(span: Span) {
    super();
    this.tree = { root: { kind: 'scalar', value: null, span }, flaws: [tooDeep(span)] };
  }
}

export function tooDeep(span: Span): Flaw {
  return { message: `this is nested more than ${MOST_DEPTH} levels deep`, span };
}

export function givenTwice(span: Span): Flaw {
  return { message: 'map keys must be unique', span };
}
