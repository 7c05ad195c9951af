/** One hook: its tables in order of priority, the conntrack lookup between them, and what the targets do.
 *  kernel include/uapi/linux/netfilter_ipv4.h; net/netfilter/nf_nat_core.c nf_nat_inet_fn() */
import { listenerPorts } from '../host/listeners.ts';
import type { Budget } from '../lib/budget.ts';
import { assertNever } from '../lib/invariant.ts';
import { reroutedAfter } from '../netfilter/baseChain.ts';
import { type Divert, type Effect, manipAt, type Nat } from '../netfilter/effect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import { isAnswered } from '../netfilter/rejectAnswer.ts';
import type { Address } from '../packet/address.ts';
import { hasPorts } from '../packet/protocol.ts';
import { type AddressesOf, addressParts } from '../ruleset/addressParts.ts';
import { type PartsOf, portParts } from '../ruleset/portParts.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import { type AttachedChain, type HookStage, stagesAt } from '../ruleset/stages.ts';
import { closeIfSent } from './answer.ts';
import type { Choose } from './choices.ts';
import type { CompiledRuleset } from './compiled.ts';
import { takeOwner } from './connectedSocket.ts';
import type { Connection } from './connection.ts';
import { track } from './conntrack.ts';
import { transparentSocket } from './divert.ts';
import { compile, YES } from './evaluate.ts';
import { setMark } from './marks.ts';
import { applyNat, hasAddress, hasAddressOfTemplate, pickedPorts } from './nat.ts';
import type { Skb } from './skb.ts';
import type { Stated } from './stated.ts';
import type { Fate, WalkStep } from './trace.ts';
import { avoidClash, endAt, isMasqueradedElsewhere, natEnd, translatePacket } from './translate.ts';
import { walkTable } from './walkChain.ts';
import { setConntrack, setField } from './writes.ts';

export interface HookRun {
  readonly rules: CompiledRuleset;
  readonly choose: Choose;
  readonly record: (step: WalkStep) => void;
  readonly detailed: boolean;
  readonly budget: Budget;
  /** conntrack state that the packet notation gives */
  readonly stated: Stated | undefined;
  /** the table of connections; packets enter theirs, and end some */
  readonly table: Connection[];
  /** next hop of the current route; MASQUERADE looks at it */
  nextHop: Address | undefined;
  /** called after a table of OUTPUT that may have changed where the packet goes; a fate ends the walk */
  readonly reroute: (skb: Skb) => Fate | undefined;
}

/** Runs every table of `hook`. A fate means that the packet ends here; undefined that it goes on. */
export function runHook(skb: Skb, hook: HookName, run: HookRun): Fate | undefined {
  run.record({
    kind: 'hook',
    hook,
    ...(skb.iif === undefined ? {} : { iif: skb.iif }),
    ...(skb.oif === undefined ? {} : { oif: skb.oif }),
  });
  if (hook === 'INPUT') takeOwner(skb);
  return runStages(skb, stagesAt(run.rules.ruleset, hook), { hook, run });
}

function runStages(skb: Skb, stages: readonly HookStage[], { hook, run }: Place): Fate | undefined {
  for (const stage of stages) {
    if (stage.kind === 'either') {
      const { orders, what } = stage;
      const order = orders[run.choose({ why: 'unsaid', what, ways: orders.length, says: orders.map(({ says }) => says), ofOrder: true })];
      const fate = runStages(skb, order?.stages ?? [], { hook, run });
      if (fate !== undefined) return fate;
      continue;
    }
    if (stage.kind === 'conntrack') {
      lookup(skb, hook, run);
      continue;
    }
    if (stage.kind === 'defrag') {
      if (skb.fragOffset > 0 && skb.state !== 'UNTRACKED') return { kind: 'lost', reason: 'awaiting-fragments' };
      continue;
    }
    const before = { mark: skb.mark, dst: skb.dst, tos: skb.tos, ttl: skb.ttl };
    const fate = stage.kind === 'nat' ? runNat(skb, stage, { hook, run }) : runChain(skb, stage.at, { hook, run }).fate;
    if (fate !== undefined) return fate;
    const base = stage.kind === 'nat' ? { hook, kind: stage.kind } : stage.at.chain.base;
    if (reroutedAfter(base, skb.family).some((field) => skb[field] !== before[field])) {
      const end = run.reroute(skb);
      if (end !== undefined) return end;
    }
  }
  return undefined;
}

