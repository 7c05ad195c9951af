/** The rules that follow from manifests for the pod that is asked, with the packet's way on them. */
import { useMemo } from 'preact/hooks';
import type { Marks } from '../editor/rulesEditor.ts';
import { EditorBox } from './editorBox.tsx';

export interface RulesOfPodProps {
  readonly rules: { readonly file: string; readonly text: string };
  readonly marks: Marks;
  readonly shown: { readonly line: number } | undefined;
}

export function RulesOfPod({ rules: { file, text }, marks, shown }: RulesOfPodProps) {
  const own = useMemo((): Marks => ({ ...marks, diagnostics: [] }), [marks]);
  return (
    <section class="ofPod" aria-label="Rules of the pod">
      <p class="title">
        <code>{file}</code> <span class="low">the rules that follow from the manifest</span>
      </p>
      <EditorBox text={text} label="Rules of the pod" hint="no rules" marks={own} shown={shown} />
    </section>
  );
}
