/** What the kernel refuses of a table of nftables although every rule reads well: chains that are not there, call one another in a circle or too
 *  deep, and statements at hooks that they are not for.
 *  kernel net/netfilter/nf_tables_api.c nft_verdict_init(), nft_chain_validate(), nft_chain_validate_hooks() */
import type { HookLimit } from '../expressions/contract/building.ts';
import type { BaseHook } from '../netfilter/baseChain.ts';
import type { NftName, NftTableNode } from '../syntax/nft/ast.ts';
import type { ProblemSink } from '../syntax/text/problems.ts';
import { type CallGraph, callGraph, closingJumps, hooksOf, type Jump, jumpsTooDeep, MOST_NESTED, reachingHooks } from './reach.ts';

export interface CheckedChain {
  readonly name: NftName;
  readonly base: BaseHook | undefined;
  readonly isBase: boolean;
  readonly jumps: readonly Jump[];
  readonly limits: readonly HookLimit[];
}

/** Of rules that iptables-nft has made no limits are given: they are not loaded from this text. */
export function checkNftTable(table: NftTableNode, chains: readonly CheckedChain[], report: ProblemSink): void {
  const named = new Map(chains.map((chain) => [chain.name.text, chain]));
  const all = [...chains.flatMap(({ jumps }) => jumps), ...jumpsOfMaps(table, chains)];
  for (const jump of all) checkJump(jump, { table, to: named.get(jump.to) }, report);
  const graph = callGraph({
    roots: chains.flatMap(({ name, base }) => (base === undefined ? [] : [{ chain: name.text, hook: base.hook }])),
    chains: new Map(chains.map((chain) => [chain.name.text, { jumps: chain.jumps, end: Number.POSITIVE_INFINITY }])),
  });
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
  checkHooks(graph, chains, report);
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
  const kindsAt = kindsOf(graph, chains);
  for (const { name, limits } of chains) {
    if (limits.length === 0) continue;
    const number = graph.numbers.get(name.text) ?? -1;
    const hooks = hooksOf(reached[number] ?? 0);
    for (const { what, hooks: allowed, kinds: allowedKinds, span } of limits) {
      const wrong = hooks.filter((hook) => !allowed.includes(hook)).map((hook) => hook.toLowerCase());
      const help = `it loads at ${allowed.map((hook) => hook.toLowerCase()).join(' and ')} only`;
      if (wrong.length > 0)
        report({ kind: 'not-loadable', code: 'wrong-hook', message: `\`${what}\` cannot be at ${wrong.join(' and ')}`, span, help });
      const others = kindsAt(number).filter((kind) => allowedKinds !== undefined && !allowedKinds.includes(kind));
      if (wrong.length === 0 && others.length > 0) {
        const message = `\`${what}\` cannot be in a chain of type ${others.join(' or ')}`;
        report({ kind: 'not-loadable', code: 'wrong-hook', message, span, help: 'it loads in chains of type nat only' });
      }
    }
  }
}

type Kind = BaseHook['kind'];

/** Of which kinds the base chains are that reach a chain, by its number. */
function kindsOf({ from, targets, names, numbers }: CallGraph, bases: readonly CheckedChain[]) {
  const kinds: readonly Kind[] = [...new Set(bases.flatMap(({ base }) => base?.kind ?? []))];
  const reached = new Uint8Array(names.length);
  for (const { name, base } of bases) {
    if (base === undefined) continue;
    const bit = 1 << kinds.indexOf(base.kind);
    const pending = [numbers.get(name.text) ?? -1];
    for (let chain = pending.pop(); chain !== undefined; chain = pending.pop()) {
      const known = reached[chain];
      if (known === undefined || (known & bit) !== 0) continue;
      reached[chain] = known | bit;
      for (let at = from[chain] as number; at < (from[chain + 1] as number); at++) pending.push(targets[at] as number);
    }
  }
  return (chain: number): readonly Kind[] => kinds.filter((_, at) => ((reached[chain] as number) & (1 << at)) !== 0);
}
