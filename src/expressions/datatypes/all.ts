/** All types, by name. man nft(8), DATA TYPES */
import {
  ARP_OPERATION,
  BOOLEAN,
  CT_DIR,
  CT_EVENT,
  CT_STATE,
  CT_STATUS_BITS,
  DAY,
  DCCP_TYPE,
  DEVICE_GROUP,
  DSCP_NAMES,
  ECN_NAMES,
  ETHER_TYPE,
  FIB_ADDRTYPE,
  ICMP_CODE,
  ICMP_TYPE,
  ICMPV6_CODE,
  ICMPV6_TYPE,
  ICMPX_CODE,
  IFACE_TYPE,
  IGMP_TYPE,
  INET_PROTO,
  MH_TYPE,
  NF_PROTO,
  PKT_TYPE,
  REALM,
  TCP_FLAG,
} from './constants.ts';
import type { Datatype } from './datatype.ts';

const TYPES = {
  ipv4_addr: { form: 'address4', bits: 32, prefixes: true },
  ipv6_addr: { form: 'address6', bits: 128, prefixes: true },
  ether_addr: { form: 'mac', bits: 48 },
  ifname: { form: 'name', bits: 128, byHost: true },
  iface_index: { form: 'name', bits: 32, names: 'interface', byHost: true },
  // a name that is nothing else
  text: { form: 'name', bits: 128, sized: false, byHost: true },
  string: { form: 'name', bits: 128 },
  integer: { form: 'number', bits: 32 },
  inet_service: { form: 'number', bits: 16, names: 'service' },
  inet_proto: { form: 'number', bits: 8, constants: INET_PROTO },
  nf_proto: { form: 'number', bits: 8, constants: NF_PROTO },
  ether_type: { form: 'number', bits: 16, constants: ETHER_TYPE, prints: 'hex4' },
  mark: { form: 'number', bits: 32, prints: 'hex8', prefixes: true, byHost: true },
  classid: { form: 'classid', bits: 32, byHost: true },
  uid: { form: 'number', bits: 32, names: 'user', byHost: true },
  gid: { form: 'number', bits: 32, names: 'group', byHost: true },
  ct_state: { form: 'number', bits: 32, constants: CT_STATE, flags: true, prints: 'hex8', byHost: true },
  ct_status: { form: 'number', bits: 32, constants: CT_STATUS_BITS, flags: true, prints: 'hex8', byHost: true },
  ct_dir: { form: 'number', bits: 8, constants: CT_DIR },
  ct_label: { form: 'number', bits: 128, last: 127, names: 'label', flags: true, byHost: true },
  tcp_flag: { form: 'number', bits: 8, constants: TCP_FLAG, flags: true, prints: 'hex2' },
  icmp_type: { form: 'number', bits: 8, constants: ICMP_TYPE },
  icmpv6_type: { form: 'number', bits: 8, constants: ICMPV6_TYPE },
  icmp_code: { form: 'number', bits: 8, constants: ICMP_CODE },
  icmpv6_code: { form: 'number', bits: 8, constants: ICMPV6_CODE },
  dscp: { form: 'number', bits: 6, constants: DSCP_NAMES, prints: 'hex2' },
  ecn: { form: 'number', bits: 2, constants: ECN_NAMES },
  dccp_pkttype: { form: 'number', bits: 4, constants: DCCP_TYPE },
  igmp_type: { form: 'number', bits: 8, constants: IGMP_TYPE },
  mh_type: { form: 'number', bits: 8, constants: MH_TYPE },
  bitmask: { form: 'number', bits: 8, prints: 'hex', sized: false },
  ct_event: { form: 'number', bits: 32, constants: CT_EVENT, flags: true, prints: 'hex8', byHost: true },
  iface_type: { form: 'number', bits: 16, constants: IFACE_TYPE, byHost: true },
  pkt_type: { form: 'number', bits: 8, constants: PKT_TYPE },
  fib_addrtype: { form: 'number', bits: 32, constants: FIB_ADDRTYPE, byHost: true },
  fib_oif: { form: 'number', bits: 32, constants: BOOLEAN, names: 'interface', byHost: true },
  boolean: { form: 'number', bits: 1, constants: BOOLEAN },
  icmpx_code: { form: 'number', bits: 8, constants: ICMPX_CODE },
  arp_op: { form: 'number', bits: 16, constants: ARP_OPERATION },
  cgroupsv2: { form: 'name', bits: 64, byHost: true },
  // of what a packet may have or not; other numbers load
  presence: { form: 'number', bits: 8, constants: BOOLEAN },
  day: { form: 'number', bits: 8, constants: DAY, last: 6 },
  hour: { form: 'number', bits: 32, names: 'clock' },
  date: { form: 'number', bits: 64, names: 'clock' },
  time: { form: 'number', bits: 64, names: 'duration' },
  realm: { form: 'number', bits: 32, constants: REALM, names: 'realm', prefixes: true, byHost: true },
  devgroup: { form: 'number', bits: 32, constants: DEVICE_GROUP, names: 'device group', prefixes: true, byHost: true },
} as const satisfies Record<string, Omit<Datatype, 'name'>>;

export type DatatypeName = keyof typeof TYPES;

export const DATATYPES: Readonly<Record<DatatypeName, Datatype>> = Object.fromEntries(
  Object.entries(TYPES).map(([name, type]) => [name, { name, ...type }]),
) as Record<DatatypeName, Datatype>;

/** Those that `type` of a set does not take: nft has other words for them, or asks for `typeof`. */
const UNNAMED: ReadonlySet<DatatypeName> = new Set<DatatypeName>([
  ...(['text', 'presence', 'date', 'fib_oif', 'bitmask', 'string', 'integer', 'ct_label', 'hour', 'day', 'ct_event'] as const),
]);

export function isNamedType(name: string): name is DatatypeName {
  return isDatatype(name) && !UNNAMED.has(name);
}

export function isDatatype(name: string): name is DatatypeName {
  return Object.hasOwn(DATATYPES, name);
}
