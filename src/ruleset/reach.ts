/** Which hooks can reach a rule, and which jumps close a loop: as each backend of iptables finds out when it loads.
 *  kernel net/netfilter/x_tables.c, net/ipv4/netfilter/ip_tables.c mark_source_chains(): does not look behind a rule that always ends the chain;
 *         net/netfilter/nf_tables_api.c nft_chain_validate(): looks at all rules */
import type { BoundRule } from '../extensions/bind/boundRule.ts';
import type { HookName } from '../netfilter/hooks.ts';
import type { PlacedRule } from './linkedRule.ts';

interface Graph {
  readonly hooks: readonly HookName[];
  readonly rules: ReadonlyMap<string, readonly PlacedRule[]>;
}

type Backend = 'legacy' | 'nft';

/** The rules of a chain that the backend looks at. */
function seenRules({ rules }: Graph, chain: string, backend: Backend): readonly PlacedRule[] {
  const all = rules.get(chain) ?? [];
  if (backend === 'nft') return all;
  const end = all.findIndex(({ rule }) => alwaysEnds(rule));
  return end < 0 ? all : all.slice(0, end + 1);
}

const ENDING: readonly string[] = ['ACCEPT', 'DROP', 'RETURN'];

function alwaysEnds({ source, destination, iif, oif, proto, fragment, matches, target }: BoundRule): boolean {
  const unconditional = [source, destination, iif, oif, proto, fragment].every((option) => option === undefined) && matches.length === 0;
  return unconditional && target?.kind === 'extension' && ENDING.includes(target.name);
}

function jumpsTo({ rule: { target } }: PlacedRule): string | undefined {
  return target === undefined || target.kind === 'extension' ? undefined : target.chain;
}

export interface ReachingHooks {
  of(rule: PlacedRule): readonly HookName[];
}

export function reachingHooks(graph: Graph, backend: Backend): ReachingHooks {
  const hooksOf = new Map<string, HookName[]>();
  const behind = new Set<PlacedRule>();
  for (const hook of graph.hooks) {
    const visited = new Set<string>([hook]);
    const pending: string[] = [hook];
    for (let chain = pending.pop(); chain !== undefined; chain = pending.pop()) {
      const hooks = hooksOf.get(chain);
      if (hooks === undefined) hooksOf.set(chain, [hook]);
      else hooks.push(hook);
      for (const rule of seenRules(graph, chain, backend)) {
        const next = jumpsTo(rule);
        if (next === undefined || visited.has(next)) continue;
        visited.add(next);
        pending.push(next);
      }
    }
  }
  if (backend === 'legacy') {
    for (const [chain, rules] of graph.rules) {
      const seen = seenRules(graph, chain, backend).length;
      for (const rule of rules.slice(seen)) behind.add(rule);
    }
  }
  return { of: (rule) => (behind.has(rule) ? [] : (hooksOf.get(rule.place.chain) ?? [])) };
}

export interface Loop {
  readonly rule: PlacedRule;
  /** iptables-legacy does not see it */
  readonly onlyNft: boolean;
}

/** Jumps that lead back to a chain that is being walked, starting at the hooks: a loop that nothing reaches loads. */
export function findLoops(graph: Graph): readonly Loop[] {
  const forNft = closingJumps(graph, 'nft');
  if (forNft.length === 0) return [];
  const forLegacy = new Set(closingJumps(graph, 'legacy'));
  return forNft.map((rule) => ({ rule, onlyNft: forLegacy.size === 0 }));
}

interface Frame {
  readonly chain: string;
  readonly rules: readonly PlacedRule[];
  at: number;
}

function closingJumps(graph: Graph, backend: Backend): readonly PlacedRule[] {
  const closing: PlacedRule[] = [];
  const done = new Set<string>();
  const active = new Set<string>();
  for (const hook of graph.hooks) {
    const stack: Frame[] = [];
    const enter = (chain: string): void => {
      active.add(chain);
      stack.push({ chain, rules: seenRules(graph, chain, backend), at: 0 });
    };
    enter(hook);
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const rule = frame.rules[frame.at++];
      if (rule === undefined) {
        active.delete(frame.chain);
        done.add(frame.chain);
        stack.pop();
        continue;
      }
      const next = jumpsTo(rule);
      if (next === undefined || done.has(next)) continue;
      if (active.has(next)) closing.push(rule);
      else enter(next);
    }
  }
  return closing;
}
