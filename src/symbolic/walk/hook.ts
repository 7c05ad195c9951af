/** One hook for all packets: its tables in order, the conntrack lookup between them. simulate/hook.ts for sets. */

import { listenerPorts } from '../../host/listeners.ts';
import { STEPS_OF_A_MOVE } from '../../lib/budget.ts';
import type { ForcedState } from '../../netfilter/firstState.ts';
import type { HookName, TableName } from '../../netfilter/hooks.ts';
import { HOOK_STAGES, REROUTED_AFTER, type Routed } from '../../netfilter/hooks.ts';
import { addressParts } from '../../ruleset/addressParts.ts';
import { portParts } from '../../ruleset/portParts.ts';
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import { templatesRemember } from '../../ruleset/templates.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import { actor } from './act.ts';
import { translatedAnswer } from './answerNat.ts';
import { withoutClash } from './clash.ts';
import { lookUpConnections } from './lookUpConnections.ts';
import type { Env, PacketClass } from './state.ts';
import { merge } from './state.ts';
import { summariesOf } from './summaries.ts';
import type { EndedClass } from './walk.ts';
import { walkTableOfSets } from './walk.ts';

export interface HookWalk {
  readonly space: Space;
  readonly ruleset: Ruleset;
  /** routes again what OUTPUT's tables may have moved */
  readonly reroute: (classes: readonly PacketClass[]) => HookResult;
  readonly visit?: (rule: Rule, hook: HookName, reaching: Bdd, matching: Bdd) => void;
  readonly forced?: ForcedState;
}

export interface HookResult {
  readonly on: readonly PacketClass[];
  readonly ended: readonly EndedClass[];
}

export function walkHook(walk: HookWalk, hook: HookName, classes: readonly PacketClass[]): HookResult {
  const { space } = walk;
  let live = merge(space, classes);
  const ended: EndedClass[] = [];
  for (const stage of HOOK_STAGES[hook]) {
    if (live.length === 0) break;
    if (stage === 'conntrack') {
      live = merge(
        space,
        live.flatMap((one) => lookUpConnections(walk, one)),
      );
      continue;
    }
    const place = { table: stage, hook };
    const result = stage === 'nat' && hook === 'PREROUTING' ? runNatBeforeRouting(walk, place, live) : runTable(walk, place, live);
    for (const one of result.ended) ended.push(one);
    live = result.on;
  }
  return { on: live, ended };
}

interface Place {
  readonly table: TableName;
  readonly hook: HookName;
}

/** What comes over lo keeps its route, unless NAT gives it another destination here: conntrack can find its connection on lo that it did not
 *  find in OUTPUT. kernel net/netfilter/nf_nat_proto.c nf_nat_ipv4_pre_routing(), nf_nat_ipv6_in() */
function runNatBeforeRouting(walk: HookWalk, place: Place, classes: readonly PacketClass[]): HookResult {
  const onLo = classes.filter(({ env }) => env.way !== undefined);
  if (onLo.length === 0) return runTable(walk, place, classes);
  const rest = classes.filter(({ env }) => env.way === undefined);
  const others = rest.length === 0 ? { on: [], ended: [] } : runTable(walk, place, rest);
  // class by class, to see which packets of each were moved
  const results = onLo.map((before): HookResult => {
    const { on, ended } = runTable(walk, place, [before]);
    const parts = on.map((after) => splitMoved(walk.space, { before, after, fields: ['dst'] }));
    const routeless = parts.flatMap(({ moved }) => moved.map((one) => ({ ...one, env: { ...one.env, way: undefined } })));
    return { on: [...parts.flatMap(({ still }) => still), ...routeless], ended };
  });
  return {
    on: merge(walk.space, [...others.on, ...results.flatMap(({ on }) => on)]),
    ended: [...others.ended, ...results.flatMap(({ ended }) => ended)],
  };
}

