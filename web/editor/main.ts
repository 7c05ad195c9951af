/** Gives the editor to the page: its script is apart, as the first answer does not wait for it. */
import { openEditor } from './editor.ts';
import type { WithEditor } from './rulesEditor.ts';

(globalThis as WithEditor).chainwalkEditor = openEditor;
