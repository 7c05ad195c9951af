/** Which hooks can reach a chain, and which jumps close a loop: as each backend of iptables finds out when it loads.
 *  kernel net/ipv4/netfilter/ip_tables.c mark_source_chains(): does not look after a rule that always ends the chain;
 *         net/netfilter/nf_tables_api.c nft_chain_validate(): looks at all rules */
import { HOOKS, type HookName } from '../netfilter/hooks.ts';
import type { Backend } from '../syntax/text/diagnostic.ts';
import type { Span } from '../syntax/text/source.ts';

/** Chains that call one another, as they are named. */
export interface NamedCalls {
  /** where packets come in */
  readonly roots: readonly { readonly chain: string; readonly hook: HookName }[];
  readonly chains: ReadonlyMap<string, Calls>;
}

interface Calls {
  readonly jumps: readonly Jump[];
  /** index of the first rule that ends the chain for all packets: iptables-legacy looks no further; Infinity when there is none */
  readonly end: number;
}

export interface Jump {
  readonly to: string;
  /** index of the rule in its chain */
  readonly at: number;
  readonly span: Span;
}

/** The same by number, in the order of `chains`. A name is looked up once, and not at each step of five walks: of a dump of 100,000 rules
 *  and 60,000 chains that was a fifth of the time of reading it. */
export interface CallGraph {
  readonly roots: readonly { readonly chain: number; readonly hook: HookName }[];
  readonly names: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly calls: readonly Calls[];
  /** where the jumps of each chain begin in `targets` */
  readonly from: Int32Array;
  /** the chain that each jump leads to; -1: none of the table has that name */
  readonly targets: Int32Array;
}

export function callGraph({ roots, chains }: NamedCalls): CallGraph {
  const names = [...chains.keys()];
  const calls = [...chains.values()];
  const numbers = new Map(names.map((name, number) => [name, number]));
  const from = new Int32Array(calls.length + 1);
  for (const [number, { jumps }] of calls.entries()) from[number + 1] = (from[number] as number) + jumps.length;
  const targets = new Int32Array(from[calls.length] as number);
  let next = 0;
  for (const { jumps } of calls) for (const { to } of jumps) targets[next++] = numbers.get(to) ?? -1;
  const known = roots.flatMap(({ chain, hook }) => {
    const number = numbers.get(chain);
    return number === undefined ? [] : [{ chain: number, hook }];
  });
  return { roots: known, names, numbers, calls, from, targets };
}

/** How many of the jumps of a chain the backend looks at: its first ones. */
function jumpCount({ calls }: CallGraph, chain: number, backend: Backend): number {
  const { jumps, end } = calls[chain] as Calls;
  if (backend === 'nft' || end === Number.POSITIVE_INFINITY) return jumps.length;
  const beyond = jumps.findIndex(({ at }) => at >= end);
  return beyond < 0 ? jumps.length : beyond;
}

/** For each chain the hooks that reach it, as bits of `hookBits`. */
export function reachingHooks(graph: CallGraph, backend: Backend): Uint8Array {
  const { roots, from, targets } = graph;
  const reached = new Uint8Array(graph.names.length);
  for (const { chain: root, hook } of roots) {
    const bit = hookBits([hook]);
    const pending: number[] = [root];
    for (let chain = pending.pop(); chain !== undefined; chain = pending.pop()) {
      const known = reached[chain] as number;
      if ((known & bit) !== 0) continue;
      reached[chain] = known | bit;
      const start = from[chain] as number;
      for (let at = start; at < start + jumpCount(graph, chain, backend); at++) {
        const to = targets[at] as number;
        if (to >= 0) pending.push(to);
      }
    }
  }
  return reached;
}

export function hookBits(hooks: readonly HookName[]): number {
  return hooks.reduce((bits, hook) => bits | (1 << HOOKS.indexOf(hook)), 0);
}

export function hooksOf(bits: number): readonly HookName[] {
  return HOOKS.filter((_, at) => (bits & (1 << at)) !== 0);
}

/** A jump back to a chain that is being walked. */
export interface ClosingJump {
  readonly chain: string;
  readonly jump: Jump;
}

/** The jump by which a packet gets deeper than nf_tables follows, the first that is found; gotos count as jumps do. Of tables without loops. */
export function jumpsTooDeep({ roots, calls, from, targets }: CallGraph): Jump | undefined {
  const depths = new Uint8Array(calls.length);
  for (const { chain: root } of roots) {
    depths[root] = 0;
    const pending: number[] = [root];
    for (let chain = pending.pop(); chain !== undefined; chain = pending.pop()) {
      const depth = (depths[chain] as number) + 1;
      for (let at = from[chain] as number; at < (from[chain + 1] as number); at++) {
        if (depth > MOST_NESTED) return calls[chain]?.jumps[at - (from[chain] as number)];
        const to = targets[at] as number;
        if (to < 0 || depth <= (depths[to] as number)) continue;
        depths[to] = depth;
        pending.push(to);
      }
    }
  }
  return undefined;
}

/** User chains in a row. kernel include/net/netfilter/nf_tables.h NFT_JUMP_STACK_SIZE; measured: 15 load, 16 do not */
export const MOST_NESTED = 15;

/** Of a chain while jumps that loop are looked for. */
const [BEING_WALKED, DONE] = [1, 2];

/** Starts at the hooks: a loop that nothing reaches loads. */
export function closingJumps(graph: CallGraph, backend: Backend): readonly ClosingJump[] {
  const { roots, names, calls, from, targets } = graph;
  const closing: ClosingJump[] = [];
  const states = new Uint8Array(names.length);
  for (const { chain: root } of roots) {
    const stack = [{ chain: root, at: 0 }];
    states[root] = BEING_WALKED;
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const { chain } = frame;
      const at = frame.at++;
      if (at >= jumpCount(graph, chain, backend)) {
        states[chain] = DONE;
        stack.pop();
        continue;
      }
      const to = targets[(from[chain] as number) + at] as number;
      if (to < 0 || states[to] === DONE) continue;
      if (states[to] === BEING_WALKED) closing.push({ chain: names[chain] as string, jump: calls[chain]?.jumps[at] as Jump });
      else {
        states[to] = BEING_WALKED;
        stack.push({ chain: to, at: 0 });
      }
    }
  }
  return closing;
}
