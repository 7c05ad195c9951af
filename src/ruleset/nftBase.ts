/** Base chains of nftables: their type, hook and priority. man nft(8), CHAINS
 *  kernel net/netfilter/nf_tables_api.c nft_chain_parse_hook(), net/netfilter/nft_chain_nat.c, nft_chain_route.c */
import type { BaseHook, BaseKind } from '../netfilter/baseChain.ts';
import { CONNTRACK_PRIORITY } from '../netfilter/baseChain.ts';
import { type HookName, isHook } from '../netfilter/hooks.ts';
import type { NftBaseNode, NftTableNode } from '../syntax/nft/ast.ts';
import type { ProblemSink } from '../syntax/text/problems.ts';

/** source: man nft(8), table "Standard priority names" */
export const PRIORITIES: ReadonlyMap<string, number> = new Map([
  ['raw', -300],
  ['mangle', -150],
  ['dstnat', -100],
  ['filter', 0],
  ['security', 50],
  ['srcnat', 100],
]);

/** nft 1.0.6 takes `dstnat` at prerouting and `srcnat` at postrouting only; newer ones print them at two hooks. */
const PLACES: ReadonlyMap<string, readonly HookName[]> = new Map([
  ['dstnat', ['PREROUTING', 'OUTPUT']],
  ['srcnat', ['INPUT', 'POSTROUTING']],
]);

const KINDS: Readonly<Record<BaseKind, readonly HookName[]>> = {
  filter: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  route: ['OUTPUT'],
};

/** Undefined: the kernel would refuse it, which was reported, or it is at a hook that is not modelled. */
export function nftBase(base: NftBaseNode, registered: number, report: ProblemSink): BaseHook | undefined {
  const refuse = (message: string, span: NftBaseNode['type'], help?: string): undefined =>
    void report({ kind: 'not-loadable', code: 'bad-argument', message, span, help });
  const kind = base.type.text;
  if (!(kind in KINDS)) return refuse(`there is no chain type \`${kind}\``, base.type, 'types are filter, nat and route');
  const hook = base.hook.text.toUpperCase();
  if (!isHook(hook))
    return refuse(`there is no hook \`${base.hook.text}\``, base.hook, 'hooks are prerouting, input, forward, output and postrouting');
  const allowed = KINDS[kind as BaseKind];
  if (!allowed.includes(hook)) return refuse(`a chain of type ${kind} cannot be at hook ${base.hook.text}`, base.hook);
  const hooks = PLACES.get(base.priority.name ?? '');
  if (hooks?.includes(hook) === false)
    return refuse(`the priority \`${base.priority.name}\` is for ${hooks.map((name) => name.toLowerCase()).join(' and ')}`, {
      ...base.priority,
      text: '',
    });
  const priority = priorityOf(base);
  if (priority === undefined) return refuse(`there is no priority \`${base.priority.name}\``, { ...base.priority, text: '' });
  if (kind === 'nat' && priority <= CONNTRACK_PRIORITY)
    return refuse(`a chain of type nat needs a priority above ${CONNTRACK_PRIORITY}`, { ...base.priority, text: '' });
  return { hook, kind: kind as BaseKind, priority, registered, policy: base.policy?.text === 'drop' ? 'DROP' : 'ACCEPT' };
}

export function priorityOf({ priority: { name, offset } }: NftBaseNode): number | undefined {
  if (name === undefined) return offset;
  const base = PRIORITIES.get(name);
  return base === undefined ? undefined : base + offset;
}

/** Hooks before and behind those of IP: what their chains do is not modelled. */
export function isOfDevices({ hook }: NftBaseNode): boolean {
  return hook.text === 'ingress' || hook.text === 'egress';
}

/** The rules of a dormant table are there, but its chains do not run. */
export function isDormant({ flags }: NftTableNode): boolean {
  return flags.some(({ text }) => text === 'dormant');
}
