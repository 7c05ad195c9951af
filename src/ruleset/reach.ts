/** Which hooks can reach a chain, and which jumps close a loop: as each backend of iptables finds out when it loads.
 *  kernel net/ipv4/netfilter/ip_tables.c mark_source_chains(): does not look after a rule that always ends the chain;
 *         net/netfilter/nf_tables_api.c nft_chain_validate(): looks at all rules */
import { HOOKS, type HookName } from '../netfilter/hooks.ts';
import type { Backend } from '../syntax/text/diagnostic.ts';
import type { Span } from '../syntax/text/source.ts';

/** Chains that call one another. */
export interface CallGraph {
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

function jumpsOf({ chains }: CallGraph, name: string, backend: Backend): readonly Jump[] {
  const chain = chains.get(name);
  if (chain === undefined) return [];
  return backend === 'nft' || chain.end === Number.POSITIVE_INFINITY ? chain.jumps : chain.jumps.filter(({ at }) => at < chain.end);
}

/** For each chain that can be reached, the hooks that do, as bits of `hookBits`. */
export function reachingHooks(table: CallGraph, backend: Backend): ReadonlyMap<string, number> {
  const reached = new Map<string, number>();
  for (const { chain: root, hook } of table.roots) {
    const bit = hookBits([hook]);
    const pending: string[] = [root];
    for (let chain = pending.pop(); chain !== undefined; chain = pending.pop()) {
      const known = reached.get(chain) ?? 0;
      if ((known & bit) !== 0) continue;
      reached.set(chain, known | bit);
      for (const { to } of jumpsOf(table, chain, backend)) pending.push(to);
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
export function jumpsTooDeep(table: CallGraph): Jump | undefined {
  const depths = new Map<string, number>();
  for (const { chain: root } of table.roots) {
    depths.set(root, 0);
    const pending: string[] = [root];
    for (let chain = pending.pop(); chain !== undefined; chain = pending.pop()) {
      const depth = (depths.get(chain) ?? 0) + 1;
      for (const jump of jumpsOf(table, chain, 'nft')) {
        if (depth > MOST_NESTED) return jump;
        if (depth <= (depths.get(jump.to) ?? 0)) continue;
        depths.set(jump.to, depth);
        pending.push(jump.to);
      }
    }
  }
  return undefined;
}

/** User chains in a row. kernel include/net/netfilter/nf_tables.h NFT_JUMP_STACK_SIZE; measured: 15 load, 16 do not */
export const MOST_NESTED = 15;

interface Frame {
  readonly chain: string;
  readonly jumps: readonly Jump[];
  at: number;
}

/** Starts at the hooks: a loop that nothing reaches loads. */
export function closingJumps(table: CallGraph, backend: Backend): readonly ClosingJump[] {
  const closing: ClosingJump[] = [];
  const done = new Set<string>();
  const active = new Set<string>();
  for (const { chain: root } of table.roots) {
    const stack: Frame[] = [];
    const enter = (chain: string): void => {
      active.add(chain);
      stack.push({ chain, jumps: jumpsOf(table, chain, backend), at: 0 });
    };
    enter(root);
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const jump = frame.jumps[frame.at++];
      if (jump === undefined) {
        active.delete(frame.chain);
        done.add(frame.chain);
        stack.pop();
      } else if (active.has(jump.to)) closing.push({ chain: frame.chain, jump });
      else if (!done.has(jump.to)) enter(jump.to);
    }
  }
  return closing;
}
