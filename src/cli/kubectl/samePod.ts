/** Pods of which one proof is enough: the same rules, and hosts that differ in the pod's own address alone, which no rule knows. */

import { isJsonRecord, parseJson, recordsIn } from '../../lib/json.ts';
import { type Address, familyOf, parseAddress, parsePrefix, prefixRange } from '../../packet/address.ts';
import type { PodFiles } from './podFiles.ts';

interface Own {
  readonly address: Address;
  /** the subnet of its interface, or the address alone */
  readonly lo: bigint;
  readonly hi: bigint;
}

/** Equal for pods that are treated alike. */
export function samePodKey({ rules, host, facts, mesh, absentFamilies }: PodFiles): string {
  const own = ownAddresses(host?.text, facts.addresses);
  const { proxyUid, proxyGid, addresses } = facts;
  const around = addressesIn(host?.text ?? '').filter((text) => named(text, own) === text);
  return JSON.stringify([
    rules.text.replaceAll(/^#.*$/gm, ''),
    [...addressesIn(rules.text), ...around].map((text) => placeOf(text, own)),
    host === undefined ? addresses.map((text) => named(text, own)) : host.text.replaceAll(ADDRESS, (text) => named(text, own)),
    [proxyUid, proxyGid, mesh, absentFamilies],
  ]);
}

/** Of both families, with a prefix or without. A version number looks like one, and is then the same for both. */
const ADDRESS = /(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]*:[0-9a-f.:]*)(?:\/\d{1,3})?(?![\w.:])/gi;

function addressesIn(text: string): readonly string[] {
  return text.match(ADDRESS) ?? [];
}

function ownAddresses(host: string | undefined, told: readonly string[]): readonly Own[] {
  const description = host === undefined ? undefined : parseJson(host);
  const interfaces = isJsonRecord(description) ? recordsIn(description.interfaces) : [];
  const texts = interfaces.flatMap(({ name, addresses }) => (name === 'lo' || !Array.isArray(addresses) ? [] : addresses.map(String)));
  return [...texts, ...told].flatMap((text) => {
    const prefix = parsePrefix(text);
    if (prefix === undefined) return [];
    const { lo, hi } = prefixRange(prefix);
    return [{ address: prefix.address, lo: BigInt(lo), hi: BigInt(hi) }];
  });
}

/** How a rule's address lies to the pod's own: equal words are treated alike. */
function placeOf(text: string, own: readonly Own[]): string {
  const prefix = parsePrefix(text);
  if (prefix === undefined) return '';
  const range = prefixRange(prefix);
  const [lo, hi] = [BigInt(range.lo), BigInt(range.hi)];
  return own
    .filter(({ address }) => familyOf(address) === familyOf(prefix.address))
    .map((one) => {
      if (hi < one.lo || lo > one.hi) return 'apart';
      if (lo <= one.lo && hi >= one.hi) return 'around';
      // a part of the subnet: pods whose addresses are in it, or not, are treated alike
      const own = BigInt(one.address);
      return `${own >= lo && own <= hi ? 'holds it' : 'beside it'} in ${one.lo}`;
    })
    .join();
}

/** Addresses of the pod's subnet by their distance from its beginning, the pod's own by their place. */
function named(text: string, own: readonly Own[]): string {
  const [bare = '', length] = text.split('/');
  const address = parseAddress(bare);
  if (address === undefined) return text;
  const at = own.findIndex((one) => one.address === address);
  const word = length === undefined ? '' : `/${length}`;
  if (at >= 0) return `own${at}${word}`;
  const subnet = own.findIndex(
    ({ address: other, lo, hi }) => familyOf(other) === familyOf(address) && BigInt(address) >= lo && BigInt(address) <= hi,
  );
  return subnet < 0 ? text : `subnet${subnet}+${BigInt(address) - (own[subnet]?.lo ?? 0n)}${word}`;
}
