/** Pages on the steps by which `enrol` decides: the question, the source and the modes come from the steps themselves. */
import { STAGES } from '../../injection/enrol/enrol.ts';
import { APPROACHES } from '../../injection/facts/facts.ts';
import type { Page } from './page.ts';

interface Advice {
  /** why it is asked, or what follows */
  readonly why: string;
  readonly todo: string;
}

const LABEL = 'Set or remove the label, and create the pod anew: both are read when a pod is created.';

const ADVICE: Readonly<Record<string, Advice>> = {
  'already-injected': {
    why: 'What injection added stands in the pod already: istioctl kube-inject, or a pod read from a cluster. Its containers and annotations count then, not what the mesh would write today.',
    todo: 'To see what injection would do now, take the manifest from before it.',
  },
  'webhook-called': {
    why: 'The API server calls the injector for a pod only when one of its selectors matches: the labels istio-injection and istio.io/rev of the namespace, sidecar.istio.io/inject and istio.io/rev of the pod. An annotation is not looked at here.',
    todo: LABEL,
  },
  'host-network': {
    why: 'A pod of the host network has the interfaces and the netfilter rules of its node. Rules written for it would capture the traffic of the whole node.',
    todo: 'Nothing: such a pod cannot be in the mesh. Without hostNetwork it can.',
  },
  'ignored-namespace': {
    why: 'Namespaces of Kubernetes itself are never injected: kube-system, kube-public, kube-node-lease, local-path-storage.',
    todo: 'Move the workload to a namespace of its own.',
  },
  template: {
    why: 'inject.istio.io/templates names templates that add a gateway or an agent without Envoy, and no rules.',
    todo: 'Add `sidecar` to the list, if traffic is to be captured.',
  },
  'own-choice': {
    why: 'The label sidecar.istio.io/inject beats the annotation of that name. Only `true` and `false` count; with any other word the selectors and the policy decide.',
    todo: LABEL,
  },
  'never-inject': {
    why: 'neverInjectSelector of the mesh stands before alwaysInjectSelector and the policy.',
    todo: 'Change the selector, or label the pod sidecar.istio.io/inject=true, which stands before both.',
  },
  'always-inject': {
    why: 'alwaysInjectSelector of the mesh stands before the policy.',
    todo: 'Change the selector, or label the pod sidecar.istio.io/inject=false.',
  },
  policy: {
    why: 'global.proxy.autoInject decides where nobody else has.',
    todo: 'Label the pod sidecar.istio.io/inject=true, or enable the policy.',
  },
  'annotations-were-valid': {
    why: 'Injection refuses a pod whose annotations it cannot read; a pod that was injected has passed.',
    todo: 'Nothing.',
  },
  'annotations-valid': {
    why: 'Each annotation has a reader: a list of ports, of ranges, of interfaces. Of includeOutboundPorts injection reads nothing, and istio-init fails later.',
    todo: 'Mend the value at the place that is shown. Ranges need a length and no blanks: 10.0.0.0/8,192.168.0.0/16.',
  },
  'interception-none': {
    why: 'With mode NONE applications talk to the proxy themselves, and no rule is written.',
    todo: 'REDIRECT or TPROXY, if traffic is to be captured.',
  },
  'no-istio-init': {
    why: 'A pod that was injected for the CNI plugin has istio-validation in place of istio-init: it only tries whether somebody else wrote rules.',
    todo: 'Install the plugin, or inject again with pilot.cni.enabled=false.',
  },
  'pod-security': {
    why: 'istio-init is root and adds NET_ADMIN and NET_RAW; the pod security levels baseline and restricted refuse that.',
    todo: 'Use the CNI plugin: then no pod needs these capabilities.',
  },
  'own-agent': {
    why: "The agent's own pods are let through before anything else, or none could start after an upgrade.",
    todo: 'Nothing.',
  },
  'excluded-namespace': {
    why: 'cni.excludeNamespaces is kube-system unless it is set. The ambient agent heeds it since 1.30; before, only the plugin did.',
    todo: 'Take the namespace off the list.',
  },
  'has-istio-init': {
    why: 'Two writers would collide: the pod was injected while the mesh had no CNI plugin.',
    todo: 'Create the pod anew after pilot.cni.enabled=true has reached the injector.',
  },
  'envoy-disabled': {
    why: 'DISABLE_ENVOY on istio-proxy, by a literal value: an agent without a proxy, as for gRPC.',
    todo: 'Nothing, if that is meant.',
  },
  'no-istio-proxy': {
    why: 'Without a container istio-proxy, among init containers too, there is nobody to capture for.',
    todo: 'Keep the name istio-proxy in a template of your own.',
  },
  'proxy-type': { why: 'The second argument of istio-proxy is its type; gateways are not captured.', todo: 'Nothing for a gateway.' },
  'inject-false': {
    why: 'The plugin reads the same label and annotation as the injector, as a Go boolean: `0` and `f` are false here.',
    todo: LABEL,
  },
  'no-status': {
    why: 'Injection leaves the annotation sidecar.istio.io/status; containers that were added by hand have none.',
    todo: 'Add the annotation, with any value.',
  },
  'settings-valid': {
    why: 'The plugin reads the annotations itself, and not as injection does: mode NONE is no value for it. An error here blocks the pod, and it is tried again and again.',
    todo: 'Mend the value; for NONE leave the plugin out, or the pod out of the mesh.',
  },
  'network-named': {
    why: 'Where the plugin stands in a NetworkAttachmentDefinition, Multus calls it only for pods that name it. With pilot.cni.provider=multus injection appends the name; injectedAnnotations of the mesh replace what the pod says.',
    todo: 'Set the provider, or write default/istio-cni beside the other networks of the pod.',
  },
  'attachment-exists': {
    why: 'Multus does not start a pod that names a network it cannot find. A name without a namespace is looked for in the namespace of the pod.',
    todo: 'Create the NetworkAttachmentDefinition, or qualify the name: default/istio-cni.',
  },
  ztunnel: { why: "ztunnel runs in the mesh's own namespace and captures nothing of itself.", todo: 'Nothing.' },
  'has-sidecar': {
    why: 'A pod has one proxy: the annotation sidecar.istio.io/status keeps it out of ambient. A namespace with both labels gives sidecars.',
    todo: 'Remove the label for injection, and create the pod anew.',
  },
  'pod-label': {
    why: 'istio.io/dataplane-mode of the pod stands before that of the namespace: ambient takes it in, none leaves it out.',
    todo: 'Set or remove the label: the agent sees it at once.',
  },
  'enablement-selectors': {
    why: 'Where ambient.enablementSelectors of the mesh is set, its pairs of selectors decide in place of the usual labels; an empty selector chooses everything.',
    todo: 'Give the pod and its namespace labels that one of the pairs chooses, or change the values.',
  },
  'namespace-label': {
    why: 'The last question: istio.io/dataplane-mode=ambient on the namespace.',
    todo: 'Label the namespace or the pod: the agent sees it at once.',
  },
};

const ALL = APPROACHES.flatMap((approach) =>
  STAGES[approach].flatMap(({ name, steps }) => steps.map((step) => ({ approach, name, step }))),
);

export const STEP_PAGES: readonly Page[] = [...new Set(ALL.map(({ step }) => step.id))].map((id): Page => {
  const uses = ALL.filter(({ step }) => step.id === id);
  const unique = (of: (use: (typeof ALL)[number]) => string) => [...new Set(uses.map(of))];
  const { why, todo } = ADVICE[id] ?? { why: '', todo: '' };
  return {
    id,
    group: 'step',
    title: unique(({ step }) => step.asks).join(' '),
    means: `A step of ${unique(({ name }) => name).join(', ')}; modes ${unique(({ approach }) => approach).join(', ')}. Source: ${unique(({ step }) => step.source).join('; ')}.`,
    why,
    see: [{ run: `chainwalk enrol POD.yaml -v --mode ${uses[0]?.approach ?? 'cni'}`, look: `${id}, and what it found` }],
    todo,
  };
});
