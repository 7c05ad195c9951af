/** What the kernel refuses of a table of nftables although every rule reads well: chains that are not there, call one another in a circle or too
 *  deep, and statements at hooks that they are not for.
 *  kernel net/netfilter/nf_tables_api.c nft_verdict_init(), nft_chain_validate(), nft_chain_validate_hooks() */
import type { HookLimit } from '../expressions/contract/building.ts';
import type { BaseHook } from '../netfilter/baseChain.ts';
import type { NftName, NftTableNode } from '../syntax/nft/ast.ts';
import type { ProblemSink } from '../syntax/text/problems.ts';
import { type CallGraph, closingJumps, hooksOf, type Jump, jumpsTooDeep, MOST_NESTED, reachingHooks } from './reach.ts';

export interface CheckedChain {
  readonly name: NftName;
  readonly base: BaseHook | undefined;
  readonly isBase: boolean;
  readonly jumps: readonly Jump[];
  readonly limits: readonly HookLimit[];
}

/** Of a table that iptables-nft has made, only whether all of it is there: it is not loaded from this text. */
export function checkNftTable(
  table: NftTableNode,
  chains: readonly CheckedChain[],
  { ofIptables, report }: { readonly ofIptables: boolean; readonly report: ProblemSink },
): void {
  const named = new Map(chains.map((chain) => [chain.name.text, chain]));
  const all = [...chains.flatMap(({ jumps }) => jumps), ...(ofIptables ? [] : jumpsOfMaps(table, chains))];
  for (const jump of all) checkJump(jump, { table, to: named.get(jump.to) }, report);
  const graph: CallGraph = {
    roots: chains.flatMap(({ name, base }) => (base === undefined ? [] : [{ chain: name.text, hook: base.hook }])),
    chains: new Map(chains.map((chain) => [chain.name.text, { jumps: chain.jumps, end: Number.POSITIVE_INFINITY }])),
  };
  const loops = closingJumps(graph, 'nft');
  for (const { chain, jump } of loops) {
    const message = `this jump from \`${chain}\` to \`${jump.to}\` closes a loop`;
    report({ kind: 'not-loadable', code: 'chain-loop', message, span: jump.span });
  }
  if (loops.length > 0) return;
  const deep = jumpsTooDeep(graph);
  if (deep !== undefined) {
    const message = `by this jump to \`${deep.to}\` more than ${MOST_NESTED} chains call one another`;
    report({ kind: 'not-loadable', code: 'chain-loop', message, span: deep.span });
  }
  if (!ofIptables) checkHooks(graph, chains, report);
}

/** Of elements that no rule asks for too: rules that do have their jumps already. */
function jumpsOfMaps({ sets }: NftTableNode, chains: readonly CheckedChain[]): readonly Jump[] {
  const known = new Set(chains.flatMap(({ name, isBase }) => (isBase ? [] : [name.text])));
  return sets.flatMap(({ elements }) =>
    elements.flatMap(({ value }): readonly Jump[] => {
      const chain = value?.kind === 'verdict' ? value.chain : undefined;
      return chain === undefined || known.has(chain.text) ? [] : [{ to: chain.text, at: 0, span: chain }];
    }),
  );
}

interface JumpPlace {
  readonly table: NftTableNode;
  readonly to: CheckedChain | undefined;
}

function checkJump({ to: name, span }: Jump, { table, to }: JumpPlace, report: ProblemSink): void {
  if (to === undefined) {
    const message = `there is no chain \`${name}\` in table \`${table.family} ${table.name.text}\``;
    report({ kind: 'not-loadable', code: 'unknown-chain', message, span });
  } else if (to.isBase) {
    const message = `\`${name}\` is a base chain: no rule can call it`;
    report({ kind: 'not-loadable', code: 'unknown-chain', message, span });
  }
}

function checkHooks(graph: CallGraph, chains: readonly CheckedChain[], report: ProblemSink): void {
  const reached = reachingHooks(graph, 'nft');
  const kinds = kindsOf(graph, chains);
  for (const { name, limits } of chains) {
    const hooks = hooksOf(reached.get(name.text) ?? 0);
    for (const { what, hooks: allowed, kinds: allowedKinds, span } of limits) {
      const wrong = hooks.filter((hook) => !allowed.includes(hook)).map((hook) => hook.toLowerCase());
      const help = `it loads at ${allowed.map((hook) => hook.toLowerCase()).join(' and ')} only`;
      if (wrong.length > 0)
        report({ kind: 'not-loadable', code: 'wrong-hook', message: `\`${what}\` cannot be at ${wrong.join(' and ')}`, span, help });
      const others = [...(kinds.get(name.text) ?? [])].filter((kind) => allowedKinds !== undefined && !allowedKinds.includes(kind));
      if (wrong.length === 0 && others.length > 0) {
        const message = `\`${what}\` cannot be in a chain of type ${others.join(' or ')}`;
        report({ kind: 'not-loadable', code: 'wrong-hook', message, span, help: 'it loads in chains of type nat only' });
      }
    }
  }
}

/** Of which kinds the base chains are that reach a chain. */
function kindsOf({ chains }: CallGraph, checked: readonly CheckedChain[]): ReadonlyMap<string, ReadonlySet<BaseHook['kind']>> {
  const kinds = new Map<string, Set<BaseHook['kind']>>();
  for (const { name, base } of checked) {
    if (base === undefined) continue;
    const pending = [name.text];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const known = kinds.get(at) ?? new Set();
      if (known.has(base.kind)) continue;
      kinds.set(at, known.add(base.kind));
      for (const to of new Set(chains.get(at)?.jumps.map((jump) => jump.to))) pending.push(to);
    }
  }
  return kinds;
}
