/** The tables and chains of nftables that Istio knows, in the order in which it makes them. All tables are of the family inet.
 *  source: istio/istio tools/istio-nftables/pkg/capture/run.go, cni/pkg/nftables/nftables.go */
import type { IstioNftTable } from './rule.ts';

export interface NftLayout {
  /** of the names of tables */
  readonly prefix: string;
  readonly chains: Readonly<Record<IstioNftTable, readonly string[]>>;
  /** a chain that nothing but a jump names is made too */
  readonly makesEmptyChains: boolean;
}

export const SIDECAR_LAYOUT: NftLayout = {
  prefix: 'istio-proxy',
  chains: {
    nat: ['prerouting', 'output', 'istio-inbound', 'istio-redirect', 'istio-in-redirect', 'istio-output', 'istio-output-dns'],
    mangle: ['prerouting', 'output', 'istio-divert', 'istio-tproxy', 'istio-inbound', 'istio-drop'],
    raw: ['prerouting', 'output', 'istio-inbound', 'istio-output-dns'],
  },
  makesEmptyChains: false,
};

const AMBIENT_CHAINS = ['prerouting', 'output', 'istio-prerouting', 'istio-output'];

export const AMBIENT_LAYOUT: NftLayout = {
  prefix: 'istio-ambient',
  chains: { nat: AMBIENT_CHAINS, mangle: AMBIENT_CHAINS, raw: AMBIENT_CHAINS },
  makesEmptyChains: true,
};

/** On the node. */
export const AMBIENT_HOST_LAYOUT: NftLayout = {
  prefix: 'istio-ambient',
  chains: { nat: ['postrouting'], mangle: [], raw: [] },
  makesEmptyChains: true,
};

/** What follows the name of a chain: how that of a hook is declared. A mark that is set in a chain of type route leads to another route. No
 *  policy is written. */
export function hookOf(table: IstioNftTable, chain: string): string {
  if (!['prerouting', 'output', 'postrouting'].includes(chain)) return '';
  const type = table === 'nat' ? 'nat' : table === 'mangle' && chain === 'output' ? 'route' : 'filter';
  const priority = chain === 'postrouting' ? 100 : PRIORITIES[table];
  return ` { type ${type} hook ${chain} priority ${priority} ; }`;
}

const PRIORITIES: Readonly<Record<IstioNftTable, number>> = { nat: -100, mangle: -150, raw: -300 };
