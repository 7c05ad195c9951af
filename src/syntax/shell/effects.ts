/** What commands would do if they ran: asked of those of which it is not known whether they run. */
import type { ShellNode, ShellWord } from './ast.ts';
import { literal } from './cursor.ts';
import type { Machine } from './machine.ts';
import { lookUp } from './parameters.ts';

export interface Effects {
  /** some of it may read or write rules */
  calls: boolean;
  /** `exit`, `return`, `break`, `continue` */
  readonly ends: boolean;
  /** reads commands from another file */
  readonly sources: boolean;
  readonly variables: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
}

interface Gathering {
  readonly machine: Machine;
  calls: boolean;
  ends: boolean;
  sources: boolean;
  readonly variables: Set<string>;
  readonly functions: Set<string>;
  /** functions whose bodies were looked at */
  readonly seen: Set<string>;
}

const ENDS = new Set(['exit', 'return', 'break', 'continue', 'exec']);
const SETS = new Set(['export', 'readonly', 'local', 'declare', 'typeset', 'read', 'unset', 'getopts', 'let', 'shift', 'set']);

export function effectsOf(machine: Machine, nodes: readonly ShellNode[]): Effects {
  const gathering: Gathering = {
    machine,
    calls: false,
    ends: false,
    sources: false,
    variables: new Set(),
    functions: new Set(),
    seen: new Set(),
  };
  gather(gathering, nodes);
  return gathering;
}

function gather(gathering: Gathering, nodes: readonly ShellNode[]): void {
  for (const node of nodes) gatherOne(gathering, node);
}

function gatherOne(gathering: Gathering, node: ShellNode): void {
  switch (node.kind) {
    case 'simple':
      for (const { name, value } of node.assignments) {
        gathering.variables.add(name);
        inWords(gathering, 'parts' in value ? [value] : value);
      }
      inCommand(gathering, node.words);
      for (const { target, here } of node.redirects) inWords(gathering, [target, ...(here?.lines ?? [])]);
      break;
    case 'pipeline':
      gather(gathering, node.stages);
      break;
    case 'andOr':
      gather(gathering, [node.first, ...node.rest.map((one) => one.node)]);
      break;
    case 'function':
      gathering.functions.add(node.name);
      break;
    case 'dump':
      gathering.calls = true;
      break;
    case 'if':
      for (const { condition, body } of node.branches) gather(gathering, [...condition, ...body]);
      gather(gathering, node.otherwise);
      break;
    case 'case':
      for (const { body } of node.arms) gather(gathering, body);
      break;
    case 'while':
      gather(gathering, [...node.condition, ...node.body]);
      break;
    case 'for':
      gathering.variables.add(node.name);
      gather(gathering, node.body);
      break;
    case 'group':
    case 'subshell':
    case 'count':
      gather(gathering, node.body);
  }
}

const CALL = /(?:^|[\s/;|&(])ip6?tables(?:-(?:nft|legacy))?(?:-restore)?(?=$|[\s;|&)])/;
/** Programs that may be told of rules without reading or writing any. */
export const TALKS = new Set([
  ...['echo', 'printf', 'logger', 'which', 'type', 'hash', 'command', 'test', '[', 'apt', 'apt-get', 'yum', 'dnf', 'apk', 'opkg', 'pacman'],
  ...[
    'zypper',
    'tee',
    'rm',
    'touch',
    'chmod',
    'chown',
    'ls',
    'mkdir',
    'cp',
    'mv',
    'ln',
    'grep',
    'egrep',
    'fgrep',
    'man',
    'update-alternatives',
    'log',
    'rpm',
  ],
  ...[
    'dpkg',
    'lsmod',
    'modprobe',
    'rmmod',
    'export',
    'local',
    'readonly',
    'declare',
    'alternatives',
    'pip',
    'brew',
    'kill',
    'killall',
    'head',
    'tail',
  ],
]);

function inCommand(gathering: Gathering, words: readonly ShellWord[]): void {
  const { machine } = gathering;
  const [first] = words;
  inWords(gathering, words);
  if (first === undefined) return;
  const name = literal(first) ?? '';
  if (ENDS.has(name)) gathering.ends = true;
  if (name === '.' || name === 'source') gathering.sources = true;
  if (SETS.has(name)) for (const word of words.slice(1)) gathering.variables.add((literal(word) ?? '').split('=', 1)[0] ?? '');
  if (name === '' || name === 'eval' || name === '.' || name === 'source') gathering.calls ||= runsUnknown(machine, first, name);
  else if (words.some((word) => CALL.test(literal(word) ?? '')) && !TALKS.has(name)) gathering.calls = true;
  for (const word of words) {
    const called = literal(word);
    const state = called === undefined ? undefined : machine.functions.get(called);
    if (called === undefined || state === undefined || gathering.seen.has(called)) continue;
    gathering.seen.add(called);
    // what ends a function ends nothing else, but for `exit`
    const { ends } = gathering;
    gatherOne(gathering, state.body);
    gathering.ends = ends || gathering.ends;
  }
}

/** `$IPT -A ...`: a variable says what runs. */
function runsUnknown(machine: Machine, { parts }: ShellWord, name: string): boolean {
  if (name === '.' || name === 'source') return false;
  if (name === 'eval') return true;
  return parts.some((part) => {
    if (part.kind !== 'parameter') return part.kind !== 'text';
    const value = lookUp(machine, part.name);
    return (
      typeof value !== 'object' ||
      'unknown' in value ||
      /ip6?tables/.test(String(value.value)) ||
      machine.functions.has(String(value.value))
    );
  });
}

function inWords(gathering: Gathering, words: readonly ShellWord[]): void {
  for (const { parts } of words)
    for (const part of parts) {
      if (part.kind === 'command') {
        // its variables and its `exit` are its own
        const inner: Gathering = { ...gathering, calls: false, variables: new Set(), functions: new Set() };
        gather(inner, part.list);
        gathering.calls ||= inner.calls;
      } else if (part.kind === 'parameter' && part.edit !== undefined) {
        if (part.edit.operator.endsWith('=')) gathering.variables.add(part.name);
        inWords(gathering, [part.edit.word]);
      }
    }
}
