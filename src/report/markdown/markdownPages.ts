/** Pages of `explain` as Markdown, one heading for each id: an anchor of that name. */
import { groupBy } from '../../lib/groupBy.ts';
import { GROUP_TITLES } from '../generated/pages.ts';
import type { Page } from '../pages/page.ts';
import { remediesInMeshes } from '../pages/remedyInMesh.ts';
import { code, codeCell, table } from './escape.ts';

/** A heading of the second level for each group, one of the third, `### id`, for each page. */
export function markdownPages(pages: readonly Page[]): string {
  const linked = new Set(pages.map(({ id }) => id));
  const groups = [...groupBy(pages, ({ group }) => group)].map(([group, all]) => {
    const title = GROUP_TITLES[group];
    return [`## ${title.charAt(0).toUpperCase()}${title.slice(1)}`, ...all.map((page) => markdownPage(page, linked))].join('\n\n');
  });
  return `${groups.join('\n\n')}\n`;
}

function markdownPage(page: Page, linked: ReadonlySet<string>): string {
  const { id, title, means, why, example, keys = [], see, todo, also = [] } = page;
  const commands = see.map(({ asks, run, look }) => `* ${asks === undefined ? '' : `${asks} `}${code(run)}: ${look}`);
  const inMeshes = page.group === 'claim' ? remediesInMeshes(id) : [];
  return [
    `### ${id}`,
    `**${title.charAt(0).toUpperCase()}${title.slice(1)}.**`,
    means,
    ...(keys.length === 0
      ? []
      : [
          table(
            ['', ''],
            keys.map(({ name, says }) => [codeCell(name), says.replaceAll('|', '\\|')]),
          ),
        ]),
    ...(why === undefined ? [] : [`*Why*: ${why}`]),
    ...(example === undefined ? [] : [['```', ...example, '```'].join('\n')]),
    ...(commands.length === 0 ? [] : [commands.join('\n')]),
    ...(todo === undefined ? [] : [`*What to do*: ${todo}`]),
    ...inMeshes.map(([meshes, text]) => `*With ${meshes}*: ${text}`),
    ...(also.length === 0
      ? []
      : [`See also ${also.map((other) => (linked.has(other) ? `[${other}](#${other.toLowerCase()})` : `\`${other}\``)).join(', ')}.`]),
  ].join('\n\n');
}
