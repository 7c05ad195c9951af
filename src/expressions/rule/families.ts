/** Where the family of a packet decides how a statement is listed: NAT and tproxy name it in a table of inet, reject has an answer of its own.
 *  nftables src/evaluate.c nat_evaluate_family(), stmt_evaluate_reject_inet() */
import type { Family } from '../../packet/address.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { NftExpression, NftFamily, NftStatement } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { TAGGED } from '../contract/frameTypes.ts';
import type { StatementOf } from '../contract/statement.ts';
import { ICMP_CODE, ICMPV6_CODE, ICMPX_CODE } from '../datatypes/constants.ts';
import { icmpCodeOf } from '../datatypes/icmpCode.ts';
import { findExpression } from '../selectors/all.ts';
import { selectorsOf } from '../values/asked.ts';
import { partsOfValue } from '../values/partsOfValue.ts';
import { impliedByHeader, selectorName } from '../values/selectorName.ts';
import { isProtocol } from './isProtocol.ts';
import { askedByPortMap } from './portMaps.ts';
import { afterMatch, type Protocols, protocolsOf, withImplied } from './protocols.ts';

export function withFamilies(statements: readonly NftStatement[], context: NftRuleContext): readonly NftStatement[] {
  const { first, told } = tellFamilies(statements, context);
  return [...first, ...told];
}

/** What nft asks before all else, whatever is done before the statement for which it asks. */
export function protocolsAskedFirst(statements: readonly NftStatement[], context: NftRuleContext): readonly NftMatch[] {
  const writes = statements.some(({ kind }) => kind === 'write' || kind === 'notrack');
  return writes ? tellFamilies(statements, { ...context, report: () => {} }).first : [];
}

type NftMatch = StatementOf<'match'>;

interface Told {
  readonly first: readonly NftMatch[];
  readonly told: readonly NftStatement[];
}

function tellFamilies(statements: readonly NftStatement[], context: NftRuleContext): Told {
  let known = protocolsOf(context.table);
  const told: NftStatement[] = [];
  let resets = false;
  let first: Family | undefined;
  for (const one of statements) {
    first ??= known.family === undefined ? askedOf(headerFamily(one), known) : undefined;
    if (isFirstIgmp(one, known)) {
      told.push(isIPv4(context.table, known));
      known = { ...known, family: 4 };
    }
    if (!isOfOne(context.table) && asksVlanType(one) && known.etherType === undefined) {
      told.push(VLAN);
      known = { ...known, etherType: TAGGED };
    }
    told.push(...askedByPortMap(one, known, context));
    for (const selector of selectorsOf(one)) {
      const expression = findExpression(selectorName(selector, context));
      // an address of the connection says nothing of the packet here
      const implied = expression?.implies ?? { family: impliedByHeader(selector).family };
      if (selector.kind !== 'ct') known = withImplied(known, implied, { at: selector, context });
      if (selector.kind === 'payload' && selector.protocol === 'ether') known = { ...known, link: true };
      if (selector.kind === 'payload' && selector.protocol === 'vlan') known = { etherType: TAGGED, ...known };
    }
    first ??= known.family === undefined ? askedOf(answeredFamily(one), known) : undefined;
    resets ||= one.kind === 'reject' && known.proto === undefined && one.with?.[0]?.startsWith('tcp') === true;
    told.push(...withFamily(one, known, context));
    known = afterMatch(known, one, context);
  }
  if (resets) return { first: [isProtocol('l4proto', 'tcp')], told };
  const asks = first !== undefined && context.table === 'inet';
  return { first: asks ? [isProtocol('nfproto', first === 4 ? 'ipv4' : 'ipv6')] : [], told };
}

const SPAN = { start: 0, end: 0 } as const;

/** `vlan type` is behind another type where it is compared with one, `vlan id` is taken to be. */
export function asksVlanType(statement: NftStatement): boolean {
  const left = isComparedWithOne(statement) ? statement.left : undefined;
  return left?.kind === 'payload' && left.protocol === 'vlan' && left.field === 'type';
}

export function isComparedWithOne(statement: NftStatement): statement is NftMatch {
  return statement.kind === 'match' && ['==', '!='].includes(statement.op ?? '==') && statement.right.kind === 'value';
}

const VLAN: NftStatement = {
  ...SPAN,
  kind: 'match',
  left: { ...SPAN, kind: 'payload', protocol: 'ether', field: 'type' },
  right: { ...SPAN, kind: 'value', form: 'word', text: '8021q' },
};

/** nft asks for the family of options and extension headers before all else. */
function headerFamily(statement: NftStatement): Family | undefined {
  return selectorsOf(statement)
    .map((selector) => impliedByHeader(selector).family)
    .find((family) => family !== undefined);
}

