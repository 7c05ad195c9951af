/** ConfigMaps with keys of their own, brought into the form of the values that a chart makes them from.
 *  source: istio/istio charts istiod (istiod-injector-configmap.yaml) and cni (configmap-cni.yaml) */
import { at, entriesOf, type Node } from '../../kubernetes/yaml/node.ts';
import { treeOf } from './trees.ts';

/** Keys of the injector's configuration, and the values that the chart makes them from. */
const FROM_VALUES: Readonly<Record<string, readonly string[]>> = {
  policy: ['global', 'proxy', 'autoInject'],
  neverInjectSelector: ['sidecarInjectorWebhook', 'neverInjectSelector'],
  alwaysInjectSelector: ['sidecarInjectorWebhook', 'alwaysInjectSelector'],
  injectedAnnotations: ['sidecarInjectorWebhook', 'injectedAnnotations'],
};

/** What istiod goes by, in the form of values. */
export function injectorValues(config: Node): Node {
  return valuesTree(config, FROM_VALUES);
}

export const SWITCH_OF_AGENT = 'NATIVE_NFTABLES';

/** Keys of the agent's ConfigMap are those of its environment. */
const FROM_AGENT: Readonly<Record<string, readonly string[]>> = {
  AMBIENT_ENABLED: ['cni', 'ambient', 'enabled'],
  AMBIENT_DNS_CAPTURE: ['cni', 'ambient', 'dnsCapture'],
  [SWITCH_OF_AGENT]: ['global', 'nativeNftables'],
  AMBIENT_IPV6: ['cni', 'ambient', 'ipv6'],
  EXCLUDE_NAMESPACES: ['cni', 'excludeNamespaces'],
  EXCLUDED_NAMESPACES: ['cni', 'excludeNamespaces'],
};

export function agentValues(object: Node): Node {
  const data = at(object, 'data');
  const entries = entriesOf(data).map((entry) =>
    /^EXCLUDED?_NAMESPACES$/.test(entry.key) ? { ...entry, value: listNode(entry.value) } : entry,
  );
  return valuesTree({ kind: 'map', entries, span: (data ?? object).span }, FROM_AGENT);
}

/** `kube-system,ops` as a list. */
function listNode(node: Node): Node {
  if (node.kind !== 'scalar') return node;
  const items = String(node.value ?? '')
    .split(',')
    .flatMap((item) => (item.trim() === '' ? [] : [item.trim()]));
  return { kind: 'list', items: items.map((value) => ({ kind: 'scalar', value, span: node.span })), span: node.span };
}

/** Entries put where values of charts have them. */
function valuesTree(flat: Node, paths: Readonly<Record<string, readonly string[]>>): Node {
  const leaves = entriesOf(flat).flatMap(({ key, value }) => {
    const path = Object.hasOwn(paths, key) ? paths[key] : undefined;
    return path === undefined ? [] : [{ path, value }];
  });
  return treeOf(leaves, flat.span);
}
