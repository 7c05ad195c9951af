/** Pages of `explain` as text. */
import { paragraph } from '../../lib/layout.ts';
import { GROUP_TITLES } from '../generated/pages.ts';
import type { Paint } from '../text/paint.ts';
import { PAGE_GROUPS, type Page, type PageCommand, type PageGroup } from './page.ts';
import { remediesInMeshes } from './remedyInMesh.ts';

export interface PageStyle {
  readonly paint: Paint;
  readonly width: number;
}

/** Groups that are looked up to use something: the example comes first. */
const REFERENCE: Readonly<Partial<Record<PageGroup, string>>> = {
  command: 'how to read it',
  file: 'keys',
  format: 'what is in it',
  setting: 'where it is set',
};

export function renderPage(page: Page, style: PageStyle): string {
  const { paint, width } = style;
  const head = `${paint.bold(page.id)}  ${paragraph({ text: page.title, width: width - page.id.length - 2, hang: 2 })}`;
  return [head, ...bodyOf(page, style), ...seeAlso(page, style)].join('\n');
}

function bodyOf(page: Page, style: PageStyle): readonly string[] {
  const keysTitle = REFERENCE[page.group];
  if (keysTitle !== undefined) return reference(page, keysTitle, style);
  if (page.group === 'symptom') return [...section('', page.means, style), ...steps(page.see, style)];
  if (page.why === undefined) return [...section('', page.means, style), ...commands('', page.see, style)];
  const inMeshes = page.group === 'claim' ? remediesInMeshes(page.id) : [];
  return [
    ...section('what it means', page.means, style),
    ...section('why it happens', page.why, style),
    ...example(page, style),
    ...commands('how to see it', page.see, style),
    ...section('what to do', page.todo, style),
    ...inMeshes.flatMap(([meshes, text]) => section(`what to do with ${meshes}`, text, style)),
  ];
}

function reference(page: Page, keysTitle: string, style: PageStyle): readonly string[] {
  const isFile = page.group === 'file';
  if (page.group === 'setting')
    return [...keyTable(keysTitle, page.keys ?? [], style), ...section('', page.means, style), ...commands('', page.see, style)];
  return [
    ...(isFile ? example(page, style) : commands('for example', page.see, style)),
    ...keyTable(keysTitle, page.keys ?? [], style),
    ...section(isFile ? 'how it is read' : 'what it answers', page.means, style),
    ...section('good to know', page.why, style),
    ...(isFile ? commands('commands', page.see, style) : []),
  ];
}

function section(title: string, text: string | undefined, { paint, width }: PageStyle): readonly string[] {
  if (text === undefined) return [];
  const paragraphs = text.split('\n\n').map((one) => indented(one, width));
  return ['', ...(title === '' ? [] : [paint.bold(title)]), paragraphs.join('\n\n')];
}

function example({ example: lines }: Page, { paint }: PageStyle): readonly string[] {
  return lines === undefined ? [] : ['', paint.bold('for example'), ...lines.map((line) => `  ${line}`)];
}

function commands(title: string, see: readonly PageCommand[], { paint, width }: PageStyle): readonly string[] {
  if (see.length === 0) return [];
  const lines = see.flatMap(({ run, look }) => [`  $ ${run}`, hung(look, width, 4)]);
  return ['', ...(title === '' ? [] : [paint.bold(title)]), ...lines];
}

/** A list by which to decide: a question, the command that answers it, and what its answers mean. */
function steps(see: readonly PageCommand[], { paint, width }: PageStyle): readonly string[] {
  return see.flatMap(({ asks = '', run, look }, index) => ['', `${index + 1} ${paint.bold(asks)}`, `  $ ${run}`, hung(look, width, 4)]);
}

function keyTable(title: string, keys: NonNullable<Page['keys']>, { paint, width }: PageStyle): readonly string[] {
  if (keys.length === 0) return [];
  const column = Math.min(24, Math.max(...keys.map(({ name }) => name.length))) + 4;
  const lines = keys.flatMap(({ name, says }) => {
    const text = paragraph({ text: says, width: width - column, hang: 0 }).replaceAll('\n', `\n${' '.repeat(column)}`);
    return name.length + 4 > column ? [`  ${name}`, `${' '.repeat(column)}${text}`] : [`  ${name}`.padEnd(column) + text];
  });
  return ['', paint.bold(title), ...lines];
}

function seeAlso({ also = [] }: Page, { paint, width }: PageStyle): readonly string[] {
  return also.length === 0 ? [] : ['', `${paint.bold('see also')}  ${hung(also.join(', '), width, 10).trimStart()}`];
}

/** `id  title` lines, ids in one column. */
export function pageLines(pages: readonly Page[], { width }: Pick<PageStyle, 'width'>): readonly string[] {
  const widest = Math.max(...pages.map((page) => page.id.length));
  const column = widest + 4;
  return pages.map(({ id, title }) => {
    const text = paragraph({ text: title, width: width - column, hang: 0 }).replaceAll('\n', `\n${' '.repeat(column)}`);
    return `  ${id.padEnd(widest)}  ${text}`;
  });
}

export function renderPageList(pages: readonly Page[], style: PageStyle): string {
  const group = (name: PageGroup) => {
    const title = style.paint.bold(paragraph({ text: GROUP_TITLES[name], width: style.width, hang: 2 }));
    const inGroup = pages.filter((page) => page.group === name);
    return [title, ...pageLines(inGroup, style)].join('\n');
  };
  return PAGE_GROUPS.filter((name) => pages.some((page) => page.group === name))
    .map(group)
    .join('\n\n');
}

function indented(text: string, width: number): string {
  return hung(text, width, 2);
}

function hung(text: string, width: number, indent: number): string {
  const pad = ' '.repeat(indent);
  return pad + paragraph({ text, width: width - indent, hang: 0 }).replaceAll('\n', `\n${pad}`);
}
