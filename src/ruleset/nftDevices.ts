/** Chains at the hooks of devices, before and behind those of IP: what they do is not modelled. One rule stands for each that may do
 *  something to a packet, first or last of all.
 *  kernel net/core/dev.c nf_ingress(), nf_hook_egress() */
import type { BaseHook } from '../netfilter/baseChain.ts';
import { inSet } from '../netfilter/matchExpr.ts';
import type { NftBaseNode, NftChainNode, NftStatement, NftTableNode } from '../syntax/nft/ast.ts';
import { isOfDevices } from './nftBase.ts';
import type { Chain, Rule } from './ruleset.ts';

/** Lower and higher than those of other base chains. */
const FIRST = -0x8000_0000;
const LAST = 0x7fff_ffff;

export function deviceChain(node: NftChainNode & { readonly base: NftBaseNode }, table: string, registered: number): Chain {
  const { name, base, start, end } = node;
  const arrives = base.hook.text === 'ingress';
  const devices = base.devices.map(({ text }) => ({ lo: text, hi: text }));
  const match = inSet(arrives ? 'iif' : 'oif', devices);
  const names = base.devices.map(({ text }) => `"${text}"`).join(', ');
  const rule: Rule = {
    number: 1,
    chain: name.text,
    table,
    match,
    clauses: [{ text: `${arrives ? 'iifname' : 'oifname'} { ${names} }`, expr: match }],
    effects: [{ kind: 'unmodelled', reason: `what chain \`${name.text}\` does at ${base.hook.text} of a device` }],
    text: `hook ${base.hook.text}, devices ${names}`,
    line: node.rules[0]?.line ?? 1,
    span: { start, end },
  };
  const attached: BaseHook = {
    hook: arrives ? 'PREROUTING' : 'POSTROUTING',
    kind: 'filter',
    priority: arrives ? FIRST : LAST,
    policy: 'ACCEPT',
    registered,
  };
  return { table, name: name.text, base: attached, rules: [rule], span: { start: name.start, end: name.end } };
}

/** Chains of devices that may drop a packet, or change what others see of it. */
export function actingDeviceChains(table: NftTableNode): readonly (NftChainNode & { readonly base: NftBaseNode })[] {
  const acts = hasActingRule(table);
  return table.chains.flatMap((chain) => {
    const { base } = chain;
    if (base === undefined || !isOfDevices(base)) return [];
    return acts || base.policy?.text === 'drop' ? [{ ...chain, base }] : [];
  });
}

/** One of the table's rules may drop a packet, or change what others see of it. */
export function hasActingRule({ chains }: NftTableNode): boolean {
  return chains.some(({ rules }) => rules.some(({ statements }) => statements.some(doesSomething)));
}

const LOOKING: ReadonlySet<NftStatement['kind']> = new Set([
  'match',
  'counter',
  'log',
  'limit',
  'quota',
  'ct count',
  'last',
  'dynamic',
  'meter',
]);

function doesSomething(statement: NftStatement): boolean {
  if (statement.kind === 'verdict')
    return statement.verdict === 'drop' || statement.rules?.some(({ statements }) => statements.some(doesSomething)) === true;
  return !LOOKING.has(statement.kind);
}
