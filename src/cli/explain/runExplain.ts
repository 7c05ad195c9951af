/** `chainwalk explain`: pages by name, by words, or all. */
import type { Complaint } from '../../lib/complaint.ts';
import { printable } from '../../lib/printable.ts';
import { GROUP_TITLES, PAGES } from '../../report/generated/pages.ts';
import { markdownPages } from '../../report/markdown/markdownPages.ts';
import { PAGE_GROUPS, type Page, type PageGroup } from '../../report/pages/page.ts';
import { type PageStyle, pageLines, renderPage, renderPageList } from '../../report/pages/render.ts';
import { type PageHit, searchPages } from '../../report/pages/search.ts';
import { type Call, type Command, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import { terminal } from '../argv/terminal.ts';
import { complain } from '../io/messages.ts';
import { optionsOfCommand, withOptions } from './optionsOfCommand.ts';

/** JSON of pages. */
export interface ExplainReport {
  readonly schema: 'chainwalk/explain/v1';
  /** what each group of pages is about */
  readonly groups: Readonly<Record<PageGroup, string>>;
  readonly pages: readonly Page[];
}

export async function runExplain(call: Call, commands: readonly Command[]): Promise<ExitCode> {
  const { io, input } = call;
  const query = input.args.join(' ').trim();
  const all = optionIsSet(input, 'all');
  if (all && query !== '') {
    await complain(io, {
      message: '--all lists every page',
      help: `\`chainwalk explain ${printable(query)}\` lists the pages that mention these words`,
    });
    return EXIT.usage;
  }
  const group = groupNamed(query);
  const answer = query === '' || group !== undefined ? undefined : searchPages(withOptions(PAGES, commands), query);
  if (answer?.kind === 'none') {
    await complain(io, nothingOn(query, answer.meant));
    return EXIT.usage;
  }
  if (answer?.kind === 'hits' && answer.meant !== undefined)
    await io.err.write(`did you mean \`chainwalk explain ${answer.meant}\`?\n`, 'report');
  const format = formatOf(input, 'human');
  const found = answer === undefined ? pagesOf(group) : answer.kind === 'pages' ? answer.pages : answer.hits.map(({ page }) => page);
  if (format === 'json')
    await io.out.write(
      `${JSON.stringify({ schema: 'chainwalk/explain/v1', groups: GROUP_TITLES, pages: found } satisfies ExplainReport, undefined, 2)}\n`,
    );
  else if (format === 'markdown') await io.out.write(markdownPages(found));
  else {
    const style = { ...(await terminal(call, io.out)), commands };
    const text =
      answer === undefined
        ? listOrAll(pagesOf(group), all, style)
        : answer.kind === 'hits'
          ? hitList(query, answer.hits, style)
          : pagesAndOthers(answer.pages, answer.others, style);
    await io.out.write(`${text}\n`);
  }
  return EXIT.ok;
}

function nothingOn(query: string, meant: string | undefined): Complaint {
  const port = /^(?:port |:)?(\d{1,5})$/i.exec(query)?.[1];
  if (port !== undefined) {
    return {
      message: `no mesh listens on port ${port}`,
      help: `where it goes: \`chainwalk trace pod.rules "in tcp -> 10.244.0.5:${port}"\``,
    };
  }
  if (/^ist\d{4}$/i.test(query)) {
    const code = query.toUpperCase();
    const page = `https://istio.io/latest/docs/reference/config/analysis/${code.toLowerCase()}/`;
    return { message: `${code} is not about the capture of traffic`, help: `Istio's page on it: ${page}` };
  }
  return {
    message: `no page mentions \`${query}\``,
    help: meant === undefined ? '`chainwalk explain` lists all pages' : `did you mean \`${meant}\`?`,
  };
}

interface Style extends PageStyle {
  /** whose options their pages have */
  readonly commands: readonly Command[];
}

/** `claims`: all pages of that group. */
function groupNamed(query: string): PageGroup | undefined {
  const word = query.toLowerCase();
  return word === '' ? undefined : PAGE_GROUPS.find((group) => GROUP_TITLES[group].split(':')[0] === word);
}

function pagesOf(group: PageGroup | undefined): readonly Page[] {
  return group === undefined ? PAGES : PAGES.filter((page) => page.group === group);
}

function listOrAll(pages: readonly Page[], all: boolean, style: Style): string {
  return all ? pages.map((page) => fullPage(page, style)).join('\n\n') : renderPageList(pages, style);
}

/** A command's page has all its options. */
function fullPage({ id }: Page, style: Style): string {
  const page = PAGES.find((one) => one.id === id);
  if (page === undefined) return '';
  const text = renderPage(page, style);
  // a page on a file may be that of the command of the same name, too
  return page.group === 'command' || style.commands.some(({ name }) => name === id)
    ? `${text}${optionsOfCommand(id, style.commands, style)}`
    : text;
}

function pagesAndOthers(pages: readonly Page[], others: readonly Page[], style: Style): string {
  const texts = pages.map((page) => fullPage(page, style));
  const names = others.slice(0, MOST_OTHERS).map(({ id }) => id);
  const more = names.length === 0 ? [] : [`${style.paint.dim(`also: chainwalk explain ${names.join(' | ')}`)}`];
  return [...texts, ...more].join('\n\n');
}

const MOST_OTHERS = 5;
const MOST_HITS = 12;

function hitList(query: string, hits: readonly PageHit[], style: Style): string {
  const shown = hits.slice(0, MOST_HITS);
  const [only] = hits;
  if (hits.length === 1 && only !== undefined) return fullPage(only.page, style);
  const count =
    hits.length > shown.length ? `${hits.length} pages mention it, the first ${shown.length}` : `${hits.length} pages mention it`;
  const lines = pageLines(
    shown.map(({ page, excerpt }) => ({ ...page, title: excerpt })),
    style,
  );
  return [`${style.paint.bold(printable(query))}: ${count} (chainwalk explain NAME)`, '', ...lines].join('\n');
}
