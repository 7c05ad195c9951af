/** How far an answer about many packets goes: which families, which of their packets, on which host. */
import { POD_INTERFACE } from '../host/podAddress.ts';
import { does } from '../netfilter/everyEffect.ts';
import { type Family, familyOf, formatAddress } from '../packet/address.ts';
import { rulesOfTables } from '../ruleset/everyRule.ts';
import { isOfNft } from '../ruleset/ofNft.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { routerWords } from './assumedHost.ts';
import type { ChosenSetting } from './setting.ts';

export interface Bounds {
  readonly families: readonly Family[];
  /** of which nothing is said */
  readonly unjudged: readonly Family[];
  /** of which no rules are given, and which are checked all the same: as a kernel without rules */
  readonly unruled?: readonly Family[];
  /** `an assumed pod at 10.244.0.5`; of a comparison those of both sides */
  readonly hosts: readonly string[];
  /** only packets of a requested set */
  readonly narrowed?: boolean;
  /** how far connections are followed; absent: of first packets alone */
  readonly ofConnections?: 'data' | 'whole';
  /** of connections whose answers conntrack looks up elsewhere it is asked whether they open, and not what becomes of their data */
  readonly lookedUpApart?: true;
  /** only what the application sends */
  readonly ofApplication?: boolean;
  /** of two hosts: interfaces that one of them alone has, as `tun0 of the base` */
  readonly apart?: readonly string[];
}

export const GIVEN_HOST = 'the host given';
/** A manifest describes its pod. */
export const POD_OF_MANIFEST = 'the pod of the manifest';

/** A host that is not described is named with its addresses in the requested families. */
export function hostWords(
  { host, assumed, assumptions = [] }: Pick<ChosenSetting, 'host' | 'assumed'> & Partial<Pick<ChosenSetting, 'assumptions'>>,
  families: readonly Family[],
): string {
  if (assumed === undefined) return host.called ?? GIVEN_HOST;
  if (assumed.sign !== undefined && assumed.families.length > 0) return `an assumed ${routerWords(host, families).slice('a '.length)}`;
  const own = host.interfaces.find(({ name }) => name === POD_INTERFACE)?.addresses ?? [];
  const texts = own.flatMap(({ address }) => (families.includes(familyOf(address)) ? [formatAddress(address)] : []));
  const isSaid = !families.some((family) => assumed.families.includes(family)) && !assumptions.some(({ about }) => about === 'pod-address');
  const pod = isSaid && texts.length > 0 ? 'a pod' : 'an assumed pod';
  return texts.length === 0 ? pod : `${pod} at ${texts.join(' and ')}`;
}

export function othersThan(families: readonly Family[]): readonly Family[] {
  return ([4, 6] as const).filter((family) => !families.includes(family));
}

/** Of several answers together. */
export function mergeBounds(all: readonly Bounds[]): Bounds {
  const apart = [...new Set(all.flatMap((one) => one.apart ?? []))];
  const unruled = [...new Set(all.flatMap((one) => one.unruled ?? []))].sort();
  const followed = all.map(({ ofConnections }) => ofConnections);
  return {
    families: [...new Set(all.flatMap(({ families }) => families))].sort(),
    unjudged: [...new Set(all.flatMap(({ unjudged }) => unjudged))].sort(),
    ...(unruled.length > 0 && { unruled }),
    hosts: [...new Set(all.flatMap(({ hosts }) => hosts))],
    ...(all.some(({ narrowed }) => narrowed) && { narrowed: true }),
    ...(all.some((one) => one.lookedUpApart) && { lookedUpApart: true }),
    ...(all.some(({ ofApplication }) => ofApplication) && { ofApplication: true }),
    ...(apart.length > 0 && { apart }),
    ...(followed.length > 0 && !followed.includes(undefined) && { ofConnections: followed.includes('data') ? 'data' : 'whole' }),
  };
}

/** Some rule takes packets from conntrack, or to another zone: of iptables those are in `raw` alone. */
export function lookupsOf(rulesets: readonly Ruleset[]): Pick<Bounds, 'lookedUpApart'> {
  const rules = rulesets.flatMap((ruleset) => rulesOfTables(ruleset, (table) => table.name === 'raw' || isOfNft(table)));
  return rules.some((rule) => does(rule, 'conntrack')) ? { lookedUpApart: true } : {};
}
