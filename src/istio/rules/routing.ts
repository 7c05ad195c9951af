/** The addresses, policy rules and routes that Istio adds beside its iptables rules, as `ip` commands in Istio's order.
 *  source: istio/istio tools/common/tproxy/run_linux.go, cni/pkg/iptables/iptables_linux.go */
import type { Family } from '../../packet/address.ts';
import type { RulePlan } from '../plan/plan.ts';

const EVERYWHERE = { 4: '0.0.0.0/0', 6: '::/0' } as const;

/** One plan for each family that has rules. */
export function sidecarRouting(plans: readonly RulePlan[]): readonly string[] {
  const routed = plans.filter(routesMarks);
  return [
    // IPv4 needs no such address: all of 127.0.0.0/8 is on lo
    ...plans.filter(({ family }) => family === 6).map(({ passthrough }) => `ip -6 addr add ${passthrough} dev lo`),
    ...routed.map(({ family, mark, routeTable }) => `${ip(family)} rule add fwmark ${mark} lookup ${routeTable}`),
    ...routed.map(({ family, routeTable }) => `${ip(family)} route add local ${EVERYWHERE[family]} dev lo table ${routeTable}`),
  ];
}

function routesMarks({ transparent, inbound }: RulePlan): boolean {
  return transparent && inbound !== undefined;
}

/** `loopback6`: lo has IPv6. */
export function ambientRouting(families: readonly Family[], loopback6: boolean): readonly string[] {
  return [
    ...families
      .filter((family) => family === 4 || loopback6)
      .map((family) => `${ip(family)} route replace local ${EVERYWHERE[family]} dev lo table 100`),
    ...families.map((family) => `${ip(family)} rule add fwmark 0x111/0xfff pref 32764 lookup 100`),
  ];
}

function ip(family: Family): string {
  return family === 4 ? 'ip' : 'ip -6';
}
