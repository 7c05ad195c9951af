/** Commands one after the other, and commands of which it is not known whether they run. */
import type { ShellNode } from './ast.ts';
import { effectsOf } from './effects.ts';
import { type Done, type Machine, reportUnknown, type ShellSurroundings } from './machine.ts';
import type { Unknown } from './values.ts';

export const FINE: Done = { status: true };

export function runList(machine: Machine, nodes: readonly ShellNode[], around: ShellSurroundings): Done {
  let done = FINE;
  for (const node of nodes) {
    done = machine.run(machine, node, around);
    if (done.flow !== undefined) break;
  }
  return done;
}

/** Commands of which it is not known whether they run. They may not change rules; what else they change is not known from here on. */
export function skipBlank(machine: Machine, nodes: readonly ShellNode[], why: Unknown): Done {
  const { calls, ends, sources, variables, functions } = effectsOf(machine, nodes);
  if (calls) {
    const message = `cannot tell whether \`iptables\` runs here: \`${why.what}\` is not known`;
    reportUnknown(machine, { help: 'write the commands that run without the condition', ...why, message: why.message ?? message });
  } else if (ends) machine.programs.stranger(`\`${why.what}\` is not known: taken not to end the script here`, why);
  else if (sources) machine.programs.stranger(`\`${why.what}\` is not known: the files that it is about are not read`, why);
  const writes = nodes.some(({ start, end }) => />(?!&)/.test(machine.text.slice(start, end)));
  if (writes) for (const file of machine.files.values()) file.unknown ??= why;
  for (const name of variables) machine.variables.set(name, { unknown: why });
  for (const name of functions) {
    const span = { start: why.start, end: why.end };
    machine.functions.set(name, { name, body: { kind: 'group', body: [], redirects: [], ...span }, span, called: true, unknown: why });
  }
  return { status: why };
}
