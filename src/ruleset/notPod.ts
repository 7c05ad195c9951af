/** What shows that rules are of a node, a router or another machine that passes packets on, and not of a pod. */
import { effectsOfKind } from '../netfilter/everyEffect.ts';
import { rulesReachedAt } from './everyRule.ts';
import type { Rule, Ruleset, Table } from './ruleset.ts';

/** Chains of container engines, of kube-proxy, and of the networks of nodes. */
const CHAINS = /^(?:DOCKER|KUBE-|CNI-|cali-|LIBVIRT_|NETAVARK|FLANNEL-|CILIUM_|WEAVE|ANTREA-|AWS-(?:SNAT|CONNMARK)-)/;

/** The same of nftables. */
const TABLES_OF_NODES = /^(?:inet|ip6?) (?:kube-proxy|docker-bridges|libvirt_network|netavark|fw4|cni_|cali|azure-npm|antrea)/;

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
  const isOfNode = ({ name, chains }: Table): boolean => {
    if (name === 'inet istio-ambient-nat') return [...chains.values()].some(({ base }) => base?.hook === 'POSTROUTING');
    return (chains.get('ISTIO_POSTRT')?.rules.length ?? 0) > 0;
  };
  return rulesets.some(({ tables }) => [...tables.values()].some(isOfNode));
}

function signIn(ruleset: Ruleset): string | undefined {
  for (const { name: table, chains } of ruleset.tables.values()) {
    if (TABLES_OF_NODES.test(table)) return `table ${table}`;
    for (const name of chains.keys()) if (CHAINS.test(name)) return `chain ${name}`;
  }
  // a mesh names interfaces of virtual machines in PREROUTING, in a pod as well
  const filtering = [...rulesReachedAt(ruleset, 'INPUT', 'after-lookup'), ...rulesReachedAt(ruleset, 'FORWARD', 'after-lookup')];
  for (const rule of filtering) {
    const device = rule.clauses.find(({ text }) => DEVICES.test(text));
    if (device !== undefined) return `\`${device.text}\``;
  }
  const passesOn = rulesReachedAt(ruleset, 'FORWARD', 'after-lookup').some(
    ({ chain, clauses }) => !ALWAYS_THERE.test(chain) && clauses.some(({ text }) => SELECTIVE.test(text)),
  );
  if (passesOn) return 'rules in FORWARD';
  if (rulesReachedAt(ruleset, 'PREROUTING', 'nat').some(sendsOn)) return 'DNAT to other hosts';
  if (rulesReachedAt(ruleset, 'POSTROUTING', 'nat').some(masquerades)) return 'MASQUERADE';
  return undefined;
}

function masquerades(rule: Rule): boolean {
  return effectsOfKind(rule, 'nat').some(({ to }) => to.kind === 'out-interface');
}

function sendsOn(rule: Rule): boolean {
  return effectsOfKind(rule, 'nat').some(({ to }) => {
    if (to.kind !== 'addresses') return false;
    return typeof to.lo === 'bigint' ? to.lo !== 1n : to.lo >>> 24 !== 127;
  });
}
