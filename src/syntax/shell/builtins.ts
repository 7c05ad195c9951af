/** The builtins of a shell that decide what runs and with which values, and the few programs whose output is plain. */

import type { Simple } from './ast.ts';
import { evaluateTest } from './conditions.ts';
import { number, sequence } from './expand.ts';
import { type Done, type Flow, type Machine, type ShellSurroundings, unknownHere } from './machine.ts';
import type { ShellField, ShellInput, ShellOutput, Unknown } from './values.ts';
import { shellText } from './values.ts';
import { unescaped } from './words.ts';

export interface BuiltinCall {
  readonly machine: Machine;
  readonly node: Simple;
  /** after the name */
  readonly args: readonly ShellField[];
  readonly around: ShellSurroundings;
}

interface Builtin {
  readonly run: (call: BuiltinCall) => Done;
  /** its arguments are assignments */
  readonly declares?: true;
}

const fine: Builtin = { run: () => ({ status: true }) };

function flows(kind: Flow['kind']): Builtin {
  return {
    run: ({ machine, args: [first] }) => {
      const value = first === undefined ? undefined : Number(first.text);
      const levels = Math.max(1, value ?? 1);
      if (kind === 'break' || kind === 'continue') return { status: true, flow: { kind, levels } };
      const status = first === undefined ? machine.status : (first.unknown ?? value === 0);
      return { status, flow: { kind } };
    },
  };
}

/** A program whose whole output follows from its arguments. */
function prints(text: (texts: readonly string[], call: BuiltinCall) => string | Unknown | undefined): Builtin {
  return {
    run: (call) => {
      const { machine, args, node, around } = call;
      const unknown = args.find((field) => field.unknown !== undefined || field.arguments === true);
      const made =
        unknown === undefined
          ? text(
              args.map((field) => field.text),
              call,
            )
          : (unknown.unknown ?? unknownHere(machine, unknown));
      if (typeof made === 'string') write(around.output, made, node);
      else if (around.output !== undefined) around.output.unknown = made ?? unknownHere(machine, node);
      return { status: made === undefined && around.decides === true ? unknownHere(machine, node) : true };
    },
  };
}

function write(output: ShellOutput | undefined, text: string, { start, end }: Simple): void {
  output?.pieces.push({ text, start, end, exact: false });
}

function echo(texts: readonly string[], { machine }: BuiltinCall): string {
  const flags = /^-[neE]+$/.test(texts[0] ?? '') ? (texts[0] as string) : '';
  const text = texts.slice(flags === '' ? 0 : 1).join(' ');
  // dash and ash undo backslashes, bash does not
  return `${flags.includes('e') || !machine.braces ? unescaped(text) : text}${flags.includes('n') ? '' : '\n'}`;
}

function printf([format = '', ...values]: readonly string[]): string | undefined {
  if (/%(?![sd%])/.test(format)) return undefined;
  let [out, at] = ['', 0];
  do {
    out += unescaped(format).replaceAll(/%([sd%])/g, (_, letter: string) =>
      letter === '%' ? '%' : (values[at++] ?? (letter === 'd' ? '0' : '')),
    );
  } while (at > 0 && at < values.length);
  return out;
}

function seq(texts: readonly string[]): string | undefined {
  const numbers = texts.map(Number);
  if (numbers.length === 0 || numbers.length > 3 || !numbers.every((value) => Number.isSafeInteger(value))) return undefined;
  const [low, step, high] = numbers.length === 3 ? numbers : numbers.length === 2 ? [numbers[0], 1, numbers[1]] : [1, 1, numbers[0]];
  if (low === undefined || high === undefined || step === undefined || step <= 0 || high < low) return undefined;
  return `${sequence(low, high, step).join('\n')}\n`;
}

function cat({ machine, args, around: { input, output }, node }: BuiltinCall): Done {
  const sources = args
    .filter(({ text }) => text !== '-')
    .map((field): ShellInput | ShellOutput => machine.files.get(field.text) ?? { pieces: [], unknown: unknownHere(machine, node) });
  for (const source of sources.length > 0 ? sources : [input ?? { pieces: [], unknown: unknownHere(machine, node) }]) {
    output?.pieces.push(...source.pieces);
    if (output !== undefined && source.unknown !== undefined) output.unknown ??= source.unknown;
  }
  return { status: true };
}

/** `tr ',' ' '`: one sign for another. */
function tr(texts: readonly string[], { around: { input } }: BuiltinCall): string | Unknown | undefined {
  const [from, to = ''] = texts.map(unescaped);
  if (input === undefined || from === undefined || texts.length !== 2 || [...from].length !== 1 || [...to].length !== 1) return undefined;
  return input.unknown ?? shellText(input).replaceAll(from, () => to);
}

function read({ machine, args, around: { input }, node }: BuiltinCall): Done {
  const names = args.map(({ text }) => text).filter((text) => /^[A-Za-z_]\w*$/.test(text));
  const unknown = input === undefined ? unknownHere(machine, node) : input.unknown;
  if (unknown !== undefined || input === undefined) {
    for (const name of names) machine.variables.set(name, { unknown: unknown ?? unknownHere(machine, node) });
    return { status: unknown ?? unknownHere(machine, node) };
  }
  const text = shellText(input);
  const stop = text.indexOf('\n', input.at);
  const line = text.slice(input.at, stop < 0 ? text.length : stop);
  const done = input.at >= text.length;
  input.at = stop < 0 ? text.length : stop + 1;
  const variable = machine.variables.get('IFS');
  const signs = variable !== undefined && 'value' in variable && typeof variable.value === 'string' ? variable.value : ' \t\n';
  const pieces =
    signs === '' ? [line] : line.trim().split(signs.trim() === '' ? /[ \t]+/ : new RegExp(`[${signs.replaceAll(/[\\\]^-]/g, '\\$&')}]`));
  for (const [at, name] of names.entries()) {
    const value = at < names.length - 1 ? (pieces[at] ?? '') : pieces.slice(at).join(signs[0] ?? '');
    if (!machine.given.has(name)) machine.variables.set(name, { value });
  }
  return { status: !done };
}

