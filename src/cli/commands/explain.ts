/** `chainwalk explain [ID]`: one page on a claim, an outcome, a fate, a reason or a kind of diagnostic. */

import { nearest } from '../../lib/nearest.ts';
import type { Command } from '../argv/command.ts';
import { EXIT } from '../argv/exitCode.ts';
import { COLOR } from '../argv/options.ts';
import { terminal } from '../argv/terminal.ts';
import { complain } from '../io/messages.ts';

export const explainCommand: Command = {
  name: 'explain',
  summary: 'a page on a claim, an outcome, a fate or a diagnostic',
  about: 'Without an id: all of them.',
  args: [{ name: '[id]', says: 'what to explain, such as `loop` or `martian-source`' }],
  options: [COLOR],
  examples: [
    { says: 'what does this answer mean, and what can I do?', line: 'chainwalk explain loop' },
    { says: 'everything that can be explained', line: 'chainwalk explain' },
  ],
  run: async (io, input) => {
    const { PAGES } = await import('../../report/generated/pages.ts');
    const { renderPage, renderPageList } = await import('../../report/pages/render.ts');
    const style = await terminal({ io, input }, io.out);
    const [id] = input.args;
    if (id === undefined) {
      await io.out.write(`${renderPageList(PAGES, style)}\n`);
      return EXIT.ok;
    }
    const page = PAGES.find((known) => known.id === id.toLowerCase());
    if (page !== undefined) {
      await io.out.write(`${renderPage(page, style)}\n`);
      return EXIT.ok;
    }
    const ids = PAGES.map((known) => known.id);
    const meant = nearest(id, ids);
    const help = meant === undefined ? '`chainwalk explain` lists all ids' : `did you mean \`${meant}\`?`;
    await complain(io, { message: `unknown page \`${id}\``, help });
    return EXIT.usage;
  },
};
