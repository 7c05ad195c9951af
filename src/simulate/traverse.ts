/** The way of one packet through the hooks: sent by a process here, or arriving on an interface.
 *  kernel net/ipv4/ip_output.c, ip_input.c, ip_forward.c and their IPv6 twins; kernel facts: shared with test/kernel */
import type { Host } from '../host/host.ts';
import { findSocket } from '../host/listeners.ts';
import { isOnLink6, routeOutput, sourceFor } from '../host/output.ts';
import { type Budget, BudgetError } from '../lib/budget.ts';
import type { HookName } from '../netfilter/hooks.ts';
import type { Address } from '../packet/address.ts';
import type { Packet } from '../packet/packet.ts';
import { afterOf } from './after.ts';
import { type Attached, answerTo, attachTo, fateByAnswer, type Rejected, unanswered } from './answer.ts';
import type { Choose } from './choices.ts';
import { toChoice } from './choices.ts';
import type { CompiledRuleset } from './compiled.ts';
import { type Connection, clashes, NO_ZONE } from './connection.ts';
import type { HookRun } from './hook.ts';
import { runHook } from './hook.ts';
import { refusedOnArrival, routeInput } from './input.ts';
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
  /** of a packet with a state: the one that it belongs to; absent: as the packet says */
  readonly connection?: Connection;
  /** of an answer that REJECT makes */
  readonly attached?: Attached;
}

/** What is shown of a walk that did not come to its end. */
const FIRST_STEPS = 100;

/** As `traverse`, but a spent budget is the end of the walk. */
export function traverseOrCut(traversal: Traversal): Walk {
  let steps: readonly WalkStep[] = [];
  try {
    return traverse(traversal, (walked) => {
      steps = walked;
    });
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
    const { packet, host, connections } = traversal;
    const reason: Choice = { why: 'budget', what: error.message, taken: 'cut' };
    const fate: Fate = { kind: 'undecided', reasons: [reason] };
    return {
      packet,
      steps: steps.slice(0, FIRST_STEPS),
      fate,
      after: afterOf(new Skb(packet, host), fate),
      choices: [reason],
      connections,
    };
  }
}

