/** What Istio's rules do with the packets that matter, as measured on the kernel: where each one ends.
 *  `eth0`: it leaves there. `ADDRESS:PORT`: it is delivered to that local end. `... to 15006`: to a transparent socket of that port, the destination unchanged. */
export interface Verdict {
  readonly fixture: string;
  readonly packet: string;
  readonly ends: string;
}

type Row = readonly [packet: string, redirect: string, tproxy: string];

const POD = '10.244.0.5';
const APP = 'uid=1000 gid=1000';
const PROXY = 'uid=1337 gid=1337';

/** The default rules of both interception modes. */
const BOTH: readonly Row[] = [
  [`out tcp -> 203.0.113.9:443 ${APP}`, '127.0.0.1:15001', '127.0.0.1:15001'],
  [`out tcp -> 203.0.113.9:443 ${PROXY}`, 'eth0', 'eth0'],
  ['out tcp -> 203.0.113.9:443 uid=1000 gid=1337', 'eth0', 'eth0'],
  [`out tcp -> 127.0.0.1:8080 ${APP}`, '127.0.0.1:8080', '127.0.0.1:8080'],
  [`out tcp -> ${POD}:8080 ${APP}`, `${POD}:8080`, `${POD}:8080`],
  [`out tcp -> ${POD}:8080 ${PROXY}`, '127.0.0.1:15006', '127.0.0.1:15006'],
  [`out tcp -> ${POD}:8080 uid=1000 gid=1337`, `${POD}:8080`, `${POD}:8080 to 15006`],
  [`out tcp -> ${POD}:8080 uid=1337 gid=1000`, '127.0.0.1:15006', '127.0.0.1:15006'],
  [`out tcp -> ${POD}:15008 ${PROXY}`, `${POD}:15008`, `${POD}:15008 to 15006`],
  [`out tcp 127.0.0.6 -> ${POD}:8080 ${PROXY}`, `${POD}:8080`, `${POD}:8080`],
  [`in tcp 10.244.0.9 -> ${POD}:8080`, `${POD}:15006`, `${POD}:8080 to 15006`],
  [`in tcp 10.244.0.9 -> ${POD}:15008`, `${POD}:15008`, `${POD}:15008 to 15006`],
  [`in tcp 10.244.0.9 -> ${POD}:15020`, `${POD}:15020`, `${POD}:15020`],
  [`in tcp 10.244.0.9 -> ${POD}:15001`, `${POD}:15006`, `${POD}:15001 to 15006`],
];

const OTHERS: readonly Verdict[] = [
  { fixture: 'istio-multus', packet: 'in tcp 192.168.50.1 -> 192.168.50.5:8080 iif=net1', ends: '192.168.50.5:15006' },
  { fixture: 'istio-multus', packet: `out tcp -> 192.168.50.1:443 ${APP}`, ends: '127.0.0.1:15001' },
  { fixture: 'broken/guest-inbound', packet: 'in tcp 172.17.0.2 -> 203.0.113.9:443 iif=docker0', ends: '172.17.0.1:15006' },
  { fixture: 'broken/guest-dns', packet: 'in udp 172.17.0.2 -> 10.96.0.10:53 iif=docker0', ends: 'eth0' },
  { fixture: 'broken/guest-dns', packet: 'in tcp 172.17.0.2 -> 203.0.113.9:443 iif=docker0', ends: '172.17.0.1:15001' },
  { fixture: 'istio-exclude-docker0', packet: 'in tcp 172.17.0.2 -> 203.0.113.9:443 iif=docker0', ends: 'eth0' },
  { fixture: 'istio-exclude-net1', packet: 'in tcp 192.168.50.1 -> 192.168.50.5:8080 iif=net1', ends: '192.168.50.5:8080' },
  { fixture: 'istio-exclude-net1', packet: `out tcp -> 192.168.50.1:443 ${APP}`, ends: 'net1' },
  { fixture: 'istio-exclude-net1', packet: `out tcp -> 192.168.50.5:8080 ${PROXY}`, ends: '127.0.0.1:15006' },
  { fixture: 'istio-exclude-net1', packet: `in tcp 192.168.50.1 -> ${POD}:8080 iif=net1`, ends: `${POD}:8080` },
  { fixture: 'istio-two-uids', packet: `out tcp -> ${POD}:8080 uid=1338 gid=1338`, ends: `${POD}:8080` },
  { fixture: 'istio-two-uids', packet: 'out tcp -> 203.0.113.9:443 uid=1338 gid=1338', ends: 'eth0' },
  { fixture: 'article', packet: `out tcp -> 203.0.113.9:443 ${PROXY}`, ends: '127.0.0.1:15001' },
  { fixture: 'article', packet: `out tcp -> 127.0.0.1:8080 ${APP}`, ends: '127.0.0.1:15001' },
  { fixture: 'article-mended', packet: `out tcp -> 203.0.113.9:443 ${PROXY}`, ends: 'eth0' },
  { fixture: 'article-mended', packet: `out tcp -> 127.0.0.1:8080 ${APP}`, ends: '127.0.0.1:8080' },
  { fixture: 'istio-virtual-docker0', packet: 'in tcp 172.17.0.2 -> 1.1.1.1:443 iif=docker0', ends: '172.17.0.1:15001' },
  { fixture: 'istio-sidecar', packet: `in tcp 10.244.0.9 -> ${POD}:8080 ctstate=INVALID flags=R`, ends: `${POD}:8080` },
  { fixture: 'istio-drop-invalid', packet: `in tcp 10.244.0.9 -> ${POD}:8080 ctstate=INVALID flags=R`, ends: 'dropped' },
];

export const VERDICTS: readonly Verdict[] = [
  ...BOTH.flatMap(([packet, redirect, tproxy]) => [
    { fixture: 'istio-sidecar', packet, ends: redirect },
    { fixture: 'istio-tproxy', packet, ends: tproxy },
  ]),
  ...OTHERS,
];
