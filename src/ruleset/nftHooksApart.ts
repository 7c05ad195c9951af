/** Statements at hooks that they are not for, in tables whose packets are not walked.
 *  kernel net/bridge/netfilter/nft_reject_bridge.c nft_reject_bridge_validate(), net/netfilter/nft_reject_netdev.c, nft_fib_netdev.c,
 *  nft_meta.c nft_meta_set_validate(), nft_meta_get_validate() */
import type { HookLimit } from '../expressions/contract/building.ts';
import type { NftFamily } from '../syntax/nft/ast.ts';
import type { ProblemSink } from '../syntax/text/problems.ts';
import type { CheckedChain } from './nftChecks.ts';

/** A chain and, of a base chain, its hook as nft names it. */
export interface ApartChain extends CheckedChain {
  readonly hook?: string | undefined;
}

export function checkHooksApart(chains: readonly ApartChain[], family: NftFamily, report: ProblemSink): void {
  const named = new Map(chains.map((chain) => [chain.name.text, chain]));
  const said = new Set<HookLimit>();
  for (const { hook, name } of chains) {
    if (hook === undefined) continue;
    const reached = new Set([name.text]);
    for (const at of reached) {
      const { jumps = [], limits = [] } = named.get(at) ?? {};
      for (const limit of limits) {
        if (said.has(limit) || loadsAt(limit, hook, family)) continue;
        said.add(limit);
        report({ kind: 'not-loadable', code: 'wrong-hook', message: `\`${limit.what}\` cannot be at ${hook}`, span: limit.span });
      }
      for (const { to } of jumps) reached.add(to);
    }
  }
}

/** A device has the first and the last of the hooks of IP. */
const OF_DEVICES: Readonly<Record<string, string>> = { ingress: 'PREROUTING', egress: 'POSTROUTING' };

function loadsAt({ what, hooks }: HookLimit, hook: string, family: NftFamily): boolean {
  if (family === 'bridge' && what === 'reject') return hook === 'prerouting' || hook === 'input';
  const asked = family === 'netdev' ? OF_DEVICES[hook] : hook.toUpperCase();
  return hooks.some((one) => one === asked);
}