function lookup(skb: Skb, hook: HookName, run: HookRun): void {
  if (!run.rules.ruleset.usesConntrack) return;
  const seen = skb.state;
  track(skb, run);
  if (skb.state !== undefined && (seen === undefined || skb.state !== seen)) {
    run.record({ kind: 'conntrack', hook, state: skb.state, zone: (skb.connection?.zone ?? skb.zone)[skb.direction] });
  }
}

/** Nat chains are for the first packet of a connection, once per direction of rewriting; the others do as it said. */
function runNat(skb: Skb, { chains }: Extract<HookStage, { kind: 'nat' }>, { hook, run }: Place): Fate | undefined {
  const entry = skb.connection;
  if (skb.hasTemplate) return askInTurn(skb, chains, { hook, run });
  if (!run.rules.ruleset.usesConntrack || entry === undefined) return undefined;
  const end = endAt(hook);
  const done = end === 'dst' ? 'dstDone' : 'srcDone';
  // errors are rewritten as the packets were that they are about; a reset is asked about where its connection was not
  if (entry[done] || (skb.answers && skb.icmpType !== undefined)) {
    if (isMasqueradedElsewhere(skb, hook)) {
      run.table.splice(run.table.indexOf(entry), 1);
      return { kind: 'lost', reason: 'masquerade-moved' };
    }
    const translation = translatePacket(skb, hook);
    if (translation === 'drop') return { kind: 'lost', reason: 'translated-redirect' };
    if (translation !== undefined) run.record({ kind: 'nat', hook, ...translation });
    return undefined;
  }
  entry[done] = true;
  const fate = askInTurn(skb, chains, { hook, run });
  if (fate === undefined && skb.answers) translatePacket(skb, hook);
  else if (fate === undefined && end === 'src') avoidClash(skb, run.table, run.choose);
  return fate;
}

/** The first that rewrites the connection is the last that is asked; a template counts as confirmed and is never rewritten.
 *  kernel net/netfilter/nf_nat_core.c nf_nat_setup_info() */
function askInTurn(skb: Skb, chains: readonly AttachedChain[], place: Place): Fate | undefined {
  for (const at of chains) {
    const { fate, effect } = runChain(skb, at, place);
    if (fate !== undefined) return fate;
    if (effect?.kind === 'nat' && !skb.hasTemplate) return undefined;
  }
  return undefined;
}

interface ChainEnd {
  /** absent: the packet goes on */
  readonly fate?: Fate;
  /** of the rule that let it go on; absent: the policy did */
  readonly effect?: Effect;
}

function runChain(skb: Skb, { chain }: AttachedChain, { hook, run }: Place): ChainEnd {
  let why: Fate | undefined;
  const end = walkTable(skb, run.rules.base(chain), {
    hook,
    choose: run.choose,
    record: run.record,
    detailed: run.detailed,
    budget: run.budget,
    act: (packet, effect, rule) => {
      const acted = act(packet, effect, { hook, run, rule });
      if (typeof acted === 'string') return acted;
      why = acted;
      return acted.kind === 'undecided' ? 'undecided' : 'drop';
    },
  });
  if (why !== undefined) return { fate: why };
  const { kind, rule, effect } = end;
  if (kind === 'accept') return effect === undefined ? {} : { effect };
  if (effect?.kind === 'reject' && compile(isAnswered(effect, skb.family))(skb) === YES) {
    if (effect.with === 'tcp-reset') closeIfSent(skb);
    if (rule !== undefined) return { fate: { kind: 'rejected', by: rule, with: effect.with } };
  }
  return { fate: { kind: 'dropped', ...(rule === undefined ? {} : { by: rule }) } };
}

