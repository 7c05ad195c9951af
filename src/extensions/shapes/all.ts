/** All value shapes by name. An option names the shapes of its arguments; `lower` then gets their typed values. */
import { ADDR_TYPES } from '../../packet/fields.ts';
import { ICMP, ICMPV6 } from '../../packet/icmpNames.ts';
import { address, addressRange, ctNetwork, macAddress, natRange, network } from './address.ts';
import { bitRate } from './bitRate.ts';
import { chunkTypes } from './chunks.ts';
import { date, monthDays, timeOfDay, weekDays } from './clock.ts';
import { accountName, listName, portName, tableNameShape } from './fileName.ts';
import { hashBurst, hashRate } from './hashlimit.ts';
import { icmpType } from './icmp.ts';
import { idRange } from './id.ts';
import {
  addressMask,
  dccpTypes,
  hashModes,
  headerOptions,
  ipv6Headers,
  maskLength,
  policyProto,
  prefixLengthShape,
  routeAddresses,
  segment,
} from './list.ts';
import { connLabel, deviceGroup, dscpClass, dscpValue, mhTypes, packetType, routeRealm, tosMask } from './named.ts';
import { cutTo, hexNumber, integer, maskedNumber, U8, U16, U32 } from './number.ts';
import { hexPattern, pattern } from './pattern.ts';
import { decimalPort, decimalPortRange, natPorts, portList, portRange, sctpPortRange } from './port.ts';
import { bpfProgram, u32Tests } from './program.ts';
import { protocol, protocolNumber } from './protocol.ts';
import { byteRange, mssRange, openRange, spiRange, u64 } from './range.ts';
import { rejectType } from './reject.ts';
import type { Shape } from './shape.ts';
import { CT_EVENTS, ctStatus, EXPECTATION_EVENTS, logLevel, probability, rate, setDirs, tcpFlags, zone } from './special.ts';
import {
  duration,
  groupMac,
  hashPrefix,
  hashTuple,
  ledDelay,
  ledName,
  prefix,
  queueRange,
  rawName,
  rawPrefix,
  tcpOptions,
  timeoutPolicy,
  trafficClass,
} from './targetValues.ts';
import { freeText, word, wordList } from './word.ts';

const ANY_CASE = { anyCase: true } as const;
const THIS_CASE = { anyCase: false } as const;

