/** All types, by name. man nft(8), DATA TYPES */
import {
  BOOLEAN,
  CT_DIR,
  CT_STATE,
  CT_STATUS_BITS,
  DAY,
  DSCP_NAMES,
  ECN_NAMES,
  ETHER_TYPE,
  FIB_ADDRTYPE,
  ICMP_CODE,
  ICMP_TYPE,
  ICMPV6_CODE,
  ICMPV6_TYPE,
  INET_PROTO,
  NF_PROTO,
  PKT_TYPE,
  TCP_FLAG,
} from './constants.ts';
import type { Datatype } from './datatype.ts';

const TYPES = {
  ipv4_addr: { form: 'address4', bits: 32 },
  ipv6_addr: { form: 'address6', bits: 128 },
  ether_addr: { form: 'mac', bits: 48 },
  ifname: { form: 'name', bits: 128 },
  iface_index: { form: 'name', bits: 32, names: 'interface' },
  string: { form: 'name', bits: 128 },
  integer: { form: 'number', bits: 32 },
  inet_service: { form: 'number', bits: 16, names: 'service' },
  inet_proto: { form: 'number', bits: 8, constants: INET_PROTO },
  nf_proto: { form: 'number', bits: 8, constants: NF_PROTO },
  ether_type: { form: 'number', bits: 16, constants: ETHER_TYPE, prints: 'hex' },
  mark: { form: 'number', bits: 32, prints: 'hex8' },
  uid: { form: 'number', bits: 32, names: 'user' },
  gid: { form: 'number', bits: 32, names: 'group' },
  ct_state: { form: 'number', bits: 32, constants: CT_STATE, flags: true, prints: 'hex8' },
  ct_status: { form: 'number', bits: 32, constants: CT_STATUS_BITS, flags: true, prints: 'hex8' },
  ct_dir: { form: 'number', bits: 8, constants: CT_DIR },
  ct_label: { form: 'number', bits: 128, names: 'label', flags: true },
  tcp_flag: { form: 'number', bits: 8, constants: TCP_FLAG, flags: true, prints: 'hex2' },
  icmp_type: { form: 'number', bits: 8, constants: ICMP_TYPE },
  icmpv6_type: { form: 'number', bits: 8, constants: ICMPV6_TYPE },
  icmp_code: { form: 'number', bits: 8, constants: ICMP_CODE },
  icmpv6_code: { form: 'number', bits: 8, constants: ICMPV6_CODE },
  dscp: { form: 'number', bits: 6, constants: DSCP_NAMES, prints: 'hex2' },
  ecn: { form: 'number', bits: 2, constants: ECN_NAMES },
  pkt_type: { form: 'number', bits: 8, constants: PKT_TYPE },
  fib_addrtype: { form: 'number', bits: 32, constants: FIB_ADDRTYPE },
  boolean: { form: 'number', bits: 1, constants: BOOLEAN },
  day: { form: 'number', bits: 8, constants: DAY },
  hour: { form: 'number', bits: 32, names: 'clock' },
  time: { form: 'number', bits: 64, names: 'clock' },
  realm: { form: 'number', bits: 32, names: 'realm' },
  devgroup: { form: 'number', bits: 32, names: 'device group' },
} as const satisfies Record<string, Omit<Datatype, 'name'>>;

export type DatatypeName = keyof typeof TYPES;

export const DATATYPES: Readonly<Record<DatatypeName, Datatype>> = Object.fromEntries(
  Object.entries(TYPES).map(([name, type]) => [name, { name, ...type }]),
) as Record<DatatypeName, Datatype>;

export function isDatatype(name: string): name is DatatypeName {
  return Object.hasOwn(DATATYPES, name);
}
