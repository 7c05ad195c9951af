/** Words of a script to what a program sees. POSIX shell, section 2.6 */
import { calculate } from './arithmetic.ts';
import type { ShellWord, WordPart } from './ast.ts';
import { type Machine, unknownHere } from './machine.ts';
import { lookUp, parameterValue, patternOf } from './parameters.ts';
import { newOutput, type ShellField, type ShellValue, shellText, type Unknown } from './values.ts';

/** Longer texts are not made. */
const MOST_TEXT = 100_000;
const MOST_FIELDS = 2000;

/** Words with their fields split; words in braces are several. */
export function expandFields(machine: Machine, words: readonly ShellWord[]): readonly ShellField[] {
  const fields = words.flatMap((word) => (machine.braces ? inBraces(word) : [word])).flatMap((word) => fieldsOf(machine, word));
  const [first] = words;
  if (fields.length <= MOST_FIELDS || first === undefined) return fields;
  const { start, end } = { start: first.start, end: words.at(-1)?.end ?? first.end };
  return [{ text: '', start, end, unknown: unknownHere(machine, { start, end }, { message: `these are more than ${MOST_FIELDS} words` }) }];
}

/** The text of a word that is not split. */
export function expandText(machine: Machine, word: ShellWord): string | Unknown {
  let text = '';
  for (const part of word.parts) {
    const value = partValue(machine, part);
    if (value === 'arguments')
      return unknownHere(machine, part as WordPart & { readonly kind: 'parameter' }, { help: 'give it with `--set 1=VALUE`' });
    if ('unknown' in value) return value.unknown;
    text += typeof value.value === 'string' ? value.value : value.value.join(' ');
  }
  return text.length > MOST_TEXT ? unknownHere(machine, word, { message: 'this text is too long to be evaluated' }) : text;
}

export function expandPattern(machine: Machine, word: ShellWord): string | Unknown {
  return patternOf(word, (part) => expandText(machine, part));
}

type PartValue = { readonly value: ShellValue } | { readonly unknown: Unknown } | 'arguments';

function partValue(machine: Machine, part: WordPart): PartValue {
  switch (part.kind) {
    case 'text':
      return { value: part.text };
    case 'parameter':
      return parameterValue(machine, part, (word) => expandText(machine, word));
    case 'arithmetic': {
      const value = number(machine, part.text);
      return value === undefined ? { unknown: unknownHere(machine, part) } : { value: String(value) };
    }
    case 'command':
      return substituted(machine, part);
  }
}