interface ActPlace {
  readonly hook: HookName;
  readonly run: HookRun;
  readonly rule: Rule;
}

/** Carries out a target that is not a plain verdict. */
function act(skb: Skb, effect: Effect, { hook, run, rule }: ActPlace): 'go-on' | 'leave' | 'accept' | Fate {
  switch (effect.kind) {
    case 'setMark':
    case 'copyMark':
      return setMark(skb, effect, { hook, record: run.record, rule });
    case 'setField':
      return setField(skb, effect, { hook, record: run.record });
    case 'conntrack':
      return setConntrack(skb, effect, run.rules.ruleset);
    case 'nat':
      return nat(skb, effect, { hook, run });
    case 'divert':
      return divert(skb, effect, { hook, run });
    case 'unmodelled': {
      const choice = { why: 'unmodelled', what: effect.reason, rule, taken: 'unknown' } as const;
      run.record({ kind: 'choice', hook, choice });
      return { kind: 'undecided', reasons: [choice] };
    }
    case 'accept':
    case 'drop':
    case 'reject':
    case 'return':
    case 'continue':
    case 'jump':
    case 'goto':
    case 'switch':
      return 'go-on';
    default:
      return assertNever(effect);
  }
}

type Place = Pick<ActPlace, 'hook' | 'run'>;

function nat(skb: Skb, effect: Nat, { hook, run }: Place): 'accept' | Fate {
  if (skb.hasTemplate)
    return hasAddressOfTemplate(skb, effect, { hook, nextHop: run.nextHop }) ? 'accept' : { kind: 'lost', reason: 'no-address' };
  // what becomes of the connection is over with it
  if (skb.answers) return hasAddress(skb, effect, run.nextHop) ? 'accept' : { kind: 'lost', reason: 'no-address' };
  const manip = manipAt(effect, hook);
  const from = natEnd(skb, manip);
  const picked = hasPorts(skb.proto) ? pickedPorts(effect, manip, from.port) : undefined;
  const partsOf: PartsOf = (picked) => portParts(run.rules.ruleset, { ...picked, hook, listeners: listenerPorts(skb.host) });
  const addressesOf: AddressesOf = (picked) => addressParts(run.rules.ruleset, skb.host, { ...picked, hook });
  let open: string | undefined;
  const leaveOpen = (why: string): void => {
    open = why;
  };
  const { nextHop, choose, table } = run;
  if (!applyNat(skb, effect, { hook, nextHop, choose, partsOf, addressesOf, leaveOpen, table }))
    return { kind: 'lost', reason: 'no-address' };
  if (open !== undefined) return leftOpen(open, { hook, run });
  const isOpen = picked !== undefined && partsOf({ range: picked, manip, oif: skb.oif }).firsts.length === 1;
  run.record({ kind: 'nat', hook, manip, from, to: natEnd(skb, manip), ...(isOpen && { ports: picked }) });
  return 'accept';
}

function leftOpen(what: string, { hook, run }: Place): Fate {
  const choice = { why: 'unmodelled', what, taken: 'unknown' } as const;
  run.record({ kind: 'choice', hook, choice });
  return { kind: 'undecided', reasons: [choice] };
}

function divert(skb: Skb, effect: Divert, { hook, run }: Place): 'go-on' | 'leave' | 'accept' | Fate {
  const { port, listener } = transparentSocket(skb, effect);
  run.record({ kind: 'divert', hook, port, found: listener !== undefined });
  if (listener === undefined) return effect.onMiss === 'break' ? 'leave' : { kind: 'lost', reason: 'no-transparent-socket' };
  skb.diverted = listener;
  skb.mark = ((skb.mark & effect.keep) ^ effect.xor) >>> 0;
  return effect.final ? 'accept' : 'go-on';
}
