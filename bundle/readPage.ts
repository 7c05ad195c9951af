/** One page of `explain` as Markdown: a heading `# id: title`, then the parts that its group has. */
import type { Page, PageCommand, PageGroup } from '../src/report/pages/page.ts';

const PARTS = [
  'Words',
  'What it means',
  'Why it happens',
  'For example',
  'Keys',
  'Steps',
  'How to see it',
  'What to do',
  'See also',
] as const;
type Part = (typeof PARTS)[number];

/** Parts without which a page says too little. */
const NEEDED: Readonly<Partial<Record<PageGroup, readonly Part[]>>> = {
  symptom: ['Words', 'What it means', 'Steps', 'See also'],
  command: ['What it means', 'How to see it'],
  file: ['What it means', 'For example'],
  format: ['What it means', 'How to see it'],
};
const NEEDED_ELSEWHERE: readonly Part[] = ['What it means', 'Why it happens', 'What to do'];

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
    const content = section.slice(end).replace(/^\n+|\n+$/g, '');
    if (content === '') throw wrong(`there is nothing under \`${name}\``);
    parts.set(name, content);
  }
  const missing = (NEEDED[group] ?? NEEDED_ELSEWHERE).filter((name) => !parts.has(name));
  if (missing.length > 0) throw wrong(`there is nothing under \`${missing.join('`, `')}\``);
  // paragraphs stay apart, lines do not
  const prose = (name: Part): string | undefined => parts.get(name)?.replaceAll(/(?<!\n)\n(?!\n)/g, ' ');
  const list = (name: Part): readonly string[] | undefined => prose(name)?.split(/, */);
  const [words, why, todo, also] = [list('Words'), prose('Why it happens'), prose('What to do'), list('See also')];
  const [example, keys] = [parts.get('For example'), parts.get('Keys')];
  return {
    id,
    group,
    title,
    ...(words !== undefined && { words }),
    means: prose('What it means') ?? '',
    ...(why !== undefined && { why }),
    ...(example !== undefined && { example: linesIn(example, wrong) }),
    ...(keys !== undefined && { keys: commandsIn(keys, wrong).map(({ run, look }) => ({ name: run, says: look })) }),
    see: commandsIn(parts.get('Steps') ?? parts.get('How to see it'), wrong),
    ...(todo !== undefined && { todo }),
    ...(also !== undefined && { also }),
  };
}

function linesIn(text: string, wrong: (what: string) => Error): readonly string[] {
  const [, lines] = /^```\n(.*)\n```$/s.exec(text) ?? [];
  if (lines === undefined) throw wrong('an example is one block of code');
  return lines.split('\n');
}

/** Items of a list; one goes on in lines that are indented. */
function commandsIn(text: string | undefined, wrong: (what: string) => Error): readonly PageCommand[] {
  if (text === undefined) return [];
  return text
    .replaceAll(/\n +/g, ' ')
    .split('\n')
    .map((line) => {
      const [, asks, plain, quoted, look] = /^\* (?:([^`]+\?) )?(?:`([^`]+)`|`` (.+?) ``): (.+)$/.exec(line) ?? [];
      const run = plain ?? quoted;
      if (run === undefined || look === undefined) throw wrong(`\`${line}\` is not \`* COMMAND: what to look for\``);
      return { run, look, ...(asks !== undefined && { asks }) };
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
