/** All matches and targets that are modelled, in the order of the documentation. A new one is one file, one line here, one .cases file. */
import type { Extension, MatchExtension, TargetExtension } from './extension.ts';
import { addrtype } from './matches/addrtype.ts';
import { comment } from './matches/comment.ts';
import { connmark } from './matches/connmark.ts';
import { conntrack } from './matches/conntrack.ts';
import { icmp, icmp6 } from './matches/icmp.ts';
import { iprange } from './matches/iprange.ts';
import { length } from './matches/length.ts';
import { limit } from './matches/limit.ts';
import { mac } from './matches/mac.ts';
import { mark } from './matches/mark.ts';
import { multiport } from './matches/multiport.ts';
import { owner } from './matches/owner.ts';
import { set } from './matches/set.ts';
import { socket } from './matches/socket.ts';
import { state } from './matches/state.ts';
import { statistic } from './matches/statistic.ts';
import { tcp } from './matches/tcp.ts';
import { hl, ttl } from './matches/ttl.ts';
import { udp } from './matches/udp.ts';
import { AUDIT } from './targets/AUDIT.ts';
import { CHECKSUM } from './targets/CHECKSUM.ts';
import { CLASSIFY } from './targets/CLASSIFY.ts';
import { CLUSTERIP } from './targets/CLUSTERIP.ts';
import { CONNMARK } from './targets/CONNMARK.ts';
import { CONNSECMARK } from './targets/CONNSECMARK.ts';
import { CT, NOTRACK } from './targets/CT.ts';
import { DSCP } from './targets/DSCP.ts';
import { ECN } from './targets/ECN.ts';
import { HMARK } from './targets/HMARK.ts';
import { IDLETIMER } from './targets/IDLETIMER.ts';
import { LED } from './targets/LED.ts';
import { LOG, NFLOG, TRACE } from './targets/log.ts';
import { MARK } from './targets/MARK.ts';
import { NETMAP } from './targets/NETMAP.ts';
import { NFQUEUE } from './targets/NFQUEUE.ts';
import { DNPT, SNPT } from './targets/NPT.ts';
import { DNAT, MASQUERADE, REDIRECT, SNAT } from './targets/nat.ts';
import { RATEEST } from './targets/RATEEST.ts';
import { REJECT } from './targets/REJECT.ts';
import { SECMARK } from './targets/SECMARK.ts';
import { SET } from './targets/SET.ts';
import { SYNPROXY } from './targets/SYNPROXY.ts';
import { ACCEPT, DROP, RETURN } from './targets/standard.ts';
import { TCPMSS } from './targets/TCPMSS.ts';
import { TCPOPTSTRIP } from './targets/TCPOPTSTRIP.ts';
import { TEE } from './targets/TEE.ts';
import { TOS } from './targets/TOS.ts';
import { TPROXY } from './targets/TPROXY.ts';
import { HL, TTL } from './targets/TTL.ts';
import { ULOG } from './targets/ULOG.ts';

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
