/** One hook for all packets: its tables in order, the conntrack lookup between them. simulate/hook.ts for sets. */

import { listenerPorts } from '../../host/listeners.ts';
import { type Routed, reroutedAfter } from '../../netfilter/baseChain.ts';
import type { ForcedState } from '../../netfilter/firstState.ts';
import type { HookName } from '../../netfilter/hooks.ts';
import { addressParts } from '../../ruleset/addressParts.ts';
import { portParts } from '../../ruleset/portParts.ts';
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import { type AttachedChain, type HookStage, stagesAt } from '../../ruleset/stages.ts';
import { templatesRemember } from '../../ruleset/templates.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { FULL } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import { actor } from './act.ts';
import { translatedAnswer } from './answerNat.ts';
import { awaitFragments } from './awaitFragments.ts';
import { withoutClash } from './clash.ts';
import { eitherWay } from './eitherWay.ts';
import { walkBaseChain } from './laterFragments.ts';
import { lookUpConnections } from './lookUpConnections.ts';
import { splitMoved } from './splitMoved.ts';
import type { Env, PacketClass } from './state.ts';
import { hasTemplate, merge, whatDecided } from './state.ts';
import { summariesOf } from './summaries.ts';
import type { EndedClass, TableResult, TableWalk } from './tableWalk.ts';

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
  return walkStages(walk, stagesAt(walk.ruleset, hook), { hook, classes });
}

function walkStages(walk: HookWalk, stages: readonly HookStage[], { hook, classes }: AtHook): HookResult {
  const { space } = walk;
  let live = merge(space, classes);
  const ended: EndedClass[] = [];
  for (const stage of stages) {
    if (live.length === 0) break;
    if (stage.kind === 'either') {
      const ways = stage.orders.map((order) => walkStages(walk, order.stages, { hook, classes: live }));
      const { on, ended: gone } = eitherWay(space, ways, stage.what);
      live = merge(space, on);
      for (const one of gone) ended.push(one);
      continue;
    }
    if (stage.kind === 'conntrack') {
      live = merge(
        space,
        live.flatMap((one) => lookUpConnections(walk, one)),
      );
      continue;
    }
    if (stage.kind === 'defrag') {
      const waiting = live.map((one) => (one.env.state === 'UNTRACKED' ? { on: [one], ended: [] } : awaitFragments(space, one)));
      live = waiting.flatMap(({ on }) => on);
      for (const one of waiting.flatMap(({ ended: gone }) => gone)) ended.push(one);
      continue;
    }
    const result = stage.kind === 'nat' ? runNat(walk, stage, { hook, classes: live }) : runChain(walk, stage.at, live);
    for (const one of result.ended) ended.push(one);
    live = result.on;
  }
  return { on: live, ended };
}

type NatStage = Extract<HookStage, { kind: 'nat' }>;

interface AtHook {
  readonly hook: HookName;
  readonly classes: readonly PacketClass[];
}

/** What comes over lo keeps its route, unless NAT gives it another destination here: conntrack can find its connection on lo that it did not
 *  find in OUTPUT. kernel net/netfilter/nf_nat_proto.c nf_nat_ipv4_pre_routing(), nf_nat_ipv6_in() */
function runNat(walk: HookWalk, stage: NatStage, { hook, classes }: AtHook): HookResult {
  const onLo = hook === 'PREROUTING' ? classes.filter(({ env }) => env.way !== undefined) : [];
  if (onLo.length === 0) return askNat(walk, stage, { hook, classes });
  const rest = classes.filter(({ env }) => env.way === undefined);
  const others = rest.length === 0 ? { on: [], ended: [] } : askNat(walk, stage, { hook, classes: rest });
  // class by class, to see which packets of each were moved
  const results = onLo.map((before): HookResult => {
    const { on, ended } = askNat(walk, stage, { hook, classes: [before] });
    const parts = on.map((after) => splitMoved(walk.space, { before, after, fields: ['dst'] }));
    const routeless = parts.flatMap(({ moved }) => moved.map((one) => ({ ...one, env: { ...one.env, way: undefined } })));
    return { on: [...parts.flatMap(({ still }) => still), ...routeless], ended };
  });
  return {
    on: merge(walk.space, [...others.on, ...results.flatMap(({ on }) => on)]),
    ended: [...others.ended, ...results.flatMap(({ ended }) => ended)],
  };
}

/** First packets are asked about, the others are rewritten as their connections are. */
function askNat(walk: HookWalk, stage: NatStage, { hook, classes }: AtHook): HookResult {
  const withTemplate = classes.filter(({ env }) => hasTemplate(env));
  if (withTemplate.length === 0) return askOfConnections(walk, stage, { hook, classes });
  const { on, ended } = askOfConnections(walk, stage, { hook, classes: classes.filter((one) => !withTemplate.includes(one)) });
  const asked = askInTurn(walk, stage.chains, withTemplate);
  return { on: merge(walk.space, [...on, ...asked.accepted]), ended: [...ended, ...asked.ended] };
}

