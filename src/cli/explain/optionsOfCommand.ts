/** All options of a command, with what each says: what the help of one screen leaves to the page. */
import { paragraph } from '../../lib/layout.ts';
import type { Page } from '../../report/pages/page.ts';
import type { PageStyle } from '../../report/pages/render.ts';
import type { Command, NamedList } from '../argv/command.ts';

/** Empty: the page is of no command. It starts with an empty line. */
export function optionsOfCommand(id: string, commands: readonly Command[], style: PageStyle): string {
  const command = commands.find(({ name }) => name === id);
  if (command === undefined || command.options.length === 0) return '';
  return listsOf(command)
    .map((list) => `\n\n${named(list, style)}`)
    .join('');
}

/** The pages of commands with their options among the keys, to be searched. */
export function withOptions(pages: readonly Page[], commands: readonly Command[]): readonly Page[] {
  return pages.map((page) => {
    const command = page.group === 'command' ? commands.find(({ name }) => name === page.id) : undefined;
    if (command === undefined) return page;
    const options = command.options.map(({ flags, says }) => ({ name: flags, says }));
    return { ...page, keys: [...(page.keys ?? []), ...options] };
  });
}

function listsOf({ options, lists = [] }: Command): readonly NamedList[] {
  const entries = options.map(({ flags, says, choices = [], repeatable }) => {
    const values = choices.length === 0 ? says : `${says}: ${choices.join(', ')}`;
    return [flags, repeatable === true ? `${values}; may be repeated` : values] as const;
  });
  return [{ title: 'all options', entries }, ...lists];
}

function named({ title, entries }: NamedList, { paint, width }: PageStyle): string {
  const lines = entries.map(([name, says]) => {
    const text = paragraph({ text: says, width: width - COLUMN, hang: 0 }).replaceAll('\n', `\n${' '.repeat(COLUMN)}`);
    return name.length + 4 > COLUMN ? `  ${name}\n${' '.repeat(COLUMN)}${text}` : `  ${name}`.padEnd(COLUMN) + text;
  });
  return [paint.bold(title), ...lines].join('\n');
}

const COLUMN = 28;