/** Of the packets that `reject with icmp` answers. nftables src/evaluate.c stmt_evaluate_reject_inet_family() */
function answeredFamily(statement: NftStatement): Family | undefined {
  const [answer = ''] = statement.kind === 'reject' ? (statement.with ?? []) : [];
  const [kind] = answer.split(' ');
  return kind === 'icmp' ? 4 : kind === 'icmpv6' ? 6 : undefined;
}

/** ICMP says as much. */
function askedOf(family: Family | undefined, { proto, several }: Protocols): Family | undefined {
  return several !== true && proto === (family === 4 ? PROTO.icmp : PROTO.icmpv6) ? undefined : family;
}

function isIPv4(table: NftFamily, { link, etherType }: Protocols): NftStatement {
  const ofLink = link === true || etherType !== undefined;
  if (table === 'inet' && !ofLink) return isProtocol('nfproto', 'ipv4');
  const left: NftExpression =
    table === 'bridge' || (table === 'inet' && ofLink)
      ? { ...SPAN, kind: 'payload', protocol: 'ether', field: 'type' }
      : { ...SPAN, kind: 'meta', key: 'protocol' };
  return { ...SPAN, kind: 'match', left, right: { ...SPAN, kind: 'value', form: 'word', text: 'ip' } };
}

function isOfOne(table: NftFamily): boolean {
  return table === 'ip' || table === 'ip6' || table === 'arp';
}

/** IGMP is of IPv4, which nft does not take as implied. */
function isFirstIgmp(statement: NftStatement, known: Protocols): boolean {
  if (known.family !== undefined || known.proto !== undefined) return false;
  return selectorsOf(statement).some((selector) => selector.kind === 'payload' && selector.protocol === 'igmp');
}

function withFamily(statement: NftStatement, known: Protocols, context: NftRuleContext): readonly NftStatement[] {
  const { table } = context;
  if (statement.kind === 'reject') return [rejected(statement, known, table !== 'ip' && table !== 'ip6')];
  if (statement.kind !== 'nat' && statement.kind !== 'tproxy') return [statement];
  const { family, ...plain } = statement;
  const own = protocolsOf(table).family;
  if (table !== 'inet')
    return [statement.kind === 'nat' && choosesMuch(statement, context) ? { ...plain, family: own === 4 ? 'ip' : 'ip6' } : plain];
  if (family !== undefined || statement.address === undefined || known.family === undefined) return [statement];
  return [{ ...statement, family: known.family === 4 ? 'ip' : 'ip6' }];
}

function rejected(statement: StatementOf<'reject'>, known: Protocols, inet: boolean): NftStatement {
  const { family } = known;
  const [kind, code = ''] = statement.with?.flatMap((word) => word.split(' ')).filter((word) => word !== 'type') ?? [];
  const { with: _, ...plain } = statement;
  if (kind === 'tcp') return statement;
  // of a set of families the listing knows none
  if (known.taken?.family !== undefined && kind !== 'icmpx') return plain;
  const isPort = kind === undefined || nameOf(kind, code) === 'port-unreachable';
  if (isPort && kind !== undefined && kind !== 'icmpx' && !inet) return plain;
  if (kind === 'icmpx' && isPort) return plain;
  if (kind === undefined)
    return inet && family !== undefined ? { ...plain, with: [family === 4 ? 'icmp' : 'icmpv6', 'port-unreachable'] } : plain;
  return { ...plain, with: [kind, nameOf(kind, code)] };
}

function nameOf(kind: string, code: string): string {
  const names = kind === 'icmp' ? ICMP_CODE : kind === 'icmpv6' ? ICMPV6_CODE : ICMPX_CODE;
  const known = icmpCodeOf(code);
  return [...names].find(([, number]) => String(number) === known)?.[0] ?? known;
}

const MUCH: ReadonlySet<string> = new Set(['concat', 'range', 'prefix']);

/** A map of more than addresses: nft names the family. nftables src/statement.c nat_stmt_print() */
function choosesMuch({ form, address }: StatementOf<'nat'>, { sets }: NftRuleContext): boolean {
  if (address?.kind !== 'map') return false;
  if (form !== undefined && form !== 'prefix') return true;
  if (address.to.kind === 'set') return address.to.elements.some(({ value }) => MUCH.has(value?.kind ?? ''));
  if (form !== undefined) return true;
  const map = address.to.kind === 'reference' ? sets.get(address.to.name.text) : undefined;
  return map?.valueIsInterval === true || partsOfValue(map) > 1;
}
