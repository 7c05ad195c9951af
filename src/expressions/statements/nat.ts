/** snat, dnat, masquerade, redirect: rewrite one end of a connection. man nft(8), NAT STATEMENTS
 *  kernel net/netfilter/nft_nat.c nft_nat_inet_eval(): packets of another family go on */
import type { Effect, NatTarget, PortRange } from '../../netfilter/effect.ts';
import type { Address, Family } from '../../packet/address.ts';
import type { FieldValue } from '../../packet/fields.ts';
import type { NftExpression } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { Building } from '../contract/building.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { type StatementOf, statement } from '../contract/statement.ts';
import { DATATYPES } from '../datatypes/all.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { intervalOf } from '../values/constant.ts';
import { branchesOf } from '../values/elementBranch.ts';
import { partsOfValue } from '../values/partsOfValue.ts';
import { refuseOtherType } from '../values/typeProblem.ts';
import { chosen, isConstant } from '../values/written.ts';

type NatStatement = StatementOf<'nat'>;

const HOOKS = {
  snat: ['INPUT', 'POSTROUTING'],
  dnat: ['PREROUTING', 'OUTPUT'],
  masquerade: ['POSTROUTING'],
  redirect: ['PREROUTING', 'OUTPUT'],
} as const;

export const natStatement = statement({
  kind: 'nat',
  says: [{ name: 'snat' }, { name: 'dnat' }, { name: 'masquerade' }, { name: 'redirect' }],
  apply: (said, building) => {
    const given = withPortOfTuple(said);
    const { context, act, need, onlyAt, ask } = building;
    onlyAt({ what: given.verb, hooks: HOOKS[given.verb], kinds: ['nat'], span: given });
    const family = familyOf(given) ?? (given.address === undefined ? undefined : building.protocolsBefore().family);
    checkNat(given, family, building);
    const isOther = family !== undefined && family !== context.family;
    // for one family, the kernel tracks the connections of that one alone
    if (!isOther) need('conntrack');
    const { address, port } = given;
    if (isOther && address?.kind !== 'map') return;
    if (address?.kind !== 'map' && port?.kind !== 'map') return act(...rewriteOf(given, { address, port }, building));
    const map = address?.kind === 'map' ? address : port?.kind === 'map' ? port : undefined;
    if (map === undefined) return;
    const choice = chosen(map, expectedOf(given, family ?? context.family), context);
    if (choice.kind !== 'choice') return opaque(`\`${given.verb}\` to an address of a map that packets change`, building);
    ask(choice.present, given);
    const branches = branchesOf(choice.among, (one) => (isOther ? [] : rewriteOf(given, targetOf(given, one.value), building)));
    act({ kind: 'switch', branches });
  },
});

/** nftables src/evaluate.c nat_evaluate_family(), nat_evaluate_transport() */
function checkNat(
  { verb, form, address, port, ...span }: NatStatement,
  family: Family | undefined,
  { context, protocols, protocolsBefore }: Building,
): void {
  const known = protocols();
  // what a map asks for does not count
  const before = protocolsBefore();
  const refuse = (message: string, at: Span, help?: string): void =>
    context.report({ kind: 'not-loadable', code: 'needs-protocol', message, span: at, help });
  if (port !== undefined && (port.kind === 'map' ? before : known).proto === undefined)
    refuse(`ports in \`${verb}\` need a transport protocol`, port, 'match on `meta l4proto` or on a port before it');
  if (address?.kind === 'map' && known.proto === undefined && hasPorts(address.to, context) && !hasProtocol(address.key))
    refuse(`ports in \`${verb}\` need a transport protocol`, address, 'match on `meta l4proto` or on a port before it');
  const given = portOfValues(port ?? address, context);
  if (given?.kind === 'ct' && given.key.startsWith('proto-') && (port !== undefined || known.proto === undefined))
    refuse(`\`${given.key}\` of a connection is not a port here`, span);
  refuseOtherType(port, DATATYPES.inet_service, context);
  if (address === undefined) return;
  if (form === 'address and port' && !(address.kind === 'map' && hasPorts(address.to, context)))
    refuse('`addr . port` needs an address and a port', address);
  const own = family ?? (context.table === 'inet' ? undefined : context.family);
  if (own !== undefined) refuseOtherType(address, own === 4 ? DATATYPES.ipv4_addr : DATATYPES.ipv6_addr, context);
  if (context.table === 'inet' && family === undefined) refuse(`\`${verb}\` needs \`ip\` or \`ip6\` in a table of inet`, span);
  const asked = address.kind === 'map' ? before.family : known.family;
  if (family !== undefined && asked !== undefined && asked !== family) refuse(`\`${verb}\` to an address of the other family`, span);
}

/** Types of the values of its map. */
function expectedOf({ address, form }: NatStatement, family: Family): readonly (readonly Datatype[])[] {
  const port = DATATYPES.inet_service;
  if (address?.kind !== 'map') return [[port]];
  const of = family === 4 ? DATATYPES.ipv4_addr : DATATYPES.ipv6_addr;
  return form === 'address and port' ? [[of, port]] : [[of], [of, port]];
}

