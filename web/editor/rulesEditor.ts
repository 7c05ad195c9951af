/** The editor as the rest of the page knows it, and what is marked in it. */
import type { MissedRule, ShownDiagnostic, Visit } from '../worker/questions.ts';

export interface EditorSettings {
  readonly parent: HTMLElement;
  readonly text: string;
  /** for those who do not see it */
  readonly label: string;
  readonly hint: string;
  readonly onText: (text: string) => void;
  /** it follows from another text */
  readonly readOnly?: boolean | undefined;
}

export interface RulesEditor {
  readonly text: () => string;
  readonly setText: (text: string) => void;
  readonly mark: (marks: Marks) => void;
  readonly showLine: (line: number) => void;
  readonly select: (start: number, end: number) => void;
  readonly destroy: () => void;
}

export type OpenEditor = (settings: EditorSettings) => RulesEditor;

/** Left by the script of the editor. */
export interface WithEditor {
  chainwalkEditor?: OpenEditor;
}

export interface Marks {
  readonly visits: readonly Visit[];
  readonly misses: readonly MissedRule[];
  readonly dead: readonly number[];
  readonly diagnostics: readonly ShownDiagnostic[];
  /** the line of the step that is selected */
  readonly selected?: number | undefined;
}

export const NO_MARKS: Marks = { visits: [], misses: [], dead: [], diagnostics: [] };
