/** Pages of `explain` as text. */
import { paragraph } from '../../lib/layout.ts';
import { GROUP_TITLES } from '../generated/pages.ts';
import type { Paint } from '../text/paint.ts';
import { PAGE_GROUPS, type Page, type PageGroup } from './page.ts';
import { remediesInMeshes } from './remedyInMesh.ts';

export interface PageStyle {
  readonly paint: Paint;
  readonly width: number;
}

export function renderPage(page: Page, { paint, width }: PageStyle): string {
  const section = (title: string, text: string) => ['', paint.bold(title), indented(text, width)];
  const see = page.see.flatMap(({ run, look }) => [
    indented(`$ ${run}`, width),
    `    ${paragraph({ text: look, width: width - 4, hang: 4 })}`,
  ]);
  return [
    `${paint.bold(page.id)}  ${paragraph({ text: page.title, width: width - page.id.length - 2, hang: 2 })}`,
    ...section('what it means', page.means),
    ...section('why it happens', page.why),
    ...(page.example === undefined ? [] : ['', paint.bold('for example'), ...page.example.map((line) => `  ${line}`)]),
    ...(see.length > 0 ? ['', paint.bold('how to see it'), ...see] : []),
    ...section('what to do', page.todo),
    ...(page.group === 'claim' ? remediesInMeshes(page.id) : []).flatMap(([meshes, text]) => section(`what to do with ${meshes}`, text)),
  ].join('\n');
}

export function renderPageList(pages: readonly Page[], { paint, width }: PageStyle): string {
  const widest = Math.max(...pages.map((page) => page.id.length));
  const group = (name: PageGroup) => {
    const lines = pages
      .filter((page) => page.group === name)
      .map(
        (page) =>
          `  ${page.id.padEnd(widest)}  ${paragraph({ text: page.title, width: width - widest - 4, hang: 0 }).replaceAll('\n', `\n${' '.repeat(widest + 4)}`)}`,
      );
    return [paint.bold(paragraph({ text: GROUP_TITLES[name], width, hang: 2 })), ...lines].join('\n');
  };
  return PAGE_GROUPS.map(group).join('\n\n');
}

function indented(text: string, width: number): string {
  return `  ${paragraph({ text, width: width - 2, hang: 0 }).replaceAll('\n', '\n  ')}`;
}