/** What the ports of a map are said to be, with `typeof`; the port of a tuple. */
export function portOfValues(map: NftExpression | undefined, { sets }: NftRuleContext): NftExpression | undefined {
  if (map?.kind === 'concat') return map.of[1];
  const value = map?.kind === 'map' && map.to.kind === 'reference' ? sets.get(map.to.name.text)?.value : undefined;
  if (value === undefined || 'types' in value) return undefined;
  return value.of.kind === 'concat' ? value.of.of[1] : value.of;
}

/** A protocol among other parts of a key. nftables src/evaluate.c nat_concat_map() */
function hasProtocol(key: NftExpression): boolean {
  const isProtocol = (one: NftExpression): boolean =>
    (one.kind === 'meta' && one.key === 'l4proto') ||
    (one.kind === 'payload' && ['ip protocol', 'ip6 nexthdr'].includes(`${one.protocol} ${one.field}`));
  return key.kind === 'concat' && key.of.some(isProtocol);
}

/** Values of a map that are addresses with ports. */
function hasPorts(to: NftExpression, { sets }: NftRuleContext): boolean {
  if (to.kind === 'set') return to.elements.some(({ value }) => value?.kind === 'concat');
  return to.kind === 'reference' && partsOfValue(sets.get(to.name.text)) > 1;
}

/** `10.0.0.1 . 80` is an address and a port. */
export function withPortOfTuple(nat: NatStatement): NatStatement {
  const [address, port, ...more] = nat.form === 'address and port' && nat.address?.kind === 'concat' ? nat.address.of : [];
  if (address === undefined || port === undefined || more.length > 0) return nat;
  const { form: _, ...plain } = nat;
  return { ...plain, address, port };
}

interface To {
  readonly address?: NftExpression | undefined;
  readonly port?: NftExpression | undefined;
}

/** Which of its parts the value of a map is. */
function targetOf({ address, port }: NatStatement, value: NftExpression): To {
  if (address?.kind !== 'map') return { address, port: value };
  if (value.kind !== 'concat') return { address: value, port };
  return { address: value.of[0], port: value.of[1] };
}

function opaque(reason: string, { act, need }: Building): void {
  need('opaque');
  act({ kind: 'unmodelled', reason });
}

function familyOf({ family }: NatStatement): Family | undefined {
  return family === undefined ? undefined : family === 'ip' ? 4 : 6;
}

function rewriteOf(given: NatStatement, { address, port }: To, building: Building): readonly Effect[] {
  const { verb, flags } = given;
  const [to, ports] = [addressesOf(address, given.form, building), portsOf(port, building)];
  const constant = [address, port].every((one) => one === undefined || isConstant(one));
  if (!constant || to === undefined || ports === 'unknown') {
    building.need('opaque');
    return [{ kind: 'unmodelled', reason: `\`${verb}\` to an address or port that is not constant` }];
  }
  const random = flags.some(({ text }) => text === 'random' || text === 'fully-random');
  const manip = verb === 'snat' || verb === 'masquerade' ? 'src' : 'dst';
  const target: NatTarget = verb === 'masquerade' ? { kind: 'out-interface' } : verb === 'redirect' ? { kind: 'this-host' } : to;
  return [{ kind: 'nat', manip, to: target, random, ...(ports !== undefined && { ports }) }];
}

/** A prefix keeps the other bits where the statement says so. */
function addressesOf(address: NftExpression | undefined, form: NatStatement['form'], { context }: Building): NatTarget | undefined {
  if (address === undefined) return { kind: 'keep' };
  if (!isConstant(address)) return undefined;
  const type = context.family === 4 ? DATATYPES.ipv4_addr : DATATYPES.ipv6_addr;
  const interval = intervalOf(address, type, context);
  if (interval === undefined || typeof interval.lo === 'string' || typeof interval.hi === 'string') return undefined;
  if (form === 'prefix') return keptBits(interval.lo, interval.hi);
  return { kind: 'addresses', lo: interval.lo, hi: interval.hi };
}

const ALL_BITS = (1n << 128n) - 1n;

/** Bits that both ends have are those of the new address. kernel net/netfilter/nft_nat.c nft_nat_setup_netmap() */
function keptBits(lo: Address, hi: Address): NatTarget {
  if (typeof lo === 'number' && typeof hi === 'number') {
    const mask = ~(lo ^ hi) >>> 0;
    return { kind: 'prefix', address: (lo & mask) >>> 0, mask };
  }
  const mask = ALL_BITS ^ BigInt(lo) ^ BigInt(hi);
  return { kind: 'prefix', address: BigInt(lo) & mask, mask };
}

function portsOf(port: NftExpression | undefined, { context }: Building): PortRange | undefined | 'unknown' {
  if (port === undefined) return undefined;
  if (!isConstant(port)) return 'unknown';
  const interval = intervalOf(port, DATATYPES.inet_service, context);
  return interval === undefined ? 'unknown' : { lo: numberOf(interval.lo), hi: numberOf(interval.hi) };
}

function numberOf(value: FieldValue): number {
  return Number(value);
}
