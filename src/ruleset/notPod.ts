/** What shows that rules are of a node, a router or another machine that passes packets on, and not of a pod. */
import { callsIn, effectsOfKind } from '../netfilter/everyEffect.ts';
import type { Rule, Ruleset } from './ruleset.ts';

/** Chains of container engines, of kube-proxy, and of the networks of nodes. */
const CHAINS = /^(?:DOCKER|KUBE-|CNI-|cali-|LIBVIRT_|NETAVARK|FLANNEL-|CILIUM_|WEAVE|ANTREA-|AWS-(?:SNAT|CONNMARK)-)/;

/** Interfaces that lead to containers and virtual machines. */
const DEVICES =
  /^(?:! )?-[io] (?:docker\d|docker_gwbridge|br-|cni\d|cbr\d|virbr|veth|vnet|cali|lxc|lxd|flannel|cilium_|weave|podman|nodelocaldns|kube-|wg\d|tun\d|tap\d|utun|tailscale|ppp\d)/;

/** Where the interface or the address of what is passed on stands. */
const SELECTIVE = /^(?:! )?-[iosd] (?!lo$)/;

/** Of firewalld and ufw, which write them on every machine. */
const ALWAYS_THERE = /^(?:FWD[IO]?_|FORWARD_|ufw6?-(?!user-forward))/;

/** A few words, `chain DOCKER-USER`; undefined where nothing speaks against a pod. */
export function signOfOtherHost(rulesets: readonly Ruleset[]): string | undefined {
  if (isAmbientNode(rulesets)) return 'chain ISTIO_POSTRT of an ambient node';
  for (const ruleset of rulesets) {
    const sign = signIn(ruleset);
    if (sign !== undefined) return sign;
  }
  return undefined;
}

/** Istio's node agent writes this chain on nodes, and only for the source of probes. source: docs/facts/istio.md#probes-of-the-node */
export function isAmbientNode(rulesets: readonly Ruleset[]): boolean {
  return rulesets.some(({ tables }) => (tables.get('nat')?.chains.get('ISTIO_POSTRT')?.rules.length ?? 0) > 0);
}

function signIn(ruleset: Ruleset): string | undefined {
  for (const { chains } of ruleset.tables.values()) {
    for (const name of chains.keys()) if (CHAINS.test(name)) return `chain ${name}`;
  }
  // a mesh names interfaces of virtual machines in PREROUTING, in a pod as well
  const filtering = [...reached(ruleset, 'filter', 'INPUT'), ...reached(ruleset, 'filter', 'FORWARD')];
  for (const rule of filtering) {
    const device = rule.clauses.find(({ text }) => DEVICES.test(text));
    if (device !== undefined) return `\`${device.text}\``;
  }
  const passesOn = reached(ruleset, 'filter', 'FORWARD').some(
    ({ chain, clauses }) => !ALWAYS_THERE.test(chain) && clauses.some(({ text }) => SELECTIVE.test(text)),
  );
  if (passesOn) return 'rules in FORWARD';
  if (reached(ruleset, 'nat', 'PREROUTING').some(sendsOn)) return 'DNAT to other hosts';
  if (reached(ruleset, 'nat', 'POSTROUTING').some(({ target }) => target === 'MASQUERADE')) return 'MASQUERADE';
  return undefined;
}

function sendsOn(rule: Rule): boolean {
  return effectsOfKind(rule, 'nat').some(({ to }) => {
    if (to.kind !== 'addresses') return false;
    return typeof to.lo === 'bigint' ? to.lo !== 1n : to.lo >>> 24 !== 127;
  });
}

/** Rules of a base chain and of all chains that it reaches. */
function reached({ tables }: Ruleset, table: 'filter' | 'nat', hook: string): readonly Rule[] {
  const chains = tables.get(table)?.chains;
  const seen = new Set<string>();
  const rules: Rule[] = [];
  const pending = [hook];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const rule of chains?.get(name)?.rules ?? []) {
      rules.push(rule);
      for (const call of callsIn(rule)) pending.push(call.chain);
    }
  }
  return rules;
}
