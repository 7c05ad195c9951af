/** ConfigMaps with keys of their own, brought into the form of the values that a chart makes them from.
 *  source: istio/istio charts istiod (istiod-injector-configmap.yaml) and cni (configmap-cni.yaml) */
import { at, type Entry, entriesOf, type Node } from '../../kubernetes/yaml/node.ts';

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

/** Keys of the agent's ConfigMap are those of its environment. */
const FROM_AGENT: Readonly<Record<string, readonly string[]>> = {
  AMBIENT_ENABLED: ['cni', 'ambient', 'enabled'],
  AMBIENT_DNS_CAPTURE: ['cni', 'ambient', 'dnsCapture'],
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

/** A platform or profile whose chart sets more than the files say. source: istio/istio manifests/helm-profiles/platform-openshift.yaml */
export function openShiftValues({ span }: Node): Node {
  const scalar = (value: string | boolean): Node => ({ kind: 'scalar', value, span });
  const entries = [
    { key: 'enabled', keySpan: span, value: scalar(true) },
    { key: 'provider', keySpan: span, value: scalar('multus') },
  ];
  return valuesTree({ kind: 'map', entries, span }, { enabled: ['pilot', 'cni', 'enabled'], provider: ['pilot', 'cni', 'provider'] });
}

/** Entries put where values of charts have them. */
function valuesTree(flat: Node, paths: Readonly<Record<string, readonly string[]>>): Node {
  const { span } = flat;
  const grown = (entries: readonly Entry[], [key = '', ...rest]: readonly string[], value: Node): readonly Entry[] => {
    if (rest.length === 0) return [...entries, { key, keySpan: value.span, value }];
    const there = entries.find((entry) => entry.key === key)?.value;
    const inner: Node = { kind: 'map', entries: grown(entriesOf(there), rest, value), span };
    return [...entries.filter((entry) => entry.key !== key), { key, keySpan: span, value: inner }];
  };
  const entries = entriesOf(flat).reduce<readonly Entry[]>((made, { key, value }) => {
    const path = Object.hasOwn(paths, key) ? paths[key] : undefined;
    return path === undefined ? made : grown(made, path, value);
  }, []);
  return { kind: 'map', entries, span };
}