function set({ machine, args }: BuiltinCall): Done {
  const stop = args.findIndex(({ text }) => text === '--');
  const options = (stop < 0 ? args : args.slice(0, stop)).map(({ text }) => text);
  for (const [at, option] of options.entries()) {
    if (/^[-+][a-z]*e/.test(option) || (/^[-+]o$/.test(option) && options[at + 1] === 'errexit')) machine.exits = option.startsWith('-');
  }
  const values = stop >= 0 ? args.slice(stop + 1) : /^[-+]/.test(options[0] ?? '-') ? undefined : args;
  if (values !== undefined)
    machine.arguments = {
      values: values.map((field) => field.unknown ?? field.text),
      open: values.some((field) => field.arguments === true),
    };
  return { status: true };
}

function shift({ machine, args: [first] }: BuiltinCall): Done {
  const { values, open } = machine.arguments;
  machine.arguments = { values: values.slice(Number(first?.text ?? 1)), open };
  return { status: open ? true : values.length > 0 };
}

function unset({ machine, args }: BuiltinCall): Done {
  for (const { text } of args) {
    machine.variables.delete(text);
    if (args.some((one) => one.text === '-f')) machine.functions.delete(text);
  }
  return { status: true };
}

/** `command -v iptables`, `which iptables` */
function finds({ machine, args, around: { output }, node }: BuiltinCall): Done {
  const names = args.filter(({ text }) => !text.startsWith('-'));
  const isThere =
    names.length > 0 && names.every(({ text }) => machine.programs.isCall(text) || machine.functions.has(text) || BUILTINS.has(text));
  if (isThere) write(output, `${names.map(({ text }) => (text.includes('/') ? text : `/usr/sbin/${text}`)).join('\n')}\n`, node);
  else if (output !== undefined) output.unknown = unknownHere(machine, node);
  return { status: isThere ? true : unknownHere(machine, node) };
}

function test({ machine, args, node }: BuiltinCall, close: boolean): Done {
  const inside = close && args.at(-1)?.text === ']' ? args.slice(0, -1) : args;
  return { status: evaluateTest(machine, inside, node) };
}

/** Commands from elsewhere: what they set is not known. */
function sourced({ machine, args, node }: BuiltinCall): Done {
  machine.programs.stranger(`\`${args[0]?.text ?? '.'}\` is not read: give the variables that it sets with \`--set\``, node);
  return { status: true };
}

/** Text that runs later, under another name or at the end. */
function keepsText({ machine, args, node }: BuiltinCall): Done {
  const found = args.find(({ text }) => /(?:^|[\s;=&|("'])(?:\/\S*\/)?ip6?tables\b/.test(text));
  const name = machine.text.slice(node.start, node.words[0]?.end);
  const message = `cannot tell when \`iptables\` runs: \`${name}\` is not evaluated`;
  if (found !== undefined)
    machine.report({ kind: 'malformed', message, span: { start: found.start, end: found.end }, help: 'write the calls where they run' });
  return { status: true };
}

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ...[':', 'true', 'cd', 'pushd', 'popd', 'umask', 'ulimit', 'wait', 'shopt', 'times', 'jobs'].map((name) => [name, fine] as const),
  ['alias', { run: keepsText }],
  ['trap', { run: keepsText }],
  ['false', { run: () => ({ status: false }) }],
  ...(['exit', 'return', 'break', 'continue'] as const).map((name) => [name, flows(name)] as const),
  ...['export', 'readonly', 'local', 'declare', 'typeset'].map((name) => [name, { ...fine, declares: true as const }] as const),
  ['echo', prints(echo)],
  ['printf', prints(printf)],
  ['seq', prints(seq)],
  ['tr', prints(tr)],
  [
    'expr',
    prints((texts, { machine }) => {
      const value = number(machine, texts.join(' '));
      return value === undefined ? undefined : `${value}\n`;
    }),
  ],
  [
    'id',
    prints((texts) =>
      texts.includes('-u') || texts.includes('-g')
        ? texts.some((text) => text.includes('n'))
          ? 'root\n'
          : '0\n'
        : texts[0] === '-un'
          ? 'root\n'
          : undefined,
    ),
  ],
  ['whoami', prints(() => 'root\n')],
  ['cat', { run: cat }],
  ['read', { run: read }],
  ['set', { run: set }],
  ['shift', { run: shift }],
  ['unset', { run: unset }],
  ['command', { run: finds }],
  ['which', { run: finds }],
  ['type', { run: finds }],
  ['hash', { run: finds }],
  ['test', { run: (call) => test(call, false) }],
  ['[', { run: (call) => test(call, true) }],
  [
    'let',
    {
      run: ({ machine, args, node }) => {
        const values = args.map(({ text }) => number(machine, text));
        const last = values.at(-1);
        return { status: last === undefined ? unknownHere(machine, node) : last !== 0 };
      },
    },
  ],
  ['source', { run: sourced }],
  ['.', { run: sourced }],
]);
