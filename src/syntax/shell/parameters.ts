/** Values of variables and arguments, and what `${NAME:-...}` makes of them. POSIX shell, section 2.6.2 */
import type { Edit, ShellWord, WordPart } from './ast.ts';
import { type Machine, unknownHere } from './machine.ts';
import { literally, trimmed } from './patterns.ts';
import { isUnknown, type ShellValue, type Unknown } from './values.ts';

type Parameter = WordPart & { readonly kind: 'parameter' };

/** `arguments`: those of the script, which are not given. */
export type Value = { readonly value: ShellValue } | { readonly unknown: Unknown } | 'unset' | 'arguments';

/** What the shell and its surroundings set: the programs that change rules run as root alone. */
const AMBIENT: Readonly<Record<string, string>> = { EUID: '0', UID: '0', USER: 'root', LOGNAME: 'root', HOME: '/root', IFS: ' \t\n' };

export function lookUp(machine: Machine, name: string): Value {
  const [, base = name, index] = /^(\w+)\[([@*\d]+)\]$/.exec(name) ?? [];
  if (/^\d+$/.test(name)) return argument(machine, Number(name));
  switch (name) {
    case '@':
    case '*':
      return allArguments(machine);
    case '#':
      return machine.arguments.open ? 'arguments' : { value: String(machine.arguments.values.length) };
    case '?':
      return isUnknown(machine.status) ? { unknown: machine.status } : { value: machine.status ? '0' : '1' };
  }
  const given = machine.given.get(base);
  const known = given === undefined ? machine.variables.get(base) : { value: given };
  if (known === undefined) return AMBIENT[base] === undefined ? 'unset' : { value: AMBIENT[base] };
  if ('unknown' in known) return known;
  if (index === '@' || index === '*') return { value: typeof known.value === 'string' ? [known.value] : known.value };
  if (typeof known.value === 'string') return index === undefined || index === '0' ? known : 'unset';
  const item = known.value[Number(index ?? 0)];
  return item === undefined ? 'unset' : { value: item };
}

function argument({ arguments: { values } }: Machine, number: number): Value {
  if (number === 0) return { value: 'sh' };
  const value = values[number - 1];
  return value === undefined ? 'unset' : typeof value === 'string' ? { value } : { unknown: value };
}

function allArguments({ arguments: { values, open } }: Machine): Value {
  if (open && values.length === 0) return 'arguments';
  const unknown = values.find((value) => typeof value !== 'string');
  return unknown === undefined ? { value: values.filter((value) => typeof value === 'string') } : { unknown };
}

/** The value of `part` in the script; `expand` gives the text of the words inside. */
export function parameterValue(
  machine: Machine,
  part: Parameter,
  expand: (word: ShellWord) => string | Unknown,
): { readonly value: ShellValue } | { readonly unknown: Unknown } | 'arguments' {
  const value = lookUp(machine, part.name);
  if (part.edit !== undefined) return edited(machine, { part, edit: part.edit, value }, expand);
  if (typeof value === 'object' && 'unknown' in value) return { unknown: because(machine, part, value.unknown) };
  if (value !== 'unset') return value === 'arguments' && part.name === '#' ? { unknown: noValue(machine, part) } : value;
  const bare = part.name.replace(/\[.*/, '');
  return machine.arguments.open || !/^\d+$/.test(bare) ? { unknown: noValue(machine, part) } : { value: '' };
}

function noValue(machine: Machine, part: Parameter): Unknown {
  const name = part.name.replace(/\[.*/, '');
  const message = `variable \`$${name}\` has no value here`;
  const option = /^[@*#]$/.test(name) ? '1' : name;
  return unknownHere(machine, part, { what: `$${name}`, message, help: `give it with \`--set ${option}=VALUE\`` });
}

/** The variable was set, but it is not known to what. */
function because(machine: Machine, part: Parameter, why: Unknown): Unknown {
  const { message = '', ...unknown } = noValue(machine, part);
  const known = why.message !== undefined && why.what === unknown.what;
  return { ...unknown, message: known ? why.message : `${message}: \`${why.what}\` is not known` };
}

interface Edited {
  readonly part: Parameter;
  readonly edit: Edit;
  readonly value: Value;
}

function edited(
  machine: Machine,
  { part, edit: { operator, word }, value }: Edited,
  expand: (word: ShellWord) => string | Unknown,
): { readonly value: ShellValue } | { readonly unknown: Unknown } {
  if (typeof value === 'object' && 'unknown' in value) return { unknown: because(machine, part, value.unknown) };
  if (value === 'arguments' || operator === 'other') return { unknown: unknownHere(machine, part) };
  const text = value === 'unset' ? undefined : value.value;
  const isThere = text !== undefined && (operator[0] !== ':' || text.length > 0);
  const other = (): { readonly value: ShellValue } | { readonly unknown: Unknown } => {
    const made = expand(word);
    return typeof made === 'string' ? { value: made } : { unknown: made };
  };
  switch (operator.at(-1)) {
    case '-':
      return isThere ? { value: text } : other();
    case '=': {
      const made = isThere ? { value: text } : other();
      if (!isThere && !machine.given.has(part.name)) machine.variables.set(part.name, made);
      return made;
    }
    case '+':
      return isThere ? other() : { value: '' };
    case '?':
      return isThere ? { value: text } : { unknown: noValue(machine, part) };
  }
  if (text === undefined) return { unknown: noValue(machine, part) };
  if (operator === 'length') return { value: String(text.length) };
  const pattern = patternOf(word, expand);
  if (typeof pattern !== 'string') return { unknown: pattern };
  return { value: typeof text === 'string' ? trimmed(text, operator, pattern) : text.map((one) => trimmed(one, operator, pattern)) };
}

/** The word as a pattern: what is quoted stands for itself. */
export function patternOf(word: ShellWord, expand: (word: ShellWord) => string | Unknown): string | Unknown {
  let pattern = '';
  for (const part of word.parts) {
    const text = expand({ parts: [part], start: word.start, end: word.end });
    if (typeof text !== 'string') return text;
    pattern += part.quoted ? literally(text) : text;
  }
  return pattern;
}
