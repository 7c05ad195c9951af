/** When the editor's script runs: the first answer stands by then, which needs none, or is long in coming. */
import type { OpenEditor, WithEditor } from '../editor/rulesEditor.ts';
import { embeddedText } from './embeddedText.ts';

/** For an answer that takes so long the text is not held back. */
const REST_MS = 300;

let isAnswered = () => {};
const answered = new Promise<void>((resolve) => {
  isAnswered = resolve;
});

export function firstAnswerStands(): void {
  isAnswered();
}

/** Undefined: its script could not run. */
export async function editorInTurn(): Promise<OpenEditor | undefined> {
  const page = globalThis as WithEditor;
  await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, REST_MS))]);
  if (page.chainwalkEditor === undefined) runEditorScript();
  return page.chainwalkEditor;
}

/** The policy of the page names it by its hash, as the other scripts. It is run as it is put into the document. */
function runEditorScript(): void {
  const script = document.createElement('script');
  script.textContent = embeddedText('editor');
  document.head.append(script);
  script.remove();
}
