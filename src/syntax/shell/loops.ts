/** Loops: their words and conditions must be known when their bodies call iptables. */
import type { ShellNode } from './ast.ts';
import { expandFields, number } from './expand.ts';
import { runList, skipBlank } from './lists.ts';
import { type Done, type Flow, type Machine, type ShellSurroundings, unknownHere } from './machine.ts';
import { isUnknown, type ShellField, type Status } from './values.ts';

export function runFor(machine: Machine, node: ShellNode & { readonly kind: 'for' }, around: ShellSurroundings): Done {
  const fields = node.words === undefined ? argumentsOf(machine, node) : expandFields(machine, node.words);
  const open = node.words === undefined ? machine.arguments.open : fields.some((field) => 'arguments' in field);
  const glob = node.words?.find((word) => word.parts.some((part) => part.kind === 'text' && !part.quoted && /[*?]/.test(part.text)));
  const unknown =
    fields.find((field) => field.unknown !== undefined)?.unknown ??
    (open ? unknownHere(machine, node, { what: '$@', help: 'give the arguments with `--set 1=VALUE`' }) : undefined) ??
    (glob === undefined ? undefined : unknownHere(machine, glob));
  if (unknown !== undefined) {
    const done = skipBlank(machine, node.body, unknown);
    machine.variables.set(node.name, { unknown });
    return done;
  }
  let at = 0;
  return loop(machine, node, around, () => {
    const field = fields[at++];
    if (field !== undefined && !machine.given.has(node.name)) machine.variables.set(node.name, { value: field.text });
    return { status: field !== undefined };
  });
}

function argumentsOf({ arguments: { values } }: Machine, { start, end }: ShellNode): readonly ShellField[] {
  return values.map((value) => (typeof value === 'string' ? { text: value, start, end } : { text: '', start, end, unknown: value }));
}

export function count(machine: Machine, node: ShellNode & { readonly kind: 'count' }, around: ShellSurroundings): Done {
  const [first = '', test = '', step = ''] = node.clauses;
  const status = (text: string): Status => {
    const value = text.trim() === '' ? 1 : number(machine, text);
    return value === undefined ? unknownHere(machine, node) : value !== 0;
  };
  let begun = isUnknown(status(first));
  if (begun) return skipBlank(machine, node.body, unknownHere(machine, node));
  return loop(machine, node, around, () => {
    const stepped = begun ? status(step) : true;
    begun = true;
    return { status: isUnknown(stepped) ? stepped : status(test) };
  });
}

/** Runs the body while `test` says so. */
export function loop(
  machine: Machine,
  node: ShellNode & { readonly body: readonly ShellNode[] },
  around: ShellSurroundings,
  test: () => Done,
): Done {
  let status: Status = true;
  for (;;) {
    const asked = test();
    if (asked.flow !== undefined) return asked;
    if (isUnknown(asked.status)) return skipBlank(machine, node.body, asked.status);
    if (!asked.status) return { status };
    if (machine.steps <= 0) return machine.run(machine, node, around);
    machine.steps--;
    const done = runList(machine, node.body, around);
    status = done.status;
    const flow = leftOf(done.flow);
    if (flow === 'again') continue;
    if (flow !== 'on') return { status: isUnknown(status) ? status : true, flow: flow === 'stop' ? undefined : flow };
  }
}

/** What is left of a `break` or `continue` outside of one loop. */
function leftOf(flow: Flow | undefined): Flow | 'on' | 'again' | 'stop' {
  if (flow === undefined) return 'on';
  if (flow.kind !== 'break' && flow.kind !== 'continue') return flow;
  if (flow.levels > 1) return { ...flow, levels: flow.levels - 1 };
  return flow.kind === 'continue' ? 'again' : 'stop';
}
