/** What TPROXY needs beside its capture: marks that follow a connection, and guards against taking a packet twice. */
import { proxyOwners, SELF_MARK } from '../plan/owners.ts';
import { ipOf, type NftPlan } from './plan.ts';
import { ownerKey } from './proxy.ts';
import { type IstioNftLine, type IstioNftRule, mangleRules } from './rule.ts';

export function nftTransparentGuards({ shared, families }: NftPlan): readonly IstioNftRule[] {
  const { transparent, mark } = shared;
  if (!transparent) return [];
  return mangleRules(
    `add prerouting meta l4proto tcp mark ${mark} counter ct mark set mark`,
    `add output oifname lo meta l4proto tcp mark ${mark} counter return`,
    ...proxyOwners(shared).flatMap((proxy) =>
      families.map((one): IstioNftLine => {
        const elsewhere = `${ipOf(one)} daddr != ${one.loopback}`;
        return `add output oifname lo meta l4proto tcp ${elsewhere} ${ownerKey(proxy)} ${proxy.id} counter meta mark set ${SELF_MARK}`;
      }),
    ),
    `add output meta l4proto tcp ct mark ${mark} counter meta mark set ct mark`,
    `insert istio-inbound index 0 meta l4proto tcp mark ${mark} counter return`,
    ...families.map(
      (one): IstioNftLine =>
        `insert istio-inbound index 1 iifname lo meta l4proto tcp ${ipOf(one)} saddr ${one.passthrough} counter return`,
    ),
    `insert istio-inbound index 2 iifname lo meta l4proto tcp mark != ${SELF_MARK} counter return`,
  );
}
