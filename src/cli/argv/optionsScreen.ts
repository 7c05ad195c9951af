/** `chainwalk help options`: what the options of many commands do, and what the exit codes say. */
import { paragraph } from '../../lib/layout.ts';
import { ENVIRONMENT, EXIT_CODES } from './about.ts';
import { COMMON_OPTIONS, type Command, type CommandOption } from './command.ts';

export function optionsScreen(commands: readonly Command[]): string {
  const groups = Object.entries(COMMON_OPTIONS).map(([group, title]) => {
    const options = commands.flatMap((command) => command.options.filter(({ common }) => common === group));
    // a command may say the same in words of its own
    const firsts = options.filter((option, index) => options.findIndex(({ flags }) => flags === option.flags) === index);
    return `${title.charAt(0).toUpperCase()}${title.slice(1)}:\n${firsts.map(optionLine).join('\n')}`;
  });
  const codes = EXIT_CODES.map(([code, says]) => line(String(code), says, 5));
  const environment = ENVIRONMENT.map(([name, says]) => line(name, says, COLUMN));
  return `${[...groups, `Exit codes:\n${codes.join('\n')}`, `Environment:\n${environment.join('\n')}`].join('\n\n')}\n`;
}

const COLUMN = 28;

function optionLine({ flags, says, choices = [], repeatable }: CommandOption): string {
  const values = choices.length === 0 ? says : `${says}: ${choices.join(', ')}`;
  return line(flags, repeatable === true ? `${values}; may be repeated` : values, COLUMN);
}

function line(name: string, says: string, column: number): string {
  const text = paragraph({ text: says, width: 80 - column, hang: 0 }).replaceAll('\n', `\n${' '.repeat(column)}`);
  return name.length + 4 > column ? `  ${name}\n${' '.repeat(column)}${text}` : `  ${name}`.padEnd(column) + text;
}
