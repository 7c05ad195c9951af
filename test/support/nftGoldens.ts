/** Istio's own golden files of its nftables mode, and those of its iptables mode beside them, where they are at hand. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { HostDescription } from '../../src/host/hostDescription.ts';
import type { Family } from '../../src/packet/address.ts';
import { print } from '../../src/ruleset/print.ts';
import { readRules } from '../../src/ruleset/readRules.ts';

const NFT = new URL('../../../shared/nft/goldens/', import.meta.url);
const IPTABLES = new URL('../../../shared/istio/goldens/', import.meta.url);
const HOSTS = new URL('../../fixtures/hosts/', import.meta.url);

/** The sets of the node's table are made by another transaction, and filled as pods come. */
export const NODE_SETS = `add table inet istio-ambient-nat
add set inet istio-ambient-nat istio-inpod-probes-v4 { type ipv4_addr ; }
add set inet istio-ambient-nat istio-inpod-probes-v6 { type ipv6_addr ; }
add element inet istio-ambient-nat istio-inpod-probes-v4 { 10.244.0.5 }
`;

export interface NftGolden {
  /** `sidecar tproxy`, `ambient-inpod default-ipv4` */
  readonly name: string;
  readonly nft: string;
  /** of the same settings: one block a family */
  readonly iptables?: { readonly v4: string; readonly v6: string };
}

export function nftGoldens(): readonly NftGolden[] {
  if (!existsSync(NFT)) return [];
  return readdirSync(NFT)
    .filter((file) => file.endsWith('.golden'))
    .map((file) => {
      const beside = new URL(file.replace('-nftables__', '-iptables__'), IPTABLES);
      const text = namedGroups(readFileSync(new URL(file, NFT), 'utf8'));
      return {
        name: file.replace('-nftables__', ' ').replace('.golden', ''),
        nft: file.startsWith('ambient-host') ? `${NODE_SETS}${text}` : text,
        ...(existsSync(beside) && { iptables: iptablesBlocks(namedGroups(readFileSync(beside, 'utf8'))) }),
      };
    });
}

/** Groups that this machine need not have. */
function namedGroups(text: string): string {
  return text.replaceAll(/\bjava\b/g, '2001').replaceAll(/\bftp\b/g, '2002');
}

/** Commands as what iptables-save prints after them. */
export function iptablesBlocks(text: string): { readonly v4: string; readonly v6: string } {
  const { rulesets } = readRules({ file: 'golden', text }, {});
  const of = (family: Family) => rulesets.flatMap((one) => (one.family === family ? [print(one)] : [])).join('');
  return { v4: of(4), v6: of(6) };
}

/** The host on which the rules of a golden file stand. */
export function hostOfGolden(name: string): HostDescription {
  const file = name.startsWith('ambient-host')
    ? 'node-ambient'
    : name.startsWith('ambient')
      ? 'pod-ambient'
      : /tproxy/.test(name)
        ? 'pod-tproxy'
        : 'pod';
  return JSON.parse(readFileSync(new URL(`${file}.json`, HOSTS), 'utf8')) as HostDescription;
}
