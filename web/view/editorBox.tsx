/** The editor as a part of the page. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Marks, RulesEditor } from '../editor/rulesEditor.ts';
import { editorInTurn } from './editorTurn.ts';

export interface EditorBoxProps {
  readonly text: string;
  readonly label: string;
  readonly hint: string;
  readonly marks: Marks;
  /** absent: it follows from another text */
  readonly onText?: (text: string) => void;
  /** line to be seen: a new object shows it again */
  readonly shown?: { readonly line: number } | undefined;
  readonly place?: { readonly start: number; readonly end: number } | undefined;
}

export function EditorBox({ text, label, hint, marks, onText, shown, place }: EditorBoxProps) {
  const box = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<RulesEditor>();
  const now = useRef({ text, onText });
  now.current = { text, onText };

  // once: a later text is set below
  useEffect(() => {
    let opened: RulesEditor | undefined;
    let isGone = false;
    editorInTurn().then((open) => {
      const parent = box.current;
      if (isGone || parent === null || open === undefined) return;
      const readOnly = onText === undefined;
      opened = open({ parent, text: now.current.text, label, hint, onText: (next) => now.current.onText?.(next), readOnly });
      setEditor(opened);
    });
    return () => {
      isGone = true;
      opened?.destroy();
    };
  }, []);
  useEffect(() => editor?.setText(text), [editor, text]);
  useEffect(() => editor?.mark(marks), [editor, marks]);
  useEffect(() => {
    if (shown !== undefined) editor?.showLine(shown.line);
  }, [editor, shown]);
  useEffect(() => {
    if (place !== undefined) editor?.select(place.start, place.end);
  }, [editor, place]);
  return <div ref={box} class="editor" />;
}
