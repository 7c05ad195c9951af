/** One simple command: a function, a program that reads or writes rules, a builtin, or something that is not carried out. */

import type { ShellAssignment, Simple } from './ast.ts';
import { BUILTINS } from './builtins.ts';
import { TALKS } from './effects.ts';
import { calledElsewhere, isSamePlace } from './elsewhere.ts';
import { expandFields, expandText } from './expand.ts';
import { type Done, type FunctionState, type Machine, reportUnknown, type ShellSurroundings, unknownHere } from './machine.ts';
import { redirected } from './redirects.ts';
import type { ShellField, Status, Variable } from './values.ts';

const MOST_CALLS = 50;

export function runSimple(machine: Machine, node: Simple, around: ShellSurroundings): Done {
  return redirected(machine, node.redirects, around, (inner) => {
    if (node.words.length === 0) return { status: assignAll(machine, node.assignments) };
    const fields = expandFields(machine, node.words);
    const [first] = fields;
    if (first !== undefined && BUILTINS.get(first.text)?.declares === true) return declare(machine, node, fields);
    assignAll(machine, node.assignments);
    return first === undefined ? { status: true } : dispatch(machine, { node, fields, plain: false }, inner);
  });
}

function assignAll(machine: Machine, assignments: readonly ShellAssignment[]): Status {
  machine.status = true;
  for (const assignment of assignments) {
    const value = assigned(machine, assignment);
    if (!machine.given.has(assignment.name)) machine.variables.set(assignment.name, value);
  }
  return machine.status;
}

function assigned(machine: Machine, { name, append, value }: ShellAssignment): Variable {
  const before = append ? machine.variables.get(name) : undefined;
  if (before !== undefined && 'unknown' in before) return before;
  if (!('parts' in value)) {
    const fields = expandFields(machine, value);
    const unknown = fields.find((field) => field.unknown !== undefined)?.unknown;
    return unknown === undefined ? { value: [...(before?.value ?? []), ...fields.map(({ text }) => text)] } : { unknown };
  }
  const text = expandText(machine, value);
  return typeof text === 'string' ? { value: `${before?.value ?? ''}${text}` } : { unknown: text };
}

/** `local`, `export` and their like. */
function declare(machine: Machine, { assignments }: Simple, [first, ...names]: readonly ShellField[]): Done {
  const hidden = machine.locals[0];
  const isLocal = first?.text === 'local' || ((first?.text === 'declare' || first?.text === 'typeset') && hidden !== undefined);
  for (const name of [...assignments.map((one) => one.name), ...names.map(({ text }) => text).filter((text) => /^\w+$/.test(text))])
    if (isLocal && hidden !== undefined && !hidden.has(name)) hidden.set(name, machine.variables.get(name));
  assignAll(machine, assignments);
  return { status: true };
}

interface Call {
  readonly node: Simple;
  readonly fields: readonly ShellField[];
  /** after `command`: not a function */
  readonly plain: boolean;
}

/** What may come before a program, with its options that take a value. */
const PREFIXES: Readonly<Record<string, string>> = {
  sudo: 'ugpCrth',
  doas: 'uC',
  exec: 'a',
  command: '',
  builtin: '',
  env: 'uC',
  nohup: '',
  nice: 'n',
  ionice: 'cn',
  stdbuf: 'ioe',
  timeout: 'ks',
};

export function dispatch(machine: Machine, call: Call, around: ShellSurroundings): Done {
  const { node, fields, plain } = call;
  const [first, ...rest] = fields;
  if (first === undefined) return { status: true };
  if (first.unknown !== undefined || first.arguments === true) return unknownProgram(machine, call, first);
  const name = first.text;
  const asks = name === 'command' && /^-[vV]$/.test(rest[0]?.text ?? '');
  const known = plain ? undefined : machine.functions.get(name);
  if (known !== undefined) return callFunction(machine, known, { fields: rest, around, node });
  if (PREFIXES[name] !== undefined && !asks && rest.length > 0) return behindPrefix(machine, call, around);
  if (/^(?:\++|\$)$/.test(name) && rest.length > 0) return dispatch(machine, { ...call, fields: rest }, around);
  const builtin = BUILTINS.get(name);
  if (builtin !== undefined) return builtin.run({ machine, node, args: rest, around });
  if (/(?:^|\/)ip6?tables(?:-nft|-legacy)?-restore$/.test(name)) {
    if (!isSamePlace(machine, around.place ?? '', first)) return { status: true };
    const status = machine.programs.restore({ program: name, words: rest, input: around.input, line: node });
    return { status };
  }
  if (machine.programs.isCall(name)) {
    if (!isSamePlace(machine, around.place ?? '', first)) return { status: true };
    if (around.output !== undefined) around.output.unknown = unknownHere(machine, node);
    return { status: /-save$/.test(name) ? true : machine.programs.call(fields, node, around.input) };
  }
  const elsewhere = calledElsewhere(fields);
  if (elsewhere !== undefined)
    return dispatch(machine, { ...call, fields: elsewhere.fields, plain: true }, { ...around, place: elsewhere.place });
  if (machine.programs.host(fields, around.input)) {
    if (around.output !== undefined) around.output.unknown = unknownHere(machine, node);
    return { status: around.decides === true ? unknownHere(machine, node) : true };
  }
  return { status: stranger(machine, call, around) };
}

