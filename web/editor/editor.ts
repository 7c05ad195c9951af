/** The editor of rules: a text with marks on it. */
import { history, historyKeymap } from '@codemirror/commands';
import { Compartment, EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightSpecialChars,
  hoverTooltip,
  keymap,
  lineNumbers,
  placeholder,
  type Tooltip,
} from '@codemirror/view';
import { EDITOR_KEYS } from './keys.ts';
import { marksField, setMarks, visitGutter } from './marks.ts';
import type { EditorSettings, RulesEditor } from './rulesEditor.ts';
import { editorTheme } from './theme.ts';

/** Longer texts are handed on after a rest, and their lines are not wrapped. */
const LONG = 200_000;
const REST_MS = 250;

export function openEditor({ parent, text, label, hint, onText, readOnly = false }: EditorSettings): RulesEditor {
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wrapping = new Compartment();
  const wrap = (length: number) => (length > LONG ? [] : EditorView.lineWrapping);
  const tell = (view: EditorView) => {
    clearTimeout(timer);
    if (view.state.doc.length <= LONG) onText(view.state.doc.toString());
    else timer = setTimeout(() => onText(view.state.doc.toString()), REST_MS);
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorState.readOnly.of(readOnly),
        lineNumbers(),
        marksField,
        visitGutter,
        history(),
        drawSelection(),
        highlightSpecialChars(),
        placeholder(hint),
        hoverTooltip(tipAt),
        keymap.of([{ key: 'Escape', run: leave }, ...EDITOR_KEYS, ...historyKeymap]),
        wrapping.of(wrap(text.length)),
        editorTheme,
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) tell(update.view);
        }),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    setText: (next) => {
      if (next === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next }, effects: wrapping.reconfigure(wrap(next.length)) });
    },
    mark: (marks) => view.dispatch({ effects: setMarks.of(marks) }),
    showLine: (line) => {
      if (line < 1 || line > view.state.doc.lines) return;
      view.dispatch({ effects: EditorView.scrollIntoView(view.state.doc.line(line).from, { y: 'center' }) });
    },
    select: (start, end) => {
      const { length } = view.state.doc;
      view.dispatch({ selection: { anchor: Math.min(start, length), head: Math.min(end, length) }, scrollIntoView: true });
      view.focus();
    },
    destroy: () => {
      clearTimeout(timer);
      view.destroy();
    },
  };
}

/** Escape leaves the text, so that the keys of the page work. */
function leave(view: EditorView): boolean {
  view.contentDOM.blur();
  return true;
}

function tipAt(view: EditorView, at: number): Tooltip | null {
  const { diagnostics } = view.state.field(marksField).marks;
  const here = diagnostics.filter(({ start, end }) => start <= at && at <= Math.max(end, start + 1));
  const [first] = here;
  if (first === undefined) return null;
  const create = () => {
    const dom = document.createElement('div');
    dom.className = 'cw-tip';
    for (const { message, help } of here) {
      dom.append(paragraph(message, ''));
      if (help !== undefined) dom.append(paragraph(help, 'cw-help'));
    }
    return { dom };
  };
  return { pos: first.start, end: Math.max(first.end, first.start), above: true, create };
}

function paragraph(text: string, className: string): HTMLElement {
  const line = document.createElement('p');
  line.textContent = text;
  line.className = className;
  return line;
}
