/** One page of `explain` as Markdown: a heading `# id: title`, then the parts that a Page has. */
import type { Page, PageGroup } from '../src/report/pages/page.ts';

const PARTS = ['What it means', 'Why it happens', 'For example', 'How to see it', 'What to do'] as const;
type Part = (typeof PARTS)[number];

export interface PagePlace {
  readonly group: PageGroup;
  /** for errors */
  readonly file: string;
}

/** Throws where a part is missing, unknown or of another form. */
export function pageIn(text: string, { group, file }: PagePlace): Page {
  const wrong = (what: string): Error => new Error(`${file}: ${what}`);
  const [head = '', ...sections] = text.split(/^## /m);
  const [, id, title] = /^# ([\w-]+): (.+)\n*$/.exec(head) ?? [];
  if (id === undefined || title === undefined) throw wrong('it does not begin with `# id: one sentence`');
  const parts = new Map<Part, string>();
  for (const section of sections) {
    const end = section.indexOf('\n');
    const name = PARTS.find((known) => known === section.slice(0, end));
    if (name === undefined || parts.has(name)) throw wrong(`\`${section.slice(0, end)}\` is not one of ${PARTS.join(', ')}, each once`);
    parts.set(name, section.slice(end).replace(/^\n+|\n+$/g, ''));
  }
  const textOf = (name: Part): string => {
    const found = parts.get(name);
    if (found === undefined || found === '') throw wrong(`there is nothing under \`${name}\``);
    return found.replaceAll('\n', ' ');
  };
  const example = parts.get('For example');
  return {
    id,
    group,
    title,
    means: textOf('What it means'),
    why: textOf('Why it happens'),
    ...(example !== undefined && { example: linesIn(example, wrong) }),
    see: commandsIn(parts.get('How to see it'), wrong),
    todo: textOf('What to do'),
  };
}

function linesIn(text: string, wrong: (what: string) => Error): readonly string[] {
  const [, lines] = /^```\n(.*)\n```$/s.exec(text) ?? [];
  if (lines === undefined) throw wrong('an example is one block of code');
  return lines.split('\n');
}

function commandsIn(text: string | undefined, wrong: (what: string) => Error): Page['see'] {
  if (text === undefined) return [];
  return text.split('\n').map((line) => {
    const [, plain, quoted, look] = /^\* (?:`([^`]+)`|`` (.+?) ``): (.+)$/.exec(line) ?? [];
    const run = plain ?? quoted;
    if (run === undefined || look === undefined) throw wrong(`\`${line}\` is not \`* COMMAND: what to look for\``);
    return { run, look };
  });
}

export interface PageList {
  readonly title: string;
  readonly pages: readonly { readonly id: string; readonly file: string }[];
}

/** The README of a group. */
export function listIn(text: string): PageList {
  const [, title = ''] = /^# (.+)$/m.exec(text) ?? [];
  const pages = [...text.matchAll(/^\* \[([\w-]+)\]\(([^)]+)\)$/gm)].map(([, id = '', file = '']) => ({ id, file }));
  return { title, pages };
}