/** One walk, taking the ways that `choose` says. @throws BudgetError */
export function traverse(traversal: Traversal, watch: (steps: readonly WalkStep[]) => void = () => {}): Walk {
  const { rules, packet, host, choose, detailed, budget, connections, connection, attached } = traversal;
  const skb = new Skb(packet, host);
  const steps: WalkStep[] = [];
  watch(steps);
  const choices: Choice[] = [];
  let out = { oif: '', local: false };
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
      if (fork.ways === 1 || fork.rule === undefined) {
        choices.push(toChoice({ fork, taken }));
      }
      return taken;
    },
    reroute: () => decide(true),
  };

  /** Routes what is to be sent; a fate means that it cannot be. */
  function decide(again: boolean): Fate | undefined {
    const found = routeOutput(host, {
      family: skb.family,
      dst: skb.dst,
      src: skb.src,
      mark: skb.mark,
      again,
      ...boundTo(again),
    });
    if (found.kind === 'lost') return { kind: 'lost', reason: again ? 'reroute-failed' : found.reason };
    if (found.route?.unknown !== undefined) return open(found.route.unknown);
    out = { oif: found.oif, local: found.local };
    run.nextHop = found.route?.via;
    steps.push({ kind: 'route', again, oif: found.oif, local: found.local, table: found.route?.table ?? 'local' });
    return undefined;
  }

  /** It depends on routing that is not modelled. */
  function open(what: string): Fate {
    const choice: Choice = { why: 'unmodelled', what: `\`${what}\` of the host's routing`, taken: 'unknown' };
    choices.push(choice);
    return { kind: 'undecided', reasons: [choice] };
  }

  /** Rewritten, a packet to a link or a group looks for them on the link that it had. kernel net/ipv6/netfilter.c ip6_route_me_harder() */
  function boundTo(again: boolean): { readonly bound?: string } {
    if (packet.oif !== undefined) return { bound: packet.oif };
    return again && typeof skb.dst === 'bigint' && isOnLink6(skb.dst) ? { bound: out.oif } : {};
  }

  /** A packet without a source gets one before it is routed. */
  function chooseSource(): Fate | undefined {
    const { family, dst, mark } = skb;
    const query = { family, dst, mark, ...(packet.oif !== undefined && { bound: packet.oif }) };
    const src = sourceFor(host, query);
    if (src === undefined) {
      const found = routeOutput(host, query);
      return { kind: 'lost', reason: found.kind === 'lost' ? found.reason : 'no-route' };
    }
    skb.src = src;
    return undefined;
  }

  function hook(name: HookName, devices: { readonly iif: string | undefined; readonly oif: string | undefined }): Fate | undefined {
    skb.iif = devices.iif;
    skb.oif = devices.oif;
    return runHook(skb, name, run);
  }

  function send(): Fate {
    const lost = (isUnspecified(skb.src) ? chooseSource() : undefined) ?? decide(false);
    if (lost !== undefined) return lost;
    const end = hook('OUTPUT', { iif: undefined, oif: out.oif }) ?? hook('POSTROUTING', { iif: undefined, oif: out.oif });
    if (end !== undefined) return end;
    const clash = confirm();
    if (clash !== undefined) return clash;
    return out.oif === 'lo' ? loopBack() : { kind: 'sent', oif: out.oif };
  }

  /** lo gives the packet back with its mark and its connection, without its socket, and with the route already known. */
  function loopBack(): Fate {
    skb.socket = undefined;
    skb.uid = undefined;
    skb.gid = undefined;
    const known = skb.connection !== undefined || skb.state === 'UNTRACKED' || (skb.answers && skb.quotes !== undefined);
    if (!known) Object.assign(skb, { tracked: false, zone: NO_ZONE, state: undefined });
    const { dst } = skb;
    const refused = refusedOnArrival(skb, 'lo');
    if (refused !== undefined) return { kind: 'lost', reason: refused };
    const end = hook('PREROUTING', { iif: 'lo', oif: undefined });
    return end ?? (skb.dst === dst ? deliver('lo') : route('lo'));
  }

  /** The connection of a packet that survived all hooks is there for the next one. kernel nf_conntrack_core.c __nf_conntrack_confirm() */
  function confirm(): Fate | undefined {
    const { connection, answers } = skb;
    if (connection === undefined || connection.confirmed || answers) return undefined;
    if (clashes(table, connection)) return { kind: 'lost', reason: 'connection-clash' };
    connection.confirmed = true;
    table.push(connection);
    return undefined;
  }

  function arrive(): Fate {
    const iif = packet.iif ?? '';
    skb.iif = iif;
    const refused = refusedOnArrival(skb, iif);
    if (refused !== undefined) return { kind: 'lost', reason: refused };
    const end = hook('PREROUTING', { iif, oif: undefined });
    return end ?? route(iif);
  }

  function route(iif: string): Fate {
    const to = routeInput(skb);
    if (to.kind === 'lost') return { kind: 'lost', reason: to.reason };
    if (to.kind === 'open') return open(to.what);
    if (to.kind === 'local') {
      steps.push({ kind: 'route', again: false, local: true, table: to.route?.table ?? 'local' });
      return deliver(iif);
    }
    return forward(iif, to.route);
  }

  function forward(iif: string, route: { readonly dev: string; readonly table: string; readonly via?: Skb['dst'] }): Fate {
    if (skb.diverted !== undefined) return { kind: 'lost', reason: 'not-forwarding' };
    if (skb.ttl <= 1) return { kind: 'lost', reason: 'ttl-exceeded' };
    skb.ttl -= 1;
    run.nextHop = route.via;
    steps.push({ kind: 'route', again: false, oif: route.dev, local: false, table: route.table });
    const devices = { iif, oif: route.dev };
    const end = hook('FORWARD', devices) ?? hook('POSTROUTING', devices);
    if (end !== undefined) return end;
    return confirm() ?? { kind: packet.dir === 'out' ? 'sent' : 'forwarded', oif: route.dev };
  }

  /** A fragment waits for the others: IPv4 before INPUT, IPv6 after it. */
  function deliver(iif: string): Fate {
    const waits: Fate | undefined = packet.fragOffset > 0 ? { kind: 'lost', reason: 'awaiting-fragments' } : undefined;
    if (waits !== undefined && packet.family === 4) return waits;
    const end = hook('INPUT', { iif, oif: undefined }) ?? waits;
    const ended = end ?? confirm();
    if (ended !== undefined) return ended;
    const listener = skb.diverted ?? findSocket(host, { proto: skb.proto, dst: skb.dst, dport: skb.dport });
    const port = listener?.port ?? skb.dport;
    return {
      kind: 'delivered',
      transparent: skb.diverted !== undefined,
      ...(listener === undefined ? {} : { process: listener.process, ...(port === undefined ? {} : { listener: port }) }),
    };
  }

  /** REJECT has refused the packet, if its answer comes through. */
  function withAnswer(rejected: Rejected): Pick<Walk, 'fate' | 'answer'> {
    const answer = answerTo(skb, { with: rejected.with, local: skb.oif === undefined || (skb.iif === undefined && out.local) });
    if (!('proto' in answer)) return { fate: unanswered(rejected, answer) };
    const attach = { connection: skb.connection, direction: skb.direction, table };
    const walk = traverse({ ...traversal, packet: answer, detailed: false, attached: attach });
    choices.push(...walk.choices);
    return { fate: fateByAnswer(rejected, walk), answer: walk };
  }

  if (attached !== undefined && rules.ruleset.usesConntrack) attachTo(skb, attached);
  const fragment = packet.fragOffset > 0 && rules.ruleset.usesDefrag;
  const end: Fate = fragment ? { kind: 'lost', reason: 'awaiting-fragments' } : packet.dir === 'out' ? send() : arrive();
  const after = afterOf(skb, end);
  const answered = end.kind === 'rejected' && attached === undefined ? withAnswer(end) : { fate: end };
  return { packet, steps, ...answered, after, choices, connections: table };
}

function isUnspecified(address: Address): boolean {
  return address === 0 || address === 0n;
}
