/** Ways in which capture fails, each with what is set, the packets, what becomes of them, and the claim that catches it.
 *  Numbers are those of the list of failure scenarios that Istio's users meet most. */
import type { Outcome } from '../../../src/connection/journey.ts';
import type { ManifestSetup, RulesSetup } from './scenarioSetup.ts';
import { ARGS, DNS, DNSMASQ, dnsmasq, NODE, podWith, T } from './scenarioSetup.ts';

export interface Scenario {
  readonly number: number;
  readonly title: string;
  readonly setup: ManifestSetup | RulesSetup;
  /** in packet notation, each with its outcome; none where nobody writes rules that a packet could meet */
  readonly packets: Readonly<Record<string, Outcome>>;
  /** claims that are violated, of level error, warning or info */
  readonly caught?: readonly string[];
  /** the step by which enrol decides that nobody captures the pod */
  readonly decidedBy?: string;
  /** why the rules cannot be loaded */
  readonly refused?: RegExp;
}

const TPROXY = { 'sidecar.istio.io/interceptionMode': 'TPROXY' };
const V6 = { host: { ipv6: true } };
const PASS = '-A ISTIO_OUTPUT -o lo -s 127.0.0.6/32 -j RETURN\n';
const UID = '-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN\n';

export const SCENARIOS: readonly Scenario[] = [
  {
    number: 1,
    title: "the application runs as the proxy's user",
    setup: { pod: { app: '{runAsUser: 1337}' }, options: ['--mode', 'cni'] },
    packets: { 'out tcp -> 203.0.113.9:443 uid=1337': 'direct' },
    caught: ['identity-collision', 'outbound-captured'],
  },
  {
    number: 2,
    title: "the application runs as the proxy's group",
    setup: { pod: { app: '{runAsUser: 1000, runAsGroup: 1337}' } },
    packets: { 'out tcp -> 203.0.113.9:443 uid=1000 gid=1337': 'direct' },
    caught: ['identity-collision', 'outbound-captured'],
  },
  {
    number: 3,
    title: 'the proxy runs as another user than the rules say',
    setup: { pod: { args: `${ARGS}, -u, "1337"`, proxy: [2000, 2000] } },
    packets: { 'out tcp -> 203.0.113.9:443 uid=2000 gid=2000': 'loop', 'out tcp -> 203.0.113.9:443 uid=1000': 'loop' },
    caught: ['no-redirect-loop', 'proxy-egress-direct'],
  },
  {
    number: 4,
    title: 'TPROXY runs the proxy as root, and the rules name another group',
    setup: { pod: { args: `${ARGS}, -m, TPROXY, -u, "1337", -g, "999"`, proxy: [0, 1337] } },
    packets: { 'out tcp -> 203.0.113.9:443 uid=0 gid=1337': 'loop' },
    caught: ['no-redirect-loop', 'proxy-egress-direct'],
  },
  {
    number: 5,
    title: 'the RETURN for 127.0.0.6 is missing',
    setup: { edit: [[PASS, '']] },
    packets: { 'out tcp 127.0.0.6 -> 10.244.0.5:8080 uid=1337 gid=1337': 'loop', 'in tcp -> 10.244.0.5:8080': 'loop' },
    caught: ['passthrough-returned', 'no-redirect-loop'],
  },
  {
    number: 5,
    title: 'the RETURN for 127.0.0.6 comes after the rules of the proxy user',
    setup: {
      edit: [
        [PASS, ''],
        [UID, UID + PASS],
      ],
    },
    packets: { 'out tcp 127.0.0.6 -> 10.244.0.5:8080 uid=1337 gid=1337': 'loop', 'in tcp -> 10.244.0.5:8080': 'loop' },
    caught: ['passthrough-returned', 'no-redirect-loop'],
  },
  {
    number: 6,
    // the packet from ::6 would arrive, and its answer would not come back; the socket that sends it cannot be made: bind.test.ts asks the kernel
    title: '::6 was not added to lo: the proxy has no source for what it passes on over IPv6',
    setup: { settings: V6, host: { interfaces: podWith({ lo: [] }) } },
    packets: { 'in tcp -> [fd00:10:244::5]:8080': 'captured-in', 'out tcp ::6 -> [fd00:10:244::5]:8080 uid=1337 gid=1337': 'to-app' },
    caught: ['passthrough-returned'],
  },
  {
    number: 7,
    title: 'a connection for the port on which the proxy captures: it is closed',
    setup: {},
    packets: { 'in tcp -> 10.244.0.5:15006': 'captured-in', 'out tcp -> 203.0.113.9:15001 uid=1000': 'captured-out' },
    caught: ['no-dead-end'],
  },
  {
    number: 8,
    title: 'the tunnel port with TPROXY',
    setup: { pod: { annotations: TPROXY } },
    packets: { 'in tcp -> 10.244.0.5:15008': 'captured-in' },
    caught: ['tunnel-port-open'],
  },
  {
    number: 9,
    title: 'an excluded port of an included list',
    setup: {
      pod: { annotations: { [`${T}/includeInboundPorts`]: '80,443', [`${T}/excludeInboundPorts`]: '443' } },
      options: ['--mode', 'cni'],
    },
    packets: { 'in tcp -> 10.244.0.5:443': 'captured-in' },
    caught: ['setting-has-effect'],
  },
  {
    number: 10,
    title: 'no inbound port is included',
    setup: { pod: { annotations: { [`${T}/includeInboundPorts`]: '' } }, options: ['--mode', 'cni'] },
    packets: { 'in tcp -> 10.244.0.5:8080': 'to-app' },
    caught: ['inbound-captured'],
  },
  {
    number: 11,
    title: 'the ports of the probes are not excluded',
    setup: { pod: { args: `${ARGS}, -u, "1337", -d, "9000"`, proxy: [1337, 1337] } },
    packets: { 'in tcp -> 10.244.0.5:15021': 'captured-in' },
    caught: ['health-ports-open'],
  },
  {
    number: 12,
    title: 'the plugin excludes 15020, and istio-init does not: here the plugin',
    setup: { pod: {}, options: ['--mode', 'cni'] },
    packets: { 'out tcp -> 10.0.0.9:15020': 'direct' },
  },
  {
    number: 12,
    title: 'the plugin excludes 15020, and istio-init does not: here istio-init',
    setup: { pod: {} },
    packets: { 'out tcp -> 10.0.0.9:15020': 'captured-out' },
  },
  {
    number: 13,
    title: 'the resolvers are a local forwarder and the server that it asks',
    setup: {
      settings: { 'redirect-dns': true, host: { nameservers: ['127.0.0.1', '10.96.0.10'] } },
      host: { ...DNSMASQ, listeners: dnsmasq('10.96.0.10:53') },
    },
    packets: { 'out udp -> 10.96.0.10:53 uid=1000': 'loop', 'out udp -> 10.96.0.10:53 uid=99 gid=99': 'loop' },
    caught: ['no-redirect-loop', 'dns-proxy-direct'],
  },
  {
    number: 14,
    title: 'DNS is captured for every server, with a local forwarder',
    setup: {
      settings: { 'redirect-dns': true, 'capture-all-dns': true },
      host: { ...DNSMASQ, listeners: dnsmasq('198.51.100.53:53') },
    },
    packets: { 'out udp -> 127.0.0.1:53 uid=1000': 'loop', 'out tcp -> 198.51.100.53:53 uid=99 gid=99': 'loop' },
    caught: ['no-redirect-loop', 'dns-proxy-direct'],
  },
  {
    number: 15,
    title: 'TPROXY, DNS capture and a resolver on localhost: the agent asks by TCP',
    setup: { pod: { annotations: TPROXY, spec: 'dnsConfig: {nameservers: [127.0.0.53]}' }, values: DNS },
    // back to 15006, whose connection onward keeps the group, the port and, in TPROXY mode, the source
    packets: { 'out tcp -> 127.0.0.53:53 uid=0 gid=1337': 'loop', 'in tcp -> 10.244.0.5:53': 'loop' },
    caught: ['no-redirect-loop', 'dns-proxy-direct'],
  },
  {
    number: 16,
    // flows.test.ts has the answer in its own zone
    title: 'the zone of the answers asks for the wrong field, until 1.19',
    setup: { pod: { spec: 'dnsConfig: {nameservers: [10.96.0.10]}' }, values: DNS, options: ['--istio', '1.19'] },
    packets: { 'out udp -> 10.96.0.10:53 uid=1000': 'dns' },
    caught: ['conntrack-zone-symmetry'],
  },
  {
    number: 17,
    title: 'only IPv4 rules for a pod with both families',
    setup: { pod: { status: 'status: {podIPs: [{ip: 10.244.0.5}, {ip: "fd00:10:244::5"}]}' }, options: ['--mode', 'cni'] },
    packets: { 'out tcp -> 10.0.0.9:443': 'captured-out', 'in tcp -> 10.244.0.5:8080': 'captured-in' },
    caught: ['ipv6-parity', 'outbound-captured', 'inbound-captured'],
  },
  {
    number: 18,
    title: 'injected for the plugin, which did not run',
    setup: { pod: { annotations: { 'sidecar.istio.io/status': '{}' }, proxy: [1337, 1337] } },
    packets: { 'out tcp -> 203.0.113.9:443 uid=1000': 'direct', 'in tcp -> 10.244.0.5:8080': 'to-app' },
    decidedBy: 'no-istio-init',
    caught: ['outbound-captured', 'inbound-captured'],
  },
  {
    number: 19,
    title: 'mode NONE, which the plugin refuses',
    setup: { pod: { annotations: { 'sidecar.istio.io/interceptionMode': 'NONE' } }, options: ['--mode', 'cni'] },
    packets: {},
    decidedBy: 'settings-valid',
    refused: /interceptionMode/,
  },
  {
    number: 20,
    title: 'meant for ambient, taken for a sidecar without one: no rules are written',
    setup: { pod: { annotations: { 'sidecar.istio.io/status': '{}' } }, options: ['--mode', 'ambient'] },
    packets: { 'out tcp -> 203.0.113.9:443 uid=1000': 'direct', 'in tcp -> 10.244.0.5:8080': 'to-app' },
    decidedBy: 'has-sidecar',
  },
  {
    number: 20,
    title: 'the same pod, as the mesh sees it: ztunnel is there, and no rule',
    setup: { fixture: 'istio-ambient', edit: [[/^-A .*\n/gm, '']], options: ['--profile', 'istio-ambient'] },
    packets: { 'out tcp -> 203.0.113.9:443 uid=1000': 'direct', 'in tcp -> 10.244.0.5:8080': 'to-app' },
    caught: ['outbound-captured', 'inbound-captured'],
  },
  {
    number: 21,
    title: "the pod's address is not in the ipset of the node",
    setup: { fixture: 'istio-ambient-host', host: { ...NODE, pods: ['10.244.0.5', '10.244.0.7'] } },
    packets: { 'out tcp -> 10.244.0.7:8080 uid=0 gid=0': 'direct' },
    caught: ['probe-source-rewritten'],
  },
  {
    number: 21,
    title: "another rule of the node comes before Istio's jump",
    setup: {
      fixture: 'istio-ambient-host',
      edit: [['-A POSTROUTING -j ISTIO_POSTRT\n', '-A POSTROUTING -d 10.244.0.0/16 -j MASQUERADE\n-A POSTROUTING -j ISTIO_POSTRT\n']],
      host: { ...NODE, pods: ['10.244.0.5'] },
    },
    packets: { 'out tcp -> 10.244.0.5:8080 uid=0 gid=0': 'direct' },
    caught: ['probe-source-rewritten'],
  },
  {
    number: 21,
    title: 'the probe that comes with the address of the node, in the pod',
    setup: { fixture: 'istio-ambient' },
    packets: { 'in tcp 10.244.0.1 -> 10.244.0.5:8080': 'captured-in', 'in tcp 169.254.7.127 -> 10.244.0.5:8080': 'to-app' },
  },
  {
    number: 22,
    title: 'a second user of the proxy calls its own pod',
    setup: { pod: { args: `${ARGS}, -u, "3,4"`, proxy: [3, 3] } },
    packets: { 'out tcp -> 10.244.0.5:8080 uid=4 gid=4': 'to-app', 'out tcp -> 10.244.0.5:8080 uid=3 gid=3': 'captured-in' },
    caught: ['self-vip-captured'],
  },
  {
    number: 23,
    title: 'loopback is an included range',
    setup: { pod: { annotations: { [`${T}/includeOutboundIPRanges`]: '127.0.0.0/8' } }, options: ['--mode', 'cni'] },
    packets: { 'out tcp -> 127.0.0.2:8080': 'captured-out' },
    caught: ['loopback-not-included'],
  },
  {
    number: 24,
    title: 'istio-init runs again: the chains are there already',
    setup: { fixture: 'istio-sidecar', edit: [[/COMMIT/, '-N ISTIO_INBOUND\n-A ISTIO_INBOUND -p tcp --dport 15008 -j RETURN\nCOMMIT']] },
    packets: {},
    refused: /`ISTIO_INBOUND` already exists/,
  },
  {
    number: 24,
    title: 'a chain of other settings is left, and no rule calls it',
    setup: { edit: [[/^COMMIT/m, '-N ISTIO_OUTPUT_DNS\n-A ISTIO_OUTPUT_DNS -p udp --dport 53 -j REDIRECT --to-ports 15053\nCOMMIT']] },
    packets: { 'out udp -> 10.96.0.10:53 uid=1000': 'direct' },
    caught: ['no-stale-chain'],
  },
  {
    number: 24,
    title: 'the rules that drop everything while others are replaced are left',
    setup: { fixture: 'broken/guardrails-left' },
    packets: { 'in tcp -> 10.244.0.5:8080': 'dropped', 'out udp -> 10.96.0.10:53 uid=1000': 'dropped' },
    caught: ['no-guardrail-left', 'inbound-captured', 'outbound-captured'],
  },
  {
    number: 25,
    title: "the pod's own interface is excluded",
    setup: { pod: { annotations: { [`${T}/excludeInterfaces`]: 'eth0' } }, options: ['--mode', 'cni'] },
    packets: { 'in tcp -> 10.244.0.5:8080': 'to-app', 'out tcp -> 203.0.113.9:443 uid=1000': 'direct' },
    caught: ['exclusion-not-overbroad'],
  },
];
