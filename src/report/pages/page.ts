/** One page of `chainwalk explain`. */
export interface Page {
  readonly id: string;
  readonly group: PageGroup;
  /** one sentence, lower case */
  readonly title: string;
  /** what else it is looked for by: words that are in no page */
  readonly words?: readonly string[];
  readonly means: string;
  /** why it happens; of a command, a file or a format: what else is good to know */
  readonly why?: string;
  /** lines of a file, as they are */
  readonly example?: readonly string[];
  /** keys of a file, or parts of a text, each with what it says */
  readonly keys?: readonly { readonly name: string; readonly says: string }[];
  /** how to see it on a real machine: commands, each with what to look for, and of a symptom the question that it answers */
  readonly see: readonly PageCommand[];
  /** names nothing that only one mesh has: remedyInMesh.ts does */
  readonly todo?: string;
  /** ids of other pages */
  readonly also?: readonly string[];
}

export interface PageCommand {
  readonly run: string;
  readonly look: string;
  readonly asks?: string;
}

/** In the order in which `explain` lists them; the README of each says what it holds. */
export const PAGE_GROUPS = [
  'symptom',
  'command',
  'file',
  'format',
  'claim',
  'finding',
  'exception',
  'parity',
  'outcome',
  'fate',
  'lost',
  'step',
  'diagnostic',
  'setting',
  'port',
  'analysis',
] as const;

export type PageGroup = (typeof PAGE_GROUPS)[number];
