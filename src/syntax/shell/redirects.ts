/** Redirections: what a command reads and where it writes. POSIX shell, section 2.7 */
import type { Redirect, ShellWord } from './ast.ts';
import { expandText } from './expand.ts';
import { type Done, type Machine, type ShellSurroundings, unknownHere } from './machine.ts';
import { newOutput, type Piece, type ShellInput, type ShellOutput } from './values.ts';

export function redirected(
  machine: Machine,
  redirects: readonly Redirect[],
  around: ShellSurroundings,
  run: (inner: ShellSurroundings) => Done,
): Done {
  let { input, output } = around;
  for (const redirect of redirects) {
    const { operator, descriptor } = redirect;
    if (operator.startsWith('<') && (descriptor ?? '0') === '0') input = inputOf(machine, redirect);
    else if (operator === '>&' && (descriptor ?? '1') === '1')
      output = machine.text.slice(redirect.target.start, redirect.target.end) === '1' ? output : undefined;
    else if (operator.includes('>') && ((descriptor ?? '1') === '1' || operator.startsWith('&'))) output = outputOf(machine, redirect);
  }
  return run({ ...around, input, output });
}

function inputOf(machine: Machine, { operator, target, here }: Redirect): ShellInput {
  if (here !== undefined) return hereInput(machine, here.lines);
  const text = expandText(machine, target);
  const unknown = typeof text === 'string' ? undefined : text;
  if (operator === '<<<')
    return {
      pieces: unknown === undefined ? [{ text: `${text}\n`, start: target.start, end: target.end, exact: false }] : [],
      unknown,
      at: 0,
    };
  const file = typeof text === 'string' ? machine.files.get(text) : undefined;
  const missing = unknownHere(machine, target, {
    message: `\`${machine.text.slice(target.start, target.end)}\` is not written in this text`,
    help: 'give the file itself',
  });
  return {
    pieces: file?.pieces ?? [],
    unknown: unknown ?? (text === '/dev/null' ? undefined : file === undefined ? missing : file.unknown),
    at: 0,
  };
}

function hereInput(machine: Machine, lines: readonly ShellWord[]): ShellInput {
  const pieces: Piece[] = [];
  for (const line of lines) {
    const text = expandText(machine, line);
    if (typeof text !== 'string') return { pieces, unknown: text, at: 0 };
    const exact = machine.text.slice(line.start, line.end) === text;
    pieces.push({ text: `${text}\n`, start: line.start, end: line.end, exact });
  }
  return { pieces, at: 0 };
}

function outputOf(machine: Machine, { operator, target }: Redirect): ShellOutput | undefined {
  const name = expandText(machine, target);
  if (typeof name !== 'string' || name.startsWith('/dev/')) return undefined;
  const known = machine.files.get(name);
  if (operator === '>>' && known !== undefined) return known;
  const file = newOutput();
  if (operator === '>>') file.unknown = unknownHere(machine, target);
  machine.files.set(name, file);
  return file;
}
