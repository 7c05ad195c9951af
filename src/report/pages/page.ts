/** One page of `chainwalk explain`. */
export interface Page {
  readonly id: string;
  readonly group: PageGroup;
  /** one sentence, lower case */
  readonly title: string;
  readonly means: string;
  readonly why: string;
  /** lines of a file, as they are */
  readonly example?: readonly string[];
  /** how to see it on a real machine: commands, each with what to look for */
  readonly see: readonly { readonly run: string; readonly look: string }[];
  /** names nothing that only one mesh has: remedyInMesh.ts does */
  readonly todo: string;
}

/** In the order in which `explain` lists them; the README of each says what it holds. */
export const PAGE_GROUPS = ['command', 'file', 'format', 'claim', 'exception', 'outcome', 'fate', 'lost', 'step', 'diagnostic'] as const;

export type PageGroup = (typeof PAGE_GROUPS)[number];
