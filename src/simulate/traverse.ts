/** The way of one packet through the hooks: sent by a process here, or arriving on an interface.
 *  kernel net/ipv4/ip_output.c, ip_input.c, ip_forward.c and their IPv6 twins;
 *  docs/facts/kernel.md#routing-around-the-rules */
import type { Host, Route } from '../host/host.ts';
import { isTooLongToForward, isTooLongToSend } from '../host/mtu.ts';
import { SEVERAL_WAYS } from '../host/nexthops.ts';
import { routeOutput } from '../host/output.ts';
import { isDiscarding } from '../host/routing.ts';
import type { Budget } from '../lib/budget.ts';
import { assertNever, invariant } from '../lib/invariant.ts';
import { type HookStation, type PathStage, type Station, stationsOf } from '../netfilter/path.ts';
import type { Address } from '../packet/address.ts';
import type { Packet } from '../packet/packet.ts';
import { isNeighbourDiscovery } from '../packet/packet.ts';
import { putsTogetherFirst } from '../ruleset/stages.ts';
import { afterOf } from './after.ts';
import { type Attached, answerTo, attachedOf, attachTo, fateByAnswer, isForThisHost, type Rejected, unanswered } from './answer.ts';
import type { Choose } from './choices.ts';
import { toChoice } from './choices.ts';
import type { CompiledRuleset } from './compiled.ts';
import type { ConnectedSocket } from './connectedSocket.ts';
import { type Connection, clashes, NO_ZONE } from './connection.ts';
import { takenBy } from './divert.ts';
import { CONNECTED, firstSource, isDisguised, mayKeepRoute, outputQuery, sourceOfWay, takeSourceOfWay } from './flow.ts';
import type { HookRun } from './hook.ts';
import { runHook } from './hook.ts';
import { bridgedBy, refusedOnArrival, routeInput } from './input.ts';
import { Skb } from './skb.ts';
import { statedOf } from './stated.ts';
import type { Choice, Fate, Walk, WalkStep } from './trace.ts';

export interface Traversal {
  readonly rules: CompiledRuleset;
  readonly packet: Packet;
  readonly host: Host;
  readonly choose: Choose;
  readonly detailed: boolean;
  readonly budget: Budget;
  /** connections that earlier packets left behind */
  readonly connections: readonly Connection[];
  readonly sockets: readonly ConnectedSocket[];
  /** of a packet with a state: the one that it belongs to; absent: as the packet says */
  readonly connection?: Connection;
  /** no link is too small for it */
  readonly fits?: boolean;
  readonly withoutAnswers?: boolean;
  /** of an answer that REJECT makes */
  readonly attached?: Attached;
}

