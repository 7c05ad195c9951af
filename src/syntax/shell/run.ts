/** Carries commands out, in the order in which a shell would. What decides whether rules change must be known, or is an error. */
import type { Arm, ShellNode } from './ast.ts';
import { evaluateDouble } from './conditions.ts';
import { expandPattern, expandText, inSubshell, number } from './expand.ts';
import { FINE, runList, skipBlank } from './lists.ts';
import { count, loop, runFor } from './loops.ts';
import { type Done, type Machine, type ShellSurroundings, unknownHere } from './machine.ts';
import { matchesPattern } from './patterns.ts';
import { redirected } from './redirects.ts';
import { runSimple } from './simple.ts';
import { isUnknown, negate, newOutput, type Unknown } from './values.ts';

/** The script cannot go on: it took too many steps. */
const STOP: Done = { status: true, flow: { kind: 'exit' } };

export function runShell(machine: Machine, node: ShellNode, around: ShellSurroundings): Done {
  if (machine.steps-- <= 0) {
    if (machine.steps === -1)
      machine.report({
        kind: 'malformed',
        code: 'script-not-evaluated',
        message: 'this script takes too many steps',
        span: spanOf(node),
        help: 'give the rules that it makes: the output of `iptables-save`',
      });
    return STOP;
  }
  const done = runNode(machine, node, around);
  machine.status = done.status;
  const counts =
    node.kind === 'simple' || node.kind === 'pipeline' || node.kind === 'test' || node.kind === 'subshell' || node.kind === 'arithmetic';
  if (machine.exits && counts && !around.asked && done.status === false && done.flow === undefined)
    return { ...done, flow: { kind: 'exit' } };
  return done;
}

function spanOf({ start, end }: ShellNode): { readonly start: number; readonly end: number } {
  return { start, end };
}

function runNode(machine: Machine, node: ShellNode, around: ShellSurroundings): Done {
  switch (node.kind) {
    case 'simple':
      return runSimple(machine, node, around);
    case 'pipeline':
      return pipeline(machine, node, around);
    case 'andOr':
      return andOr(machine, node, around);
    case 'function':
      machine.functions.set(node.name, { name: node.name, body: node.body, span: { start: node.start, end: node.end }, called: false });
      return FINE;
    case 'dump':
      machine.programs.dump(spanOf(node));
      return FINE;
    default:
      return redirected(machine, node.redirects, around, (inner) => compound(machine, node, inner));
  }
}

function compound(machine: Machine, node: ShellNode, around: ShellSurroundings): Done {
  switch (node.kind) {
    case 'group':
      return runList(machine, node.body, around);
    case 'subshell': {
      const { status, flow } = inSubshell(machine, () => runList(machine, node.body, around));
      return machine.steps > 0 ? { status } : { status, flow };
    }
    case 'test':
      return { status: evaluateDouble(machine, node.tokens, spanOf(node)) };
    case 'arithmetic': {
      const value = number(machine, node.text);
      return { status: value === undefined ? unknownHere(machine, node) : value !== 0 };
    }
    case 'if':
      return runIf(machine, node, around);
    case 'case':
      return runCase(machine, node, around);
    case 'while':
      return loop(machine, node, around, () => condition(machine, node, around));
    case 'count':
      return count(machine, node, around);
    case 'for':
      return runFor(machine, node, around);
    default:
      return FINE;
  }
}

function condition(machine: Machine, node: ShellNode & { readonly kind: 'while' }, around: ShellSurroundings): Done {
  const { status, flow } = runList(machine, node.condition, { ...around, asked: true, decides: true });
  return { status: node.until ? negate(status) : status, flow };
}

function runIf(machine: Machine, node: ShellNode & { readonly kind: 'if' }, around: ShellSurroundings): Done {
  for (const [at, branch] of node.branches.entries()) {
    const { status, flow } = runList(machine, branch.condition, { ...around, asked: true, decides: true });
    if (flow !== undefined) return { status, flow };
    if (isUnknown(status)) return skipBlank(machine, [...node.branches.slice(at).flatMap(({ body }) => body), ...node.otherwise], status);
    if (status) return runList(machine, branch.body, plain(around));
  }
  return runList(machine, node.otherwise, plain(around));
}

/** What a body is in, whatever runs it. */
function plain({ decides: _, ...around }: ShellSurroundings): ShellSurroundings {
  return around;
}

function andOr(machine: Machine, node: ShellNode & { readonly kind: 'andOr' }, around: ShellSurroundings): Done {
  let done = runShell(machine, node.first, { ...around, asked: true });
  for (const [at, { operator, node: next }] of node.rest.entries()) {
    if (done.flow !== undefined) return done;
    if (isUnknown(done.status)) done = skipBlank(machine, [next], done.status);
    else if (done.status === (operator === '&&'))
      done = runShell(machine, next, { ...around, asked: around.asked || at < node.rest.length - 1 });
  }
  return done;
}

function pipeline(machine: Machine, node: ShellNode & { readonly kind: 'pipeline' }, around: ShellSurroundings): Done {
  let { input } = around;
  let done: Done = FINE;
  for (const [at, stage] of node.stages.entries()) {
    const last = at === node.stages.length - 1;
    const output = last ? around.output : newOutput();
    const inner: ShellSurroundings = { input, output, asked: around.asked || node.negated || !last };
    done = node.stages.length === 1 ? runShell(machine, stage, inner) : inSubshell(machine, () => runShell(machine, stage, inner));
    if (node.stages.length > 1 && machine.steps > 0) done = { status: done.status };
    input = output === undefined ? undefined : { pieces: output.pieces, unknown: output.unknown, at: 0 };
  }
  return node.negated ? { ...done, status: negate(done.status) } : done;
}

function runCase(machine: Machine, node: ShellNode & { readonly kind: 'case' }, around: ShellSurroundings): Done {
  const subject = expandText(machine, node.subject);
  if (typeof subject !== 'string')
    return skipBlank(
      machine,
      node.arms.flatMap(({ body }) => body),
      withChoices(machine, subject, node.arms),
    );
  for (const [at, { patterns, body, end }] of node.arms.entries()) {
    for (const word of patterns) {
      const pattern = expandPattern(machine, word);
      if (typeof pattern !== 'string')
        return skipBlank(
          machine,
          node.arms.slice(at).flatMap((arm) => arm.body),
          pattern,
        );
      if (!matchesPattern(subject, pattern)) continue;
      if (end !== ';;' && end !== '')
        return skipBlank(
          machine,
          node.arms.slice(at).flatMap((arm) => arm.body),
          unknownHere(machine, node, { what: end }),
        );
      return runList(machine, body, around);
    }
  }
  return FINE;
}

/** `case "$1" in start) ...`: which values there are. */
function withChoices(machine: Machine, unknown: Unknown, arms: readonly Arm[]): Unknown {
  const words = arms
    .flatMap(({ patterns }) => patterns.map(({ start, end }) => machine.text.slice(start, end)))
    .filter((word) => /^[\w.-]+$/.test(word));
  const [first] = words;
  const option = /^\$(\w+)$/.exec(unknown.what)?.[1];
  return first === undefined || option === undefined
    ? unknown
    : { ...unknown, help: `give it with \`--set ${option}=${first}\`; there are ${words.join(', ')}` };
}
