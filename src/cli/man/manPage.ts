/** The manual from the same data as the help. */

import { PAGES } from '../../report/generated/pages.ts';
import type { Page } from '../../report/pages/page.ts';
import { DESCRIPTION, ENVIRONMENT, EXAMPLES, EXIT_CODES, TITLE } from '../argv/about.ts';
import type { ArgSpec, Command, CommandOption, Example } from '../argv/command.ts';
import { escaped, example, item, macro, roffProse } from './roff.ts';

export interface ManPage {
  readonly version: string;
  /** `2026-11-21` */
  readonly date: string;
  readonly commands: readonly Command[];
  /** programs of their own, on the same page */
  readonly others: readonly Command[];
}

export function manPage({ version, date, commands, others }: ManPage): string {
  const named = [
    ...commands.map((command) => ({ name: `chainwalk ${command.name}`, command })),
    ...others.map((command) => ({ name: command.name, command })),
  ];
  const lines = [
    `.TH CHAINWALK 1 "${date}" "chainwalk ${version}" "User Commands"`,
    // no word is broken, and no blank stretched: options would be hard to read
    '.nr HY 0',
    '.ad l',
    macro('SH', 'NAME'),
    `chainwalk \\- ${escaped(TITLE)}`,
    macro('SH', 'SYNOPSIS'),
    named.map(({ name, command }) => synopsis(name, command)).join('\n.br\n'),
    macro('SH', 'DESCRIPTION'),
    DESCRIPTION.map(roffProse).join('\n.PP\n'),
    macro('SH', 'INPUT'),
    ...PAGES.filter(isNotation).flatMap(described),
    macro('SH', 'COMMANDS'),
    ...named.flatMap(({ name, command }) => section(name, command)),
    macro('SH', 'EXIT STATUS'),
    ...EXIT_CODES.map(([code, says]) => item(String(code), says)),
    macro('SH', 'ENVIRONMENT'),
    ...ENVIRONMENT.map(([name, says]) => item(name, says)),
    macro('SH', 'FILES'),
    ...PAGES.filter((page) => page.group === 'file' && !isNotation(page)).flatMap(described),
    macro('SH', 'EXAMPLES'),
    // a section starts a paragraph of its own
    ...EXAMPLES.flatMap(shown).slice(1),
    macro('SH', 'SEE ALSO'),
    ['iptables\\-save', 'ip6tables\\-save', 'iptables\\-restore', 'ip\\-rule'].map((name) => `.BR ${name} (8)`).join(' ,\n'),
  ];
  return `${lines.join('\n')}\n`;
}

function synopsis(name: string, { args }: Command): string {
  return [`\\fB${escaped(name)}\\fR`, '[\\fIoptions\\fR]', ...args.map((arg) => escaped(arg.name))].join(' ');
}

function section(name: string, command: Command): readonly string[] {
  const { summary, about, args, options, examples, lists = [], notes } = command;
  return [
    macro('SS', name),
    roffProse(
      [`${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}${/[?.!]$/.test(summary) ? '' : '.'}`, about ?? ''].join(' ').trim(),
    ),
    ...args.map((arg) => item(arg.name.replaceAll(/[<>[\].]/g, ''), withChoices(arg))),
    ...options.map((option) => item(option.flags, withChoices(option))),
    ...lists.flatMap(({ title, entries }) => ['.PP', `${roffProse(title)}:`, ...entries.map(([term, says]) => item(term, says))]),
    ...(notes === undefined ? [] : [example(notes.trim())]),
    ...examples.flatMap(shown),
  ];
}

function withChoices({ says, choices = [] }: ArgSpec | CommandOption): string {
  return choices.length === 0 ? says : `${says}: ${choices.join(', ')}`;
}

/** Of a text that commands take, not of a file that they look for. */
function isNotation({ id, group }: Page): boolean {
  return group === 'file' && ['rules', 'packet', 'host'].includes(id);
}

/** A page of `explain`, without its advice. */
function described({ id, means, keys = [], example: lines = [] }: Page): readonly string[] {
  const below = [...keys.map(({ name, says }) => item(name, says)), ...(lines.length === 0 ? [] : [example(lines.join('\n'))])];
  return [item(id, means), ...(below.length === 0 ? [] : ['.RS', ...below, '.RE'])];
}

function shown({ says, line }: Example): readonly string[] {
  return ['.PP', `${roffProse(says)}:`.replace('?:', '?'), example(line)];
}