function behindPrefix(machine: Machine, call: Call, around: ShellSurroundings): Done {
  const [first, ...rest] = call.fields;
  const name = first?.text ?? '';
  const valued = PREFIXES[name] ?? '';
  let at = 0;
  for (; at < rest.length && /^-/.test(rest[at]?.text ?? ''); at++)
    if (valued.includes(rest[at]?.text[1] ?? '-') && rest[at]?.text.length === 2) at++;
  if (name === 'timeout') at++;
  if (name === 'env' || name === 'sudo') while (/^\w+=/.test(rest[at]?.text ?? '')) at++;
  const done = dispatch(machine, { ...call, fields: rest.slice(at), plain: true }, around);
  return name === 'exec' && rest.length > at ? { ...done, flow: { kind: 'exit' } } : done;
}

/** `$TOOL -A INPUT ...` with an unknown `$TOOL`. */
function unknownProgram(machine: Machine, { node, fields }: Call, first: ShellField): Done {
  const unknown = first.unknown ?? unknownHere(machine, first, { help: 'give it with `--set 1=VALUE`' });
  if (fields.some(({ text }) => /^(?:-[A-Zt]|--(?:append|insert|table|flush|delete|policy))$/.test(text)))
    reportUnknown(machine, unknown, first);
  else machine.programs.stranger(`\`${unknown.what}\` is not known and is not carried out`, first);
  return { status: unknownHere(machine, node) };
}

interface FunctionCall {
  readonly fields: readonly ShellField[];
  readonly around: ShellSurroundings;
  readonly node: Simple;
}

function callFunction(machine: Machine, state: FunctionState, { fields, around, node }: FunctionCall): Done {
  state.called = true;
  if (state.unknown !== undefined) {
    const message = `cannot tell what \`${state.name}\` does: \`${state.unknown.what}\` is not known`;
    reportUnknown(machine, { ...state.unknown, message, help: 'write the definition that runs without the condition' }, node);
    return { status: state.unknown };
  }
  if (machine.depth >= MOST_CALLS) {
    machine.report({
      kind: 'malformed',
      code: 'script-not-evaluated',
      message: `\`${state.name}\` calls itself too often`,
      span: { start: node.start, end: node.end },
    });
    return { status: true, flow: { kind: 'exit' } };
  }
  const { arguments: before } = machine;
  const open = fields.some((field) => field.arguments === true);
  machine.arguments = { values: fields.filter((field) => field.arguments !== true).map((field) => field.unknown ?? field.text), open };
  const hidden = new Map<string, Variable | undefined>();
  machine.locals.unshift(hidden);
  machine.depth++;
  const done = machine.run(machine, state.body, around);
  machine.depth--;
  machine.locals.shift();
  for (const [name, value] of hidden) {
    if (value === undefined) machine.variables.delete(name);
    else machine.variables.set(name, value);
  }
  machine.arguments = before;
  return done.flow?.kind === 'return' ? { status: done.status } : done;
}

/** A line that calls iptables, in text that another shell may run. */
const CALLS = /(?:^|[\s;&|("'])(?:\/\S*\/)?ip6?tables(?:-\w+)*[ \t]+-/;

/** Programs that answer a question: what they say is not known. The others are assumed to do what they are told. */
const ASKS = new Set([
  ...['grep', 'egrep', 'fgrep', 'pgrep', 'pidof', 'ping', 'ping6', 'curl', 'wget', 'nc', 'diff', 'cmp'],
  ...['lsmod', 'dpkg', 'rpm', 'which', 'type', 'getent'],
  ...['systemctl', 'service', 'stat', 'find', 'host', 'dig', 'nslookup', 'hash', 'uname', 'awk', 'sed', 'ipcalc', 'uci', 'jq'],
]);

/** Wherever iptables-save runs, it changes none. */
function mayChangeRules({ programs }: Machine, text: string): boolean {
  return (programs.isCall(text) && !text.endsWith('-save')) || /(?:^|[\s;&|(])ip6?tables(?:-\w+)?[ \t]+-/.test(text);
}

function stranger(machine: Machine, { node, fields }: Call, { input, output, decides }: ShellSurroundings): Status {
  const [first] = fields;
  const name = first?.text ?? '';
  const fed = input?.pieces.find(({ text }) => CALLS.test(text));
  const hidden = fed !== undefined ? { ...fed, text: 'iptables' } : fields.find(({ text }) => mayChangeRules(machine, text));
  const base = name.slice(name.lastIndexOf('/') + 1);
  if (output !== undefined) output.unknown = unknownHere(machine, node);
  if (first !== undefined && hidden !== undefined && hidden !== first && !TALKS.has(base)) {
    const message = `cannot tell whether \`${hidden.text.length > 40 ? 'iptables' : hidden.text}\` runs here: \`${name}\` is not evaluated`;
    machine.report({
      kind: 'malformed',
      code: 'script-not-evaluated',
      message,
      span: { start: hidden.start, end: hidden.end },
      help: 'write the call on a line of its own',
    });
  } else if (first !== undefined && /(?:^|\/)ip6?tables-apply$/.test(name)) {
    machine.report({
      kind: 'malformed',
      code: 'script-not-evaluated',
      message: `\`${name}\` is not evaluated`,
      span: { start: first.start, end: first.end },
      help: 'use `iptables-restore`',
    });
  } else if (first !== undefined && output === undefined && !QUIET.has(base)) {
    machine.programs.stranger(`\`${name}\` is not a call of iptables and is not carried out`, first);
  }
  const asked = decides === true || ASKS.has(base) || (base === 'ip' && fields.some(({ text }) => /^(?:show|list|ls|get)$/.test(text)));
  return asked ? unknownHere(machine, node) : true;
}

/** They cannot be mistaken for something that changes rules. */
const QUIET = new Set([
  'sleep',
  'logger',
  'date',
  'clear',
  'tput',
  'sync',
  'ls',
  'mkdir',
  'touch',
  'chmod',
  'tee',
  'grep',
  'uname',
  'which',
]);