export const SHAPES = {
  comment: freeText({ min: 0, max: 255, overlong: 'cut' }),
  logPrefix: freeText({ min: 1, max: 29, overlong: 'cut' }),
  nflogPrefix: freeText({ min: 1, max: 63, overlong: 'cut' }),
  setName: { ...freeText({ min: 1, max: 31, overlong: 'refused' }), print: (value: string) => value },
  setTimeout: integer({ max: U32 - 1 }),
  helper: rawName(15),
  timeoutPolicy,
  path: freeText({ min: 0, max: 65535, overlong: 'refused' }),
  pinnedPath: freeText({ min: 0, max: 65535, overlong: 'refused' }),
  u8: integer({ max: U8 }),
  u16: integer({ max: U16 }),
  u32: integer({ max: U32 }),
  positive: integer({ min: 1, max: U32 }),
  tcpOption: integer({ min: 1, max: U8 }),
  burst: integer({ max: 10000 }),
  shift: integer({ max: 32 }),
  hexNumber,
  markMask: maskedNumber('short'),
  xmark: maskedNumber('full'),
  lengthRange: openRange({ max: U16, ordered: false }),
  expireRange: openRange({ max: U32, ordered: false }),
  decimalPort,
  decimalPortRange,
  portRange,
  portList,
  natPorts,
  natRange,
  network,
  ctNetwork,
  address,
  addressRange,
  mac: macAddress,
  protocol,
  protocolNumber,
  users: idRange('user'),
  groups: idRange('group'),
  tcpFlags,
  ctStates: wordList('connection state', ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'], ANY_CASE),
  states: wordList('connection state', ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED'], ANY_CASE),
  ctStatus,
  ctDir: word('direction', ['ORIGINAL', 'REPLY'], ANY_CASE),
  addrTypes: wordList('address type', ADDR_TYPES, ANY_CASE),
  statisticMode: word('mode', ['random', 'nth'], THIS_CASE),
  probability,
  rate,
  logLevel,
  zone,
  rejectType,
  counter: integer({ max: Number.MAX_SAFE_INTEGER }),
  ctEvents: wordList('conntrack event', CT_EVENTS, THIS_CASE),
  expEvents: wordList('expectation event', EXPECTATION_EVENTS, THIS_CASE),
  icmpType: icmpType(ICMP),
  icmpv6Type: icmpType(ICMPV6),
  setDirs,
  spiRange,
  mssRange,
  byteRange,
  u64,
  deviceGroup,
  routeRealm,
  connLabel,
  mhTypes,
  packetType,
  dccpTypes,
  sctpPortRange,
  chunkScope: word('scope of chunks', ['all', 'any', 'only'], ANY_CASE),
  chunkTypes,
  ipv6Headers,
  headerOptions,
  routeAddresses,
  segment,
  prefixLength: prefixLengthShape,
  maskLength,
  addressMask,
  bpfProgram,
  u32Tests,
  pattern,
  hexPattern,
  searchAlgorithm: word('search algorithm', ['bm', 'kmp'], THIS_CASE),
  timeOfDay,
  date,
  monthDays,
  weekDays,
  hashRate,
  hashBurst,
  hashModes,
  node: integer({ min: 1, max: 32 }),
  nodeMask: integer({ min: 1, max: 32 }),
  ect: integer({ max: 3 }),
  hitCount: integer({ max: U16 }),
  interval: integer({ min: 1, max: 0x7fff_ffff }),
  osfLevel: integer({ max: 2 }),
  bytesMode: word('mode', ['packets', 'bytes', 'avgpkt'], THIS_CASE),
  bytesDir: word('direction', ['original', 'reply', 'both'], THIS_CASE),
  policyDir: word('direction', ['in', 'out'], THIS_CASE),
  policyKind: word('policy', ['none', 'ipsec'], THIS_CASE),
  policyMode: word('mode', ['transport', 'tunnel'], THIS_CASE),
  policyProto,
  helperName: freeText({ min: 0, max: 29, overlong: 'cut' }),
  accountName,
  portName,
  genre: rawName(31),
  listName,
  tableName: tableNameShape,
  dscp: dscpValue,
  dscpClass,
  tosMask,
  auditType: word('record type', ['accept', 'drop', 'reject'], ANY_CASE),
  trafficClass,
  bit: integer({ max: 1 }),
  twoBits: integer({ max: 3 }),
  hops: integer({ min: 1, max: U8 }),
  cut8: cutTo(8),
  cut16: cutTo(16),
  queueRange,
  duration,
  tcpOptions,
  prefix,
  rawPrefix,
  deviceName: rawName(15),
  timerLabel: rawName(27),
  estimatorName: rawName(15),
  bitRate,
  securityContext: rawName(255),
  ledName,
  ledDelay,
  ulogPrefix: freeText({ min: 1, max: 32, overlong: 'refused' }),
  ulogGroup: integer({ min: 1, max: 32 }),
  ulogThreshold: integer({ min: 1, max: 50 }),
  hashTuple,
  hashPrefix,
  clusterHash: word('hash mode', ['sourceip', 'sourceip-sourceport', 'sourceip-sourceport-destport'], THIS_CASE),
  clusterNodes: integer({ max: 16 }),
  groupMac,
} as const;

export type ShapeName = keyof typeof SHAPES;
/** The TypeScript value of a shape. */
export type ValueOf<Name extends ShapeName> = Name extends ShapeName
  ? (typeof SHAPES)[Name] extends Shape<infer Value>
    ? Value
    : never
  : never;
export type AnyValue = ValueOf<ShapeName>;
