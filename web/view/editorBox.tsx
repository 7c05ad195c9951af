/** The editor as a part of the page. */
import { useEffect, useRef } from 'preact/hooks';
import { openEditor, type RulesEditor } from '../editor/editor.ts';
import type { Marks } from '../editor/marks.ts';

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
  const editor = useRef<RulesEditor>(null);
  const heard = useRef(onText);
  heard.current = onText;

  // once: a later text is set below
  useEffect(() => {
    if (box.current === null) return undefined;
    editor.current = openEditor({
      parent: box.current,
      text,
      label,
      hint,
      onText: (next) => heard.current?.(next),
      readOnly: onText === undefined,
    });
    return () => editor.current?.destroy();
  }, []);
  useEffect(() => editor.current?.setText(text), [text]);
  useEffect(() => editor.current?.mark(marks), [marks]);
  useEffect(() => {
    if (shown !== undefined) editor.current?.showLine(shown.line);
  }, [shown]);
  useEffect(() => {
    if (place !== undefined) editor.current?.select(place.start, place.end);
  }, [place]);
  return <div ref={box} class="editor" />;
}
