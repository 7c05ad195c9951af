/** Where base chains may be, by the family of their table, and how priorities are called there. man nft(8), CHAINS
 *  nftables src/rule.c std_prio_lookup(), src/evaluate.c chain_evaluate(); kernel net/netfilter/nft_chain_filter.c */
import type { NftFamily } from '../syntax/nft/ast.ts';

const IP: ReadonlyMap<string, number> = new Map([
  ['raw', -300],
  ['mangle', -150],
  ['dstnat', -100],
  ['filter', 0],
  ['security', 50],
  ['srcnat', 100],
]);
const BRIDGE: ReadonlyMap<string, number> = new Map([
  ['dstnat', -300],
  ['filter', -200],
  ['out', 100],
  ['srcnat', 300],
]);
const FILTER: ReadonlyMap<string, number> = new Map([['filter', 0]]);

export function prioritiesOf(family: NftFamily): ReadonlyMap<string, number> {
  return family === 'bridge' ? BRIDGE : family === 'arp' || family === 'netdev' ? FILTER : IP;
}

const ONLY_AT: Readonly<Record<string, string | undefined>> = { dstnat: 'prerouting', srcnat: 'postrouting' };

/** Whether nft 1.0.6 lists a priority at the hook by the name. */
export function isNamedAt(name: string, hook: string, family: NftFamily): boolean {
  if (family === 'bridge' && name === 'out') return hook === 'output';
  return ONLY_AT[name] === undefined || ONLY_AT[name] === hook;
}

const NETWORK = ['prerouting', 'input', 'forward', 'output', 'postrouting'];
const NAT = NETWORK.filter((hook) => hook !== 'forward');

const HOOKS: Readonly<Record<NftFamily, Readonly<Record<string, readonly string[] | undefined>>>> = {
  ip: { filter: NETWORK, nat: NAT, route: ['output'] },
  ip6: { filter: NETWORK, nat: NAT, route: ['output'] },
  inet: { filter: [...NETWORK, 'ingress'], nat: NAT, route: ['output'] },
  arp: { filter: ['input', 'output'] },
  bridge: { filter: NETWORK },
  netdev: { filter: ['ingress', 'egress'] },
};

/** Undefined: tables of the family have no such chains. */
export function hooksOfType(family: NftFamily, type: string): readonly string[] | undefined {
  return Object.hasOwn(HOOKS[family], type) ? HOOKS[family][type] : undefined;
}
