/** Base chains of nftables: their type, hook and priority. man nft(8), CHAINS
 *  kernel net/netfilter/nf_tables_api.c nft_chain_parse_hook(), net/netfilter/nft_chain_nat.c, nft_chain_route.c */
import type { BaseHook, BaseKind } from '../netfilter/baseChain.ts';
import { CONNTRACK_PRIORITY } from '../netfilter/baseChain.ts';
import { isHook } from '../netfilter/hooks.ts';
import type { NftBaseNode, NftFamily, NftTableNode } from '../syntax/nft/ast.ts';
import type { ProblemSink } from '../syntax/text/problems.ts';
import type { Span } from '../syntax/text/source.ts';
import { hooksOfType, prioritiesOf } from './nftPlaces.ts';

/** nft 1.0.6 takes `dstnat` at prerouting and `srcnat` at postrouting only; newer ones print them at two hooks. */
const PLACES: ReadonlyMap<string, readonly string[]> = new Map([
  ['dstnat', ['prerouting', 'output']],
  ['srcnat', ['input', 'postrouting']],
  ['out', ['output']],
]);

const KINDS: readonly string[] = ['filter', 'nat', 'route'] satisfies readonly BaseKind[];
const HOOK_NAMES: ReadonlySet<string> = new Set(['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress', 'egress']);

/** Undefined: it was refused, or it is at a hook of devices. */
export function nftBase(
  base: NftBaseNode,
  { registered, family }: { readonly registered: number; readonly family: NftFamily },
  report: ProblemSink,
): BaseHook | undefined {
  const priority = checkedPriority(base, family, report);
  const hook = base.hook.text.toUpperCase();
  if (priority === undefined || !isHook(hook)) return undefined;
  return { hook, kind: base.type.text as BaseKind, priority, registered, policy: base.policy?.text === 'drop' ? 'DROP' : 'ACCEPT' };
}

/** Undefined: the kernel would refuse the chain, which was reported. nftables src/evaluate.c chain_evaluate() */
export function checkedPriority(base: NftBaseNode, family: NftFamily, report: ProblemSink): number | undefined {
  const refuse = (message: string, span: Span, help?: string): undefined =>
    void report({ kind: 'not-loadable', code: 'bad-argument', message, span, help });
  const { type, hook, devices, flags } = base;
  const kind = type.text;
  if (!KINDS.includes(kind)) return refuse(`there is no chain type \`${kind}\``, type, 'types are filter, nat and route');
  if (!HOOK_NAMES.has(hook.text))
    return refuse(`there is no hook \`${hook.text}\``, hook, 'hooks are prerouting, input, forward, output and postrouting');
  const allowed = hooksOfType(family, kind);
  if (allowed === undefined) return refuse(`tables of ${family} have no chains of type ${kind}`, type);
  if (hooksOfType(family, 'filter')?.includes(hook.text) === false)
    return refuse(`tables of ${family} have no hook \`${hook.text}\``, hook);
  if (!allowed.includes(hook.text)) return refuse(`a chain of type ${kind} cannot be at hook ${hook.text}`, hook);
  const [device] = devices;
  if (device !== undefined && !isOfDevices(base)) return refuse(`a chain at hook ${hook.text} has no devices`, device);
  const [flag] = flags;
  if (flag !== undefined && family !== 'netdev') return refuse(`\`flags ${flag.text}\` is for chains of devices`, flag);
  return priorityHere(base, family, refuse);
}

type Refuse = (message: string, span: Span) => undefined;

function priorityHere(base: NftBaseNode, family: NftFamily, refuse: Refuse): number | undefined {
  const { type, hook, priority: said } = base;
  const span = { start: said.start, end: said.end };
  const hooks = PLACES.get(said.name ?? '');
  if (hooks?.includes(hook.text) === false) return refuse(`the priority \`${said.name}\` is for ${hooks.join(' and ')}`, span);
  const priority = priorityOf(base, family);
  if (priority === undefined) return refuse(`there is no priority \`${said.name}\``, span);
  if (type.text === 'nat' && priority <= CONNTRACK_PRIORITY)
    return refuse(`a chain of type nat needs a priority above ${CONNTRACK_PRIORITY}`, span);
  return priority;
}

export function priorityOf({ priority: { name, offset } }: NftBaseNode, family: NftFamily): number | undefined {
  if (name === undefined) return offset;
  const base = prioritiesOf(family).get(name);
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
