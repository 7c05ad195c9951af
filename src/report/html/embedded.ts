/** A value in the page that `npm run web` builds: the page finds it when it opens. It is data in a script of a type that no browser runs, and
 *  nothing in it can end that script. */
import { invariant } from '../../lib/invariant.ts';
import { jsonText } from '../../lib/printable.ts';

const [START, END] = ['<script type="application/json" id="given">', '</script>'];

export function withEmbedded(page: string, value: unknown): string {
  const from = page.indexOf(`${START}null${END}`);
  invariant(from >= 0, 'the page has a place for what it is given');
  const text = jsonText(value).replaceAll('<', '\\u003c');
  return `${page.slice(0, from)}${START}${text}${END}${page.slice(from + `${START}null${END}`.length)}`;
}
