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

export type PageGroup = 'command' | 'file' | 'format' | 'claim' | 'exception' | 'outcome' | 'fate' | 'lost' | 'step' | 'diagnostic';

export const GROUP_TITLES: Readonly<Record<PageGroup, string>> = {
  command: 'commands: how to read what they answer',
  file: 'texts: how to write what chainwalk reads',
  format: 'formats: what `-o` writes for machines and reviewers',
  claim: 'claims: what verify proves',
  exception: "exceptions: settings under which Istio's own rules break a claim; the kernel confirms the packets",
  outcome: 'outcomes: what becomes of a packet on its whole journey',
  fate: 'fates: how one leg of the journey ends',
  lost: 'reasons for lost: the kernel discards the packet outside the rules',
  step: 'steps: how enrol decides who captures a pod',
  diagnostic: 'diagnostics: what can be wrong with rules',
};
