/** Parts of a packet that a rule asks for by their place have the names of fields in a listing, once nft knows the protocol. */
import { formatAddress } from '../../packet/address.ts';
import type { NftExpression, NftSelector, NftStatement } from '../../syntax/nft/ast.ts';
import { bareSpan, type Span } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { DATATYPES } from '../datatypes/all.ts';
import { printValue } from '../datatypes/printValue.ts';
import { findExpression } from '../selectors/all.ts';
import { mapAsked, selectorsOf } from '../values/asked.ts';
import { constantOf } from '../values/constant.ts';
import { onlyValue } from '../values/onlyValue.ts';
import { inWholeBytes } from './aligned.ts';
import { fieldAt, fieldsOver, headerAt, type PartOfPacket, type PlacedField, partOfPacket } from './fieldsByPlace.ts';
import { afterSelector, afterStatement, knownFirst } from './listedProtocols.ts';
import type { Protocols } from './protocols.ts';

export function withFieldNames(statements: readonly NftStatement[], context: NftRuleContext): readonly NftStatement[] {
  let known = knownFirst(context);
  let link = known.listed.link === true;
  const named: NftStatement[] = [];
  for (const one of statements) {
    for (const selector of selectorsOf(one)) {
      link ||= selector.kind === 'payload' && OF_LINK.has(selector.protocol);
      ({ known } = afterSelector(known, selector, context));
    }
    named.push(...namesIn(one, { ...known.listed, link }, context));
    known = afterStatement(known, one, context);
    link ||= known.listed.link === true;
  }
  return named;
}

const OF_LINK: ReadonlySet<string> = new Set(['ether', 'vlan']);

function namesIn(statement: NftStatement, known: Protocols, context: NftRuleContext): readonly NftStatement[] {
  if (statement.kind === 'match') {
    const { left, op } = statement;
    const right = onlyValue(statement.right);
    const part = left.kind === 'payload' || left.kind === 'raw' ? partOfPacket(left) : undefined;
    const isValue = right.kind === 'value' && (op === undefined || op === '==' || op === '!=');
    const split = part !== undefined && isValue ? asFields({ ...statement, right }, part, { known, context }) : undefined;
    if (split !== undefined) return split;
    // elements of a set keep the type that a place has
    const isMany =
      left.kind === 'concat' ? statement.right.kind === 'set' : left.kind === 'raw' && right.kind === 'set' && right.elements.length > 1;
    const ofPlace = isMany ? mapAsked(statement, (selector) => placeNamed(selector, known)) : statement;
    const whole = inWholeBytes(ofPlace, context);
    if (isMany && whole.kind === 'match' && whole.left.kind === 'raw' && !isPort(whole.left)) return [whole];
    return [mapAsked(whole, (selector) => fieldNamed(selector, known))];
  }
  return [mapAsked(statement, (selector) => fieldNamed(selector, known))];
}

function isPort({ base, offset, length }: Extract<NftSelector, { kind: 'raw' }>): boolean {
  return base === 'th' && length === 16 && (offset === 0 || offset === 16);
}

function fieldNamed(selector: NftSelector & Span, known: Protocols): NftSelector & Span {
  const { start, end } = selector;
  const part = partOfPacket(selector);
  if (part === undefined) return selector;
  const protocol = headerAt(part.base, known);
  const field = protocol === undefined ? undefined : fieldAt(protocol, part);
  if (protocol !== undefined && field !== undefined) return { start, end, kind: 'payload', protocol, field };
  if (selector.kind !== 'raw' || !isPort(selector)) return selector;
  return { start, end, kind: 'payload', protocol: 'th', field: selector.offset === 0 ? 'sport' : 'dport' };
}

function placeNamed(selector: NftSelector & Span, known: Protocols): NftSelector & Span {
  const named = selector.kind === 'raw' && !isPort(selector) ? fieldNamed(selector, known) : selector;
  return named.kind === 'payload' && selector.kind === 'raw' ? { ...named, byPlace: selector.length } : named;
}

type Match = Extract<NftStatement, { kind: 'match' }>;

interface Naming {
  readonly known: Protocols;
  readonly context: NftRuleContext;
}

/** One match for each field that lies there. */
function asFields(statement: Match, part: PartOfPacket, { known, context }: Naming): readonly NftStatement[] | undefined {
  const protocol = headerAt(part.base, known);
  const fields = protocol === undefined ? undefined : fieldsOver(protocol, part);
  const value = bitsOf(statement.right, context);
  if (protocol === undefined || fields === undefined || value === undefined) return undefined;
  // other bits than those of one field are loaded as whole bytes
  const isOne = fields.length === 1 && fields[0]?.width === part.width;
  if (part.width % 8 !== 0 && !isOne) return undefined;
  // what follows a header of AH or IPComp is left out
  const named = fields.filter(({ field }) => field !== 'nexthdr' || protocol === 'ip6' || statement.op === '!=');
  return named.map((field): NftStatement => {
    const left: NftExpression = { ...bareSpan(statement.left), kind: 'payload', protocol, field: field.field };
    const isFlags = findExpression(`${protocol} ${field.field}`)?.type === 'tcp_flag';
    return {
      ...statement,
      left,
      right: fieldValue(value, { field, part, span: bareSpan(statement.right) }),
      ...(isFlags && { op: statement.op ?? '==' }),
    };
  });
}

function fieldValue(
  value: bigint,
  { field, part, span }: { readonly field: PlacedField; readonly part: PartOfPacket; readonly span: Span },
): NftExpression {
  const [last, own] = [part.start + part.width, field.start + field.width];
  const number = (bits: bigint): NftExpression => {
    const own = bits & ((1n << BigInt(field.width)) - 1n);
    if (field.width === 128) return { ...span, kind: 'value', form: 'address6', text: formatAddress(own) };
    return {
      ...span,
      kind: 'value',
      ...(field.width === 48 ? printValue(Number(own), DATATYPES.ether_addr) : { form: 'number', text: String(own) }),
    };
  };
  if (own <= last) return number(value >> BigInt(last - own));
  return { ...span, kind: 'prefix', of: number(value << BigInt(own - last)), length: last - field.start };
}

function bitsOf(right: NftExpression, context: NftRuleContext): bigint | undefined {
  if (right.kind !== 'value') return undefined;
  if (/^(?:0x[\da-f]+|\d+)$/i.test(right.text)) return BigInt(right.text);
  const value = constantOf(right, DATATYPES.inet_service, context);
  return typeof value === 'number' ? BigInt(value) : undefined;
}