function runTable(walk: HookWalk, { table: name, hook }: Place, classes: readonly PacketClass[]): HookResult {
  const table = walk.ruleset.tables.get(name);
  const seen = name === 'nat' ? classes.filter((one) => seesNat(walk, hook, one)) : classes;
  if (table === undefined) return { on: classes, ended: [] };
  const rest = name === 'nat' ? classes.filter((one) => !seen.includes(one)) : [];
  const { on: others, ended: gone } = translateAnswers(walk, hook, rest);
  if (seen.length === 0) return { on: others, ended: gone };
  const { visit } = walk;
  const into = name === 'nat' ? seen.map((one) => ({ ...one, env: { ...one.env, [doneAt(hook)]: true } })) : seen;
  const tableWalk = {
    space: walk.space,
    table,
    hook,
    act: actor(walk.space, {
      hook,
      partsOf: (picked) => portParts(walk.ruleset, { ...picked, hook, listeners: listenerPorts(walk.space.host) }),
      addressesOf: (picked) => addressParts(walk.ruleset, walk.space.host, { ...picked, hook }),
      templatesRemember: templatesRemember(walk.ruleset),
    }),
    summaries: summariesOf(walk.space, table),
    ...(visit === undefined ? {} : { visit: (rule: Rule, reaching: Bdd, matching: Bdd) => visit(rule, hook, reaching, matching) }),
  };
  if (name === 'nat' && into.some(({ env }) => env.about !== undefined)) {
    // what a reset is asked about is its connection's; it is rewritten as other answers are
    const { accepted, ended } = walkTableOfSets(tableWalk, into);
    const sent = accepted.map((one) => ({ ...one, env: translatedAnswer(walk, hook, one.env) }));
    return { on: merge(walk.space, [...others, ...sent]), ended: [...gone, ...ended] };
  }
  const routed = hook === 'OUTPUT' ? REROUTED_AFTER[name]?.(walk.space.family) : undefined;
  if (routed === undefined) {
    const { accepted, ended } = walkTableOfSets(tableWalk, into);
    const free = name === 'nat' && doneAt(hook) === 'srcDone' ? accepted.flatMap((one) => withoutClash(walk.space, one)) : accepted;
    return { on: merge(walk.space, [...others, ...free]), ended: [...gone, ...ended] };
  }
  // class by class, to see which packets of each were moved
  const results = into.map((one) => {
    const { accepted, ended } = walkTableOfSets(tableWalk, [one]);
    const parts = accepted.map((after) => splitMoved(walk.space, { before: one, after, fields: routed }));
    const again = walk.reroute(parts.flatMap(({ moved }) => moved));
    return { on: [...parts.flatMap(({ still }) => still), ...again.on], ended: [...ended, ...again.ended] };
  });
  return {
    on: merge(walk.space, [...others, ...results.flatMap(({ on }) => on)]),
    ended: [...gone, ...results.flatMap(({ ended }) => ended)],
  };
}

/** Of answers the nat table is not asked: they are rewritten as their question was, the other way round. */
function translateAnswers(walk: HookWalk, hook: HookName, classes: readonly PacketClass[]): HookResult {
  const routed = hook === 'OUTPUT' ? REROUTED_AFTER.nat?.(walk.space.family) : undefined;
  const results = classes.map((before): HookResult => {
    if (isMasqueradedElsewhere(before.env, hook)) return { on: [], ended: [{ ...before, end: 'masquerade-moved', decided: undefined }] };
    const after = { ...before, env: translated(walk, hook, before.env) };
    if (after.env === before.env || routed === undefined) return { on: [after], ended: [] };
    const { moved, still } = splitMoved(walk.space, { before, after, fields: routed });
    const again = walk.reroute(moved);
    return { on: [...still, ...again.on], ended: again.ended };
  });
  return { on: results.flatMap(({ on }) => on), ended: results.flatMap(({ ended }) => ended) };
}

/** As simulate/translate.ts has it for one packet. */
function isMasqueradedElsewhere({ direction, state, masqueradedAt, oif }: Env, hook: HookName): boolean {
  return hook === 'POSTROUTING' && direction === 'original' && state !== 'RELATED' && masqueradedAt !== undefined && masqueradedAt !== oif;
}

/** simulate/translate.ts for later packets. */
function translated(walk: HookWalk, hook: HookName, env: Env): Env {
  if (env.about?.env.original !== undefined) return translatedAnswer(walk, hook, env);
  const { ruleset } = walk;
  const { original, direction } = env;
  if (!ruleset.usesConntrack || original === undefined) return env;
  // of a later packet of the first's direction it is known what NAT makes only if its connection is
  const to = direction === 'reply' ? original : env.sent;
  if (to === undefined) return env;
  if (doneAt(hook) === 'dstDone') return { ...env, dst: to.src, dport: to.sport };
  return { ...env, src: to.dst, sport: to.dport };
}

interface Move {
  readonly before: PacketClass;
  readonly after: PacketClass;
  /** what the table may have changed */
  readonly fields: readonly Routed[];
}

function splitMoved(
  { manager, budget }: Space,
  { before, after, fields }: Move,
): { readonly moved: readonly PacketClass[]; readonly still: readonly PacketClass[] } {
  budget.step(STEPS_OF_A_MOVE);
  const changed = manager.any(
    fields.flatMap((field) => after.env[field].map((bit, index) => manager.xor(bit, before.env[field][index] ?? bit))),
  );
  const moved = manager.and(after.set, changed);
  const still = manager.minus(after.set, changed);
  const part = (set: Bdd): readonly PacketClass[] => (set === EMPTY ? [] : [{ ...after, set }]);
  return { moved: part(moved), still: part(still) };
}

function doneAt(hook: HookName): 'srcDone' | 'dstDone' {
  return hook === 'PREROUTING' || hook === 'OUTPUT' ? 'dstDone' : 'srcDone';
}

function seesNat({ ruleset, space }: HookWalk, hook: HookName, { env }: PacketClass): boolean {
  // an error is rewritten as the packets were that it is about, and the rules are not asked
  const isError = env.about !== undefined && space.has.icmp === FULL;
  return ruleset.usesConntrack && env.original !== undefined && !env[doneAt(hook)] && !isError;
}