/** The value of an arithmetic expression, which may set variables. */
export function number(machine: Machine, text: string): number | undefined {
  const get = (name: string): string | undefined => {
    const value = lookUp(machine, name);
    return typeof value === 'object' && 'value' in value && typeof value.value === 'string' ? value.value : undefined;
  };
  const plain = text.replaceAll(/\$(\d|#)/g, (_, name: string) => get(name) ?? '?');
  return calculate(plain, { get, set: (name, value) => machine.given.has(name) || machine.variables.set(name, { value }) });
}

/** What `$(...)` prints. It runs by itself: its variables are forgotten. */
function substituted(machine: Machine, part: WordPart & { readonly kind: 'command' }): PartValue {
  const output = newOutput();
  inSubshell(machine, () => {
    for (const node of part.list) {
      const { flow, status } = machine.run(machine, node, { output, asked: true });
      machine.status = status;
      if (flow !== undefined) break;
    }
  });
  if (output.unknown !== undefined)
    return { unknown: unknownHere(machine, part, output.unknown.message === undefined ? {} : output.unknown) };
  return { value: shellText(output).replace(/\n+$/, '') };
}

/** Runs something whose variables, functions and arguments do not outlive it. */
export function inSubshell<T>(machine: Machine, run: () => T): T {
  const { variables, functions, arguments: before, exits } = machine;
  machine.variables = new Map(variables);
  machine.functions = new Map(functions);
  const result = run();
  Object.assign(machine, { variables, functions, arguments: before, exits });
  return result;
}

function fieldsOf(machine: Machine, word: ShellWord): readonly ShellField[] {
  const { start, end } = word;
  const fields: ShellField[] = [];
  let text: string | undefined;
  let unknown: Unknown | undefined;
  const finish = (): void => {
    if (text !== undefined || unknown !== undefined) fields.push({ text: text ?? '', start, end, ...(unknown && { unknown }) });
    text = unknown = undefined;
  };
  for (const part of word.parts) {
    const value = partValue(machine, part);
    if (value === 'arguments') {
      if (word.parts.every((other) => other === part || (other.kind === 'text' && other.text === '')))
        return [{ text: '', start, end, arguments: true }];
      unknown = unknownHere(machine, part as WordPart & { readonly kind: 'parameter' }, { help: 'give it with `--set 1=VALUE`' });
    } else if ('unknown' in value) unknown ??= value.unknown;
    else {
      const pieces = typeof value.value === 'string' ? [value.value] : value.value;
      const whole = part.quoted || part.kind === 'text';
      if (typeof value.value !== 'string' && part.quoted && pieces.length === 0 && text === '') text = undefined;
      for (const [at, piece] of pieces.entries()) {
        if (at > 0) finish();
        if (whole) text = (text ?? '') + piece;
        else {
          const [first, ...others] = split(machine, piece);
          if (first !== undefined && first !== '') text = (text ?? '') + first;
          for (const other of others) {
            finish();
            if (other !== '') text = other;
          }
        }
      }
    }
  }
  finish();
  return fields;
}

/** At the signs of `$IFS`: blanks at either end leave an empty piece there. */
function split(machine: Machine, text: string): readonly string[] {
  const value = lookUp(machine, 'IFS');
  const signs = typeof value === 'object' && 'value' in value && typeof value.value === 'string' ? value.value : ' \t\n';
  if (signs === '') return [text];
  const blanks = [...signs].filter((sign) => /\s/.test(sign)).join('');
  const inClass = (some: string): string => some.replaceAll(/[\\\]^-]/g, '\\$&');
  const others = [...signs].filter((sign) => !/\s/.test(sign)).join('');
  const blank = blanks === '' ? '' : `[${inClass(blanks)}]`;
  const at = [others === '' ? '' : `${blank && `${blank}*`}[${inClass(others)}]${blank && `${blank}*`}`, blank && `${blank}+`]
    .filter((one) => one !== '')
    .join('|');
  return text.split(new RegExp(at));
}

const BRACES = /^([^{}]*)\{([^{},]*(?:,[^{},]*)+|(-?\d{1,6})\.\.(-?\d{1,6}))\}([\s\S]*)$/;

/** `a{b,c}` and `{1..3}`, where they stand in plain text. bash(1), Brace Expansion */
function inBraces(word: ShellWord): readonly ShellWord[] {
  for (const [index, part] of word.parts.entries()) {
    const found = part.kind === 'text' && !part.quoted ? BRACES.exec(part.text) : null;
    if (found === null) continue;
    const [, before = '', inside = '', low, high, after = ''] = found;
    const choices = low === undefined || high === undefined ? inside.split(',') : sequence(Number(low), Number(high));
    const made: ShellWord[] = [];
    for (const choice of choices) {
      if (made.length > MOST_FIELDS) break;
      const text = `${before}${choice}${after}`;
      made.push(...inBraces({ ...word, parts: word.parts.with(index, { kind: 'text', text, quoted: false }) }));
    }
    return made;
  }
  return [word];
}

export function sequence(low: number, high: number, step = 1): readonly string[] {
  const count = Math.min(MOST_FIELDS + 1, Math.floor(Math.abs(high - low) / step) + 1);
  return Array.from({ length: count }, (_, at) => String(low <= high ? low + at * step : low - at * step));
}
