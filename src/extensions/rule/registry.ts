/** All matches and targets that are modelled, in the order of the documentation. What a new one needs: docs/CONTRIBUTING.md#checklists */
import type { Extension, MatchExtension, TargetExtension } from '../contract/extension.ts';
import { addrtype } from '../matches/addrtype.ts';
import { ah } from '../matches/ah.ts';
import { bpf } from '../matches/bpf.ts';
import { cgroup } from '../matches/cgroup.ts';
import { cluster } from '../matches/cluster.ts';
import { comment } from '../matches/comment.ts';
import { connbytes } from '../matches/connbytes.ts';
import { connlabel } from '../matches/connlabel.ts';
import { connlimit } from '../matches/connlimit.ts';
import { connmark } from '../matches/connmark.ts';
import { conntrack } from '../matches/conntrack.ts';
import { cpu } from '../matches/cpu.ts';
import { dccp } from '../matches/dccp.ts';
import { devgroup } from '../matches/devgroup.ts';
import { dscp } from '../matches/dscp.ts';
import { dst, hbh } from '../matches/dst.ts';
import { ecn } from '../matches/ecn.ts';
import { esp } from '../matches/esp.ts';
import { eui64 } from '../matches/eui64.ts';
import { frag } from '../matches/frag.ts';
import { hashlimit } from '../matches/hashlimit.ts';
import { helper } from '../matches/helper.ts';
import { icmp, icmp6 } from '../matches/icmp.ts';
import { ipcomp } from '../matches/ipcomp.ts';
import { iprange } from '../matches/iprange.ts';
import { ipv6header } from '../matches/ipv6header.ts';
import { length } from '../matches/length.ts';
import { limit } from '../matches/limit.ts';
import { mac } from '../matches/mac.ts';
import { mark } from '../matches/mark.ts';
import { mh } from '../matches/mh.ts';
import { multiport } from '../matches/multiport.ts';
import { nfacct } from '../matches/nfacct.ts';
import { osf } from '../matches/osf.ts';
import { owner } from '../matches/owner.ts';
import { physdev } from '../matches/physdev.ts';
import { pkttype } from '../matches/pkttype.ts';
import { policy } from '../matches/policy.ts';
import { quota } from '../matches/quota.ts';
import { rateest } from '../matches/rateest.ts';
import { realm } from '../matches/realm.ts';
import { recent } from '../matches/recent.ts';
import { rpfilter } from '../matches/rpfilter.ts';
import { rt } from '../matches/rt.ts';
import { sctp } from '../matches/sctp.ts';
import { set } from '../matches/set.ts';
import { socket } from '../matches/socket.ts';
import { srh } from '../matches/srh.ts';
import { state } from '../matches/state.ts';
import { statistic } from '../matches/statistic.ts';
import { string } from '../matches/string.ts';
import { tcp } from '../matches/tcp.ts';
import { tcpmss } from '../matches/tcpmss.ts';
import { time } from '../matches/time.ts';
import { tos } from '../matches/tos.ts';
import { hl, ttl } from '../matches/ttl.ts';
import { u32 } from '../matches/u32.ts';
import { udp } from '../matches/udp.ts';
import { AUDIT } from '../targets/AUDIT.ts';
import { CHECKSUM } from '../targets/CHECKSUM.ts';
import { CLASSIFY } from '../targets/CLASSIFY.ts';
import { CLUSTERIP } from '../targets/CLUSTERIP.ts';
import { CONNMARK } from '../targets/CONNMARK.ts';
import { CONNSECMARK } from '../targets/CONNSECMARK.ts';
import { CT, NOTRACK } from '../targets/CT.ts';
import { DSCP } from '../targets/DSCP.ts';
import { ECN } from '../targets/ECN.ts';
import { HMARK } from '../targets/HMARK.ts';
import { IDLETIMER } from '../targets/IDLETIMER.ts';
import { LED } from '../targets/LED.ts';
import { LOG, NFLOG, TRACE } from '../targets/log.ts';
import { MARK } from '../targets/MARK.ts';
import { NETMAP } from '../targets/NETMAP.ts';
import { NFQUEUE } from '../targets/NFQUEUE.ts';
import { DNPT, SNPT } from '../targets/NPT.ts';
import { DNAT, MASQUERADE, REDIRECT, SNAT } from '../targets/nat.ts';
import { QUEUE } from '../targets/QUEUE.ts';
import { RATEEST } from '../targets/RATEEST.ts';
import { REJECT } from '../targets/REJECT.ts';
import { SECMARK } from '../targets/SECMARK.ts';
import { SET } from '../targets/SET.ts';
import { SYNPROXY } from '../targets/SYNPROXY.ts';
import { ACCEPT, DROP, RETURN } from '../targets/standard.ts';
import { TCPMSS } from '../targets/TCPMSS.ts';
import { TCPOPTSTRIP } from '../targets/TCPOPTSTRIP.ts';
import { TEE } from '../targets/TEE.ts';
import { TOS } from '../targets/TOS.ts';
import { TPROXY } from '../targets/TPROXY.ts';
import { HL, TTL } from '../targets/TTL.ts';
import { ULOG } from '../targets/ULOG.ts';

export const MATCHES: readonly MatchExtension[] = [
  tcp,
  udp,
  icmp,
  icmp6,
  owner,
  mark,
  connmark,
  conntrack,
  state,
  multiport,
  comment,
  addrtype,
  iprange,
  statistic,
  limit,
  socket,
  mac,
  length,
  ttl,
  hl,
  set,
  ah,
  bpf,
  cgroup,
  cluster,
  connbytes,
  connlabel,
  connlimit,
  cpu,
  dccp,
  devgroup,
  dscp,
  dst,
  ecn,
  esp,
  eui64,
  frag,
  hashlimit,
  hbh,
  helper,
  ipcomp,
  ipv6header,
  mh,
  nfacct,
  osf,
  physdev,
  pkttype,
  policy,
  quota,
  rateest,
  realm,
  recent,
  rpfilter,
  rt,
  sctp,
  srh,
  string,
  tcpmss,
  time,
  tos,
  u32,
];

export const TARGETS: readonly TargetExtension[] = [
  ACCEPT,
  DROP,
  RETURN,
  REJECT,
  LOG,
  NFLOG,
  TRACE,
  MARK,
  CONNMARK,
  CT,
  NOTRACK,
  REDIRECT,
  DNAT,
  SNAT,
  MASQUERADE,
  NETMAP,
  TPROXY,
  DSCP,
  TOS,
  ECN,
  TTL,
  HL,
  TCPMSS,
  TCPOPTSTRIP,
  CHECKSUM,
  CLASSIFY,
  SET,
  TEE,
  AUDIT,
  ULOG,
  IDLETIMER,
  LED,
  RATEEST,
  SECMARK,
  CONNSECMARK,
  NFQUEUE,
  QUEUE,
  SYNPROXY,
  HMARK,
  CLUSTERIP,
  DNPT,
  SNPT,
];

function byName<E extends Extension>(extensions: readonly E[]): ReadonlyMap<string, E> {
  return new Map(
    extensions.flatMap((extension) => [extension.name, ...(extension.aliases ?? [])].map((name) => [name, extension] as const)),
  );
}

const MATCH_BY_NAME = byName(MATCHES);
const TARGET_BY_NAME = byName(TARGETS);

export function findMatch(name: string): MatchExtension | undefined {
  return MATCH_BY_NAME.get(name);
}

export function findTarget(name: string): TargetExtension | undefined {
  return TARGET_BY_NAME.get(name);
}
