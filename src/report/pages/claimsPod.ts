/** Pages on claims about pods and settings. */
import type { Page } from './page.ts';

const group = 'claim';

export const POD_CLAIM_PAGES: readonly Page[] = [
  {
    id: 'identity-collision',
    group,
    title: 'no container of the application runs as the proxy does',
    means:
      "No container has the user or the primary group that the rules spare: those of --proxy-uid and --proxy-gid, usually 1337. Asked of the security context of container and pod, and of OpenShift's ranges; a user that only the image names is not known.",
    why: "The rules know the proxy by its socket's user and group. Whoever shares one of them goes past the proxy, to any destination. An init container that does so on purpose is reported for information.",
    see: [{ run: 'kubectl exec POD -c CONTAINER -- id', look: 'uid or gid 1337' }],
    todo: 'Give the container another runAsUser and runAsGroup.',
  },
  {
    id: 'hostnetwork-not-captured',
    group,
    title: 'no rules are written for a pod of the host network',
    means: 'A pod with hostNetwork is captured by nobody.',
    why: 'Its network namespace is that of the node: rules there capture the traffic of the node and of everything that runs on it. The ambient agent of Istio 1.27 to 1.30 did not ask.',
    see: [{ run: 'iptables-save -t nat on the node', look: 'ISTIO_PRERT beside ISTIO_POSTRT' }],
    todo: 'Label the pod istio.io/dataplane-mode=none, and sidecar.istio.io/inject=false.',
  },
  {
    id: 'init-phase-reachable',
    group,
    title: 'init containers reach what they call',
    means:
      'While an init container runs there are either no rules yet, or there is a proxy that listens, or the container is spared by its user or group. Which of these holds follows from who writes the rules, from the order of the init containers, and from the proxy being a native sidecar. With --phase init it is proved for every TCP and UDP packet that the init containers may send, and the other claims are judged for that time: those that need a proxy or an application make no sense before it runs.',
    why: 'The CNI plugin writes rules before the first container starts, and the proxy starts after the last init container. Until then captured connections are led to a port on which nobody listens (istio/istio#23802).',
    see: [
      { run: 'chainwalk verify POD.yaml --phase init', look: 'the packets that are refused' },
      { run: 'kubectl logs POD -c INIT-CONTAINER', look: 'connection refused, to addresses that are there' },
    ],
    todo: 'Make the proxy a native sidecar (sidecar.istio.io/nativeSidecar), or run the init container as user 1337, or exclude the port: that holds for the application as well.',
  },
  {
    id: 'exclusion-not-overbroad',
    group,
    title: 'exclusions leave something to capture',
    means:
      'Excluded ranges are less than half of all IPv4 addresses and do not hold the cluster, eth0 is not an excluded interface, and included ranges and groups are not empty. Where the cluster is follows from the addresses of a running pod and of its resolvers.',
    why: 'excludeOutboundIPRanges: 0.0.0.0/0 is written in the belief that policies hold all the same (istio/istio#36509); an included list becomes empty where a template has no value for it.',
    see: [{ run: 'chainwalk find RULES --where "out tcp uid=1000" --outcome direct', look: 'all destinations' }],
    todo: 'Name the exceptions, or take the pod out of the mesh.',
  },
  {
    id: 'iface-exclusion-routed',
    group,
    title: 'an excluded interface is not the way out of the pod',
    means:
      'No network of the pod that asks for the default route, or for a route to the cluster, is on an interface that is excluded: by default-route in the annotation, or by the routes of its NetworkAttachmentDefinition.',
    why: 'A network with a default route takes over from eth0; with its interface excluded, traffic into the cluster goes past the proxy as well (istio/istio#40326).',
    see: [{ run: 'kubectl exec POD -- ip route', look: 'default via ... dev net1' }],
    todo: 'Drop default-route from the annotation of the network, or give it routes of its own.',
  },
  {
    id: 'loopback-not-included',
    group,
    title: 'the captured ranges do not begin at a loopback address',
    means: 'No range of includeOutboundIPRanges begins at an address of 127.0.0.0/8, or is ::1.',
    why: 'With such a range Istio drops the rule by which the application talks to itself over lo, for both families and for all its addresses.',
    see: [{ run: 'iptables-save -t nat', look: 'no -o lo ... ! --uid-owner 1337 -j RETURN' }],
    todo: 'Take the range out, unless traffic over lo is meant to be captured.',
  },
  {
    id: 'cni-plugin-once',
    group,
    title: 'Multus calls istio-cni once for a pod',
    means:
      'The networks of the pod name istio-cni not more than once; and not at all where the runtime calls the plugin for every pod (--mode cni).',
    why: 'The plugin runs for each name. Its second run finds the chains of the first, which it cannot make again (istio/istio#57432).',
    see: [{ run: 'kubectl describe pod POD', look: 'iptables-restore: Chain already exists' }],
    todo: 'Leave the name to injection, or write it yourself exactly as injection does: default/istio-cni.',
  },
  {
    id: 'setting-has-effect',
    group,
    title: 'every setting that is made changes some rule',
    means:
      'Without the annotation the rules would be others. Each annotation on capture is taken away in turn and the rules are rendered again. Variables in proxyMetadata count where somebody reads them. One that says what holds anyway is told for information; what injection itself wrote on a pod is not told.',
    why: 'Excluded inbound ports count only where all are included; the CNI plugin reads three variables of the pod and no others; ambient mode has neither ports nor ranges. Or the setting says what holds anyway.',
    see: [{ run: 'chainwalk enrol POD.yaml -v', look: 'the settings, each with what it follows from' }],
    todo: 'Drop the setting, or make the one that it depends on.',
  },
  {
    id: 'init-cni-parity',
    group,
    title: 'istio-init and the CNI plugin do the same with the pod',
    means:
      'Every new packet that a process of the pod sends, or that arrives, ends the same with the rules of istio-init and with those of the CNI plugin, but for outbound TCP to port 15020, which the plugin excludes by default. The other rules are rendered as if the pod were yet to be injected. For information, and asked only with --only init-cni-parity: it takes a second proof for every pod.',
    why: 'The plugin reads three variables of the pod and no others, has defaults of its own for empty values, and takes the ports of the proxy as fixed. Each of these was a bug once, or still is (istio/istio#29511, #42381, #46625).',
    see: [{ run: 'chainwalk approaches POD.yaml', look: 'init -> cni' }],
    todo: 'Before a move to the plugin, say in annotations what variables of the mesh say now; or accept the change.',
  },
  {
    id: 'mode-parity',
    group,
    title: 'REDIRECT and TPROXY capture the same',
    means:
      "Every new packet without a mark, from another host to an address of the pod, ends at the same listener with REDIRECT and with TPROXY. The source address that the application sees is another one, and is not compared. For information, and asked only with --only mode-parity. It does not hold for Istio's own rules: with TPROXY the tunnel port 15008 is captured, for its exception stands in a chain of nat that nothing calls then.",
    why: 'The two modes are two sets of rules: nat for REDIRECT, mangle for TPROXY, with other exceptions.',
    see: [{ run: "iptables-save -t mangle | grep 'dport 15008'", look: 'no rule' }],
    todo: 'Know the difference before you change the mode; nothing in the settings takes it away.',
  },
];