function askOfConnections(walk: HookWalk, { chains }: NatStage, { hook, classes }: AtHook): HookResult {
  const { space } = walk;
  const seen = classes.filter((one) => seesNat(walk, hook, one));
  const { on: others, ended: gone } = translateAnswers(
    walk,
    hook,
    classes.filter((one) => !seen.includes(one)),
  );
  if (seen.length === 0) return { on: others, ended: gone };
  const into = seen.map((one) => ({ ...one, env: { ...one.env, [doneAt(hook)]: true } }));
  if (into.some(({ env }) => env.about !== undefined)) {
    // what a reset is asked about is its connection's; it is rewritten as other answers are
    const { accepted, ended } = askInTurn(walk, chains, into);
    const sent = accepted.map((one) => ({ ...one, env: translatedAnswer(walk, hook, one.env) }));
    return { on: merge(space, [...others, ...sent]), ended: [...gone, ...ended] };
  }
  if (hook === 'OUTPUT') {
    const { on, ended } = routedAgain(walk, { classes: into, fields: reroutedAfter({ hook, kind: 'nat' }, space.family) }, (one) =>
      askInTurn(walk, chains, [one]),
    );
    return { on: merge(space, [...others, ...on]), ended: [...gone, ...ended] };
  }
  const { accepted, ended } = askInTurn(walk, chains, into);
  const free = doneAt(hook) === 'srcDone' ? accepted.flatMap((one) => withoutClash(space, one)) : accepted;
  return { on: merge(space, [...others, ...free]), ended: [...gone, ...ended] };
}

/** The first chain that rewrites a connection is the last that is asked about it; a template is never rewritten. */
function askInTurn(walk: HookWalk, chains: readonly AttachedChain[], classes: readonly PacketClass[]): TableResult {
  const [first, ...others] = chains;
  if (first === undefined) return { accepted: classes, ended: [] };
  if (others.length === 0) return walkBaseChain(walkOf(walk, first), classes);
  const results = classes.map((one): TableResult => {
    // what decided before this hook did not rewrite it here
    const { accepted, ended } = walkBaseChain(walkOf(walk, first), [{ ...one, decided: undefined, did: undefined }]);
    const isMapped = (after: PacketClass): boolean => whatDecided(after)?.kind === 'nat' && !hasTemplate(after.env);
    const left = accepted
      .filter((after) => !isMapped(after))
      .map((after) => (after.decided === undefined ? { ...after, decided: one.decided, did: one.did } : after));
    const rest = askInTurn(walk, others, left);
    return { accepted: [...accepted.filter(isMapped), ...rest.accepted], ended: [...ended, ...rest.ended] };
  });
  return { accepted: results.flatMap(({ accepted }) => accepted), ended: results.flatMap(({ ended }) => ended) };
}

function runChain(walk: HookWalk, at: AttachedChain, classes: readonly PacketClass[]): HookResult {
  const { space } = walk;
  const fields = reroutedAfter(at.chain.base, space.family);
  const tableWalk = walkOf(walk, at);
  if (fields.length === 0) {
    const { accepted, ended } = walkBaseChain(tableWalk, classes);
    return { on: merge(space, accepted), ended };
  }
  const { on, ended } = routedAgain(walk, { classes, fields }, (one) => walkBaseChain(tableWalk, [one]));
  return { on: merge(space, on), ended };
}

function walkOf(walk: HookWalk, { table, chain }: AttachedChain): TableWalk {
  const { space, ruleset, visit } = walk;
  const { hook } = chain.base;
  return {
    space,
    table,
    base: chain,
    act: actor(space, {
      hook,
      partsOf: (picked) => portParts(ruleset, { ...picked, hook, listeners: listenerPorts(space.host) }),
      addressesOf: (picked) => addressParts(ruleset, space.host, { ...picked, hook }),
      templatesRemember: templatesRemember(ruleset),
    }),
    summaries: summariesOf(space, table),
    ...(visit === undefined ? {} : { visit: (rule: Rule, reaching: Bdd, matching: Bdd) => visit(rule, hook, reaching, matching) }),
  };
}

interface Moving {
  readonly classes: readonly PacketClass[];
  /** what may be changed so that a packet is routed again */
  readonly fields: readonly Routed[];
}

/** Class by class, to see which packets of each were moved. */
function routedAgain(walk: HookWalk, { classes, fields }: Moving, ask: (one: PacketClass) => TableResult): HookResult {
  const results = classes.map((before): HookResult => {
    const { accepted, ended } = ask(before);
    const parts = accepted.map((after) => splitMoved(walk.space, { before, after, fields }));
    const again = walk.reroute(parts.flatMap(({ moved }) => moved));
    return { on: [...parts.flatMap(({ still }) => still), ...again.on], ended: [...ended, ...again.ended] };
  });
  return { on: results.flatMap(({ on }) => on), ended: results.flatMap(({ ended }) => ended) };
}

/** Of answers the nat table is not asked: they are rewritten as their question was, the other way round. */
function translateAnswers(walk: HookWalk, hook: HookName, classes: readonly PacketClass[]): HookResult {
  const fields = reroutedAfter({ hook, kind: 'nat' }, walk.space.family);
  const results = classes.map((before): HookResult => {
    if (isMasqueradedElsewhere(before.env, hook)) return { on: [], ended: [{ ...before, end: 'masquerade-moved', decided: undefined }] };
    const after = { ...before, env: translated(walk, hook, before.env) };
    if (after.env === before.env || fields.length === 0) return { on: [after], ended: [] };
    const { moved, still } = splitMoved(walk.space, { before, after, fields });
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

function doneAt(hook: HookName): 'srcDone' | 'dstDone' {
  return hook === 'PREROUTING' || hook === 'OUTPUT' ? 'dstDone' : 'srcDone';
}

function seesNat({ ruleset, space }: HookWalk, hook: HookName, { env }: PacketClass): boolean {
  // an error is rewritten as the packets were that it is about, and the rules are not asked
  const isError = env.about !== undefined && space.has.icmp === FULL;
  return ruleset.usesConntrack && env.original !== undefined && !env[doneAt(hook)] && !isError;
}
