/** Words of a logical shell line: quotes, escapes and variables undone, commands kept apart. POSIX shell, sections 2.2 to 2.4 */
import type { Word } from './ast.ts';
import { captures } from './generated/iptablesSave.ts';
import type { State } from './recogniser.ts';
import type { Report } from './report.ts';

/** One command of a line, and what stands before it. */
export interface ShellCommand {
  readonly after: '' | ';' | '&&' | '||' | '|' | '&';
  readonly words: readonly Word[];
  /** a variable has no value: the words are not what the shell would see */
  readonly incomplete: boolean;
  readonly redirected: boolean;
}

/** Where variables get their values. */
export interface Variables {
  readonly values: ReadonlyMap<string, string>;
  readonly report: Report;
}

/** Commands among the captures of a recognised `shell` line. */
export function shellCommands(s: State, variables: Variables): ShellCommand[] {
  const commands: ShellCommand[] = [];
  const { events, text } = s;
  let words: Word[] = [];
  let after: ShellCommand['after'] = '';
  let incomplete = false;
  let redirected = false;
  const finish = (): void => {
    if (words.length > 0) commands.push({ after, words, incomplete, redirected });
    words = [];
    incomplete = redirected = false;
  };
  for (let at = 0; at < s.top; at += 3) {
    const end = events[at + 2] as number;
    if (events[at] === captures.separator) {
      finish();
      after = text.slice(events[at + 1], end) as ShellCommand['after'];
    } else if (events[at] === captures.redirect) {
      redirected = true;
      while (at + 3 < s.top && (events[at + 4] as number) < end) at += 3;
    } else if (events[at] === captures.shellWord) {
      const expanded = expand(s, at, variables);
      incomplete ||= expanded === undefined;
      words.push({ text: expanded ?? '', quoted: false, start: events[at + 1] as number, end });
      while (at + 3 < s.top && (events[at + 4] as number) < end) at += 3;
    }
  }
  finish();
  return commands;
}

/** Text of the word captured at `word`; nothing when a variable in it has no value. */
function expand(s: State, word: number, { values, report }: Variables): string | undefined {
  const { events, text } = s;
  const end = events[word + 2] as number;
  let out = '';
  let from = events[word + 1] as number;
  let missing = false;
  /** skips the inside of what `at` captured */
  for (let at = word + 3; at < s.top && (events[at + 1] as number) < end; at += 3) {
    const start = events[at + 1] as number;
    const stop = events[at + 2] as number;
    switch (events[at]) {
      case captures.shellSingle:
        out += text.slice(from, start) + text.slice(start + 1, stop - 1);
        from = stop;
        break;
      case captures.shellDouble: {
        out += text.slice(from, start);
        const inner = expandDouble(s, at, { values, report });
        missing ||= inner === undefined;
        out += inner ?? '';
        from = stop;
        while (at + 3 < s.top && (events[at + 4] as number) < stop) at += 3;
        break;
      }
      case captures.shellEscape:
        out += text.slice(from, start) + text.slice(start + 1, stop);
        from = stop;
        break;
      case captures.continuation:
        out += text.slice(from, start);
        from = stop;
        break;
      case captures.variable: {
        const value = variableAt(s, at, { values, report });
        missing ||= value === undefined;
        out += text.slice(from, start) + (value ?? '');
        from = stop;
        at += 3;
        break;
      }
    }
  }
  return missing ? undefined : out + text.slice(from, end);
}

function expandDouble(s: State, double: number, variables: Variables): string | undefined {
  const { events, text } = s;
  const end = (events[double + 2] as number) - 1;
  let out = '';
  let from = (events[double + 1] as number) + 1;
  let missing = false;
  for (let at = double + 3; at < s.top && (events[at + 1] as number) < end; at += 3) {
    const start = events[at + 1] as number;
    const stop = events[at + 2] as number;
    out += text.slice(from, start);
    from = stop;
    if (events[at] === captures.doubleEscape) out += /["\\$`]/.test(text[start + 1] as string) ? text[start + 1] : text.slice(start, stop);
    else if (events[at] === captures.variable) {
      const value = variableAt(s, at, variables);
      missing ||= value === undefined;
      out += value ?? '';
      at += 3;
    }
  }
  return missing ? undefined : out + text.slice(from, end);
}

function variableAt(s: State, at: number, { values, report }: Variables): string | undefined {
  const name = s.text.slice(s.events[at + 4], s.events[at + 5]);
  const value = values.get(name);
  if (value === undefined) {
    const span = { start: s.events[at + 1] as number, end: s.events[at + 2] as number };
    report({ kind: 'malformed', message: `variable \`$${name}\` has no value here`, span, help: `give it with \`--set ${name}=VALUE\`` });
  }
  return value;
}