/** One walk, taking the ways that `choose` says. @throws BudgetError */
export function traverse(traversal: Traversal, watch: (steps: readonly WalkStep[]) => void = () => {}): Walk {
  const { rules, packet, host, choose, detailed, budget, connections, connection, attached } = traversal;
  const { fits = false, withoutAnswers = false } = traversal;
  const skb = new Skb(packet, host);
  skb.sockets = traversal.sockets;
  const steps: WalkStep[] = [];
  watch(steps);
  const choices: Choice[] = [];
  // the interfaces of its way: a hook shows rules those that it has
  let out: Direction = { oif: '', local: false };
  let iif = packet.dir === 'in' ? (packet.iif ?? '') : undefined;
  if (iif !== undefined) skb.iif = iif;
  /** where lo has taken it from the rules of the sender */
  let dstOnLo: Address = skb.dst;
  let passed: (Route & { readonly dev: string }) | undefined;
  const table = attached?.table ?? connections.map((one) => ({ ...one }));
  const run: HookRun = {
    rules,
    detailed,
    budget,
    stated: statedOf(packet, connection),
    table,
    nextHop: undefined,
    record: (step) => {
      budget.record();
      steps.push(step);
      if (step.kind === 'choice') choices.push(step.choice);
    },
    choose: (fork) => {
      const taken = choose(fork);
      if (fork.ways === 1 || fork.rule === undefined) choices.push(toChoice({ fork, taken }));
      return taken;
    },
    reroute: () => decide(true),
  };

  /** Routes what is to be sent; a fate means that it cannot be. */
  function decide(again: boolean): Fate | undefined {
    const kept = !again && mayKeepRoute(skb, packet) && isUnconnected();
    const taken = again || kept ? undefined : takeSourceOfWay(skb, packet, pickWay);
    if (!again && isDisguised(skb)) return { kind: 'lost', reason: 'bad-address' };
    const query = outputQuery(skb, packet, { again, oif: out.oif, kept });
    const first = routeOutput(host, query);
    const way = taken ?? (first.kind === 'found' && first.ways !== undefined ? pickWay(first.ways) : 0);
    const found = way === 0 ? first : routeOutput(host, { ...query, way });
    if (found.kind === 'lost') return { kind: 'lost', reason: again ? 'reroute-failed' : found.reason };
    if (found.route?.unknown !== undefined) return open(found.route.unknown);
    // the kernel chooses the source with the way
    if (way > 0 && !again) skb.src = sourceOfWay(skb, packet, { of: first, way }) ?? skb.src;
    out = { oif: found.oif, local: found.local, route: found.route };
    if (!again && isTooLongToSend(host, packet, out)) return { kind: 'lost', reason: 'too-big' };
    run.nextHop = found.route?.via;
    steps.push({ kind: 'route', again, oif: found.oif, local: found.local, table: found.route?.table ?? 'local' });
    return undefined;
  }

  function isUnconnected(): boolean {
    return run.choose({ why: 'unsaid', what: CONNECTED, ways: 2, says: ['connected', 'not connected'] }) === 1;
  }

  function pickWay(ways: number): number {
    return run.choose({ why: 'chance', what: SEVERAL_WAYS, ways });
  }

  /** It depends on routing that is not modelled. */
  function open(what: string): Fate {
    const choice: Choice = { why: 'unmodelled', what: `\`${what}\` of the host's routing`, taken: 'unknown' };
    choices.push(choice);
    return { kind: 'undecided', reasons: [choice] };
  }

  /** A packet without a source gets one before it is routed. */
  function chooseSource(): Fate | undefined {
    const src = firstSource(skb, packet, isUnconnected);
    if (typeof src === 'string') return { kind: 'lost', reason: src };
    skb.src = src;
    return undefined;
  }

  function hook({ hook: name, devices }: HookStation): Fate | undefined {
    skb.iif = devices === 'out' ? undefined : iif;
    skb.oif = devices === 'in' ? undefined : out.oif;
    return runHook(skb, name, run);
  }

  function follow(stage: PathStage): Fate {
    for (const station of stationsOf(stage, packet.family)) {
      const end = typeof station === 'string' ? visit(station) : hook(station);
      if (end !== undefined) return end;
    }
    invariant(false, `the way ${stage} has no end`);
  }

  /** What becomes of the packet there; undefined: it goes on. */
  function visit(station: Exclude<Station, HookStation>): Fate | undefined {
    switch (station) {
      case 'route output':
        return ((skb.src === 0 || skb.src === 0n) && !isNeighbourDiscovery(packet) ? chooseSource() : undefined) ?? decide(false);
      case 'discard':
        return isDiscarding(out.route) ? { kind: 'lost', reason: 'unreachable-route' } : undefined;
      case 'leave':
        if (out.oif === 'lo') return follow('come back over lo');
        return isTooLongToSend(host, packet, out) ? { kind: 'lost', reason: 'too-big' } : { kind: 'sent', oif: out.oif };
      case 'lose the socket':
        return loseSocket();
      case 'check arrival':
        return checkArrival();
      case 'keep the route':
        return skb.dst === dstOnLo ? follow('deliver') : route();
      case 'route input':
        return route();
      case 'decrement ttl':
        return decrementTtl();
      case 'await fragments':
        return packet.fragOffset > 0 ? { kind: 'lost', reason: 'awaiting-fragments' } : undefined;
      case 'confirm':
        return confirm();
      case 'pass on':
        if (!fits && isTooLongToForward(host, packet, { ...out, iif, leaving: true })) return { kind: 'lost', reason: 'too-big' };
        return { kind: packet.dir === 'out' ? 'sent' : 'forwarded', oif: out.oif };
      case 'find socket':
        return takenBy(skb, host);
      default:
        return assertNever(station);
    }
  }

  function loseSocket(): undefined {
    iif = 'lo';
    dstOnLo = skb.dst;
    Object.assign(skb, { socket: undefined, uid: undefined, gid: undefined });
    const { connection, state, hasTemplate, tracked, quotes } = skb;
    const known = connection !== undefined || state === 'UNTRACKED' || hasTemplate || (tracked && quotes !== undefined);
    if (!known) Object.assign(skb, { tracked: false, zone: NO_ZONE, state: undefined });
  }

  function checkArrival(): Fate | undefined {
    const bridged = bridgedBy(skb);
    if (bridged !== undefined) return { kind: 'forwarded', oif: bridged, bridged: true };
    const refused = refusedOnArrival(skb, iif ?? '');
    return refused === undefined ? undefined : { kind: 'lost', reason: refused };
  }

  function confirm(): Fate | undefined {
    const { connection, answers } = skb;
    if (connection === undefined || connection.confirmed || answers) return undefined;
    if (clashes(table, connection)) return { kind: 'lost', reason: 'connection-clash' };
    connection.confirmed = true;
    table.push(connection);
    return undefined;
  }

  function route(): Fate {
    const to = routeInput(skb, pickWay);
    if (to.kind === 'lost') return { kind: 'lost', reason: to.reason };
    if (to.kind === 'open') return open(to.what);
    if (to.kind === 'local') {
      steps.push({ kind: 'route', again: false, local: true, table: to.route?.table ?? 'local' });
      return follow('deliver');
    }
    passed = to.route;
    return follow('forward');
  }

  function decrementTtl(): Fate | undefined {
    if (skb.diverted !== undefined) return { kind: 'lost', reason: 'not-forwarding' };
    if (skb.ttl <= 1) return { kind: 'lost', reason: 'ttl-exceeded' };
    invariant(passed !== undefined, 'a packet is forwarded without a route');
    out = { oif: passed.dev, local: false, route: passed };
    if (!fits && isTooLongToForward(host, packet, { ...out, iif })) return { kind: 'lost', reason: 'too-big' };
    skb.ttl -= 1;
    run.nextHop = passed.via;
    steps.push({ kind: 'route', again: false, oif: passed.dev, local: false, table: passed.table });
    return undefined;
  }

  /** REJECT has refused the packet, if its answer comes through. */
  function withAnswer(rejected: Rejected): Pick<Walk, 'fate' | 'answer'> {
    const answer = answerTo(skb, { with: rejected.with, local: isForThisHost(skb, { steps, local: out.local, dstOnLo }) });
    if (!('proto' in answer)) return { fate: unanswered(rejected, answer) };
    const walk = traverse({ ...traversal, packet: answer, detailed: false, attached: attachedOf(skb, table) });
    choices.push(...walk.choices);
    return { fate: fateByAnswer(rejected, walk), answer: walk };
  }

  if (attached !== undefined && rules.ruleset.usesConntrack) attachTo(skb, attached);
  const fragment = packet.fragOffset > 0 && putsTogetherFirst(rules.ruleset) && bridgedBy(skb) === undefined;
  const end: Fate = fragment ? { kind: 'lost', reason: 'awaiting-fragments' } : follow(packet.dir === 'out' ? 'send' : 'arrive');
  const after = afterOf(skb, end);
  const answered = end.kind === 'rejected' && attached === undefined && !withoutAnswers ? withAnswer(end) : { fate: end };
  return { packet, steps, ...answered, after, choices, connections: table };
}

type Direction = { readonly oif: string; readonly local: boolean; readonly route?: Route | undefined };
