/** Fields that nft lists by their place, as it has no name for them there: behind `meta nfproto { ipv4, ipv6 }` it takes a packet to be of the
 *  last family when it reads the rule, and knows none when it lists it. nftables src/evaluate.c expr_evaluate_relational(),
 *  src/netlink_delinearize.c payload_expr_postprocess() */
import type { NftElement, NftExpression, NftSelector, NftStatement } from '../../syntax/nft/ast.ts';
import { bareSpan, type Span } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { StatementOf } from '../contract/statement.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { printValue } from '../datatypes/printValue.ts';
import { findExpression } from '../selectors/all.ts';
import { mapAsked, selectorsOf } from '../values/asked.ts';
import { constantOf, intervalOf } from '../values/constant.ts';
import { onlyValue } from '../values/onlyValue.ts';
import { keyPart } from '../values/part.ts';
import { selectorName } from '../values/selectorName.ts';
import { inWholeBytes } from './aligned.ts';
import { LAYERS } from './fieldsByPlace.ts';
import { afterSelector, afterStatement, knownFirst } from './listedProtocols.ts';
import { writtenByPlace } from './writtenByPlace.ts';

type Raw = Extract<NftExpression, { kind: 'raw' }>;
type Match = StatementOf<'match'>;

export function withoutUnlisted(statements: readonly NftStatement[], context: NftRuleContext): readonly NftStatement[] {
  let known = knownFirst(context);
  return statements.map((one) => {
    const hidden = new Set<number>();
    for (const selector of selectorsOf(one)) {
      const after = afterSelector(known, selector, context);
      if (after.isUnnamed) hidden.add(selector.start);
      ({ known } = after);
    }
    const { read, listed } = afterStatement(known, one, context);
    known = { read, listed: hidden.size > 0 ? known.listed : listed };
    return hidden.size > 0 ? byPlace(one, (selector) => hidden.has(selector.start), context) : one;
  });
}

type IsHidden = (selector: NftSelector & Span) => boolean;

function byPlace(statement: NftStatement, isHidden: IsHidden, context: NftRuleContext): NftStatement {
  const place = (selector: NftSelector & Span): NftSelector & Span =>
    selector.kind === 'payload' && isHidden(selector) ? placeOf(selector, context) : selector;
  if (statement.kind === 'match') {
    const { left } = statement;
    const key = left.kind === 'binary' ? left.left : left;
    if (key.kind === 'payload') return matchByPlace(statement, key, context);
  }
  if (statement.kind === 'write' && statement.to.kind === 'payload' && isHidden(statement.to)) {
    const written = writtenByPlace(statement, placeOf(statement.to, context), context);
    if (written !== undefined) return written;
  }
  if (statement.kind === 'vmap' && statement.key.kind === 'payload' && statement.to.kind === 'set') {
    const { left: key, right: to } = keysByPlace(statement.key, statement.to, context);
    return { ...statement, key, to };
  }
  if (statement.kind === 'write' && statement.value.kind === 'map') {
    const { key, to } = statement.value;
    if (key.kind === 'payload' && to.kind === 'set' && isHidden(key)) {
      const { left, right } = keysByPlace(key, to, context);
      const { value } = statement;
      return mapAsked({ ...statement, value: { ...value, key: left, to: right } }, place);
    }
  }
  return mapAsked(statement, place);
}

type Payload = Extract<NftExpression, { kind: 'payload' }>;

function placeOf({ start, end, protocol, field }: Payload, context: NftRuleContext): Raw {
  const name = `${protocol} ${field}`;
  const [offset, length] = findExpression(selectorName({ kind: 'payload', protocol, field }, context))?.at ?? [0, 0];
  return { start, end, kind: 'raw', base: LAYERS.get(protocol) ?? 'th', offset, length, field: name };
}

function matchByPlace(statement: Match, key: Payload, context: NftRuleContext): NftStatement {
  const raw = placeOf(key, context);
  const { field: _, ...place } = raw;
  const { type } = keyPart(key, context);
  const { left, op } = statement;
  const right = onlyValue(statement.right);
  const number = (one: NftExpression): NftExpression => numberOf(constantOf(one, type, context), one);
  if (right.kind === 'set') return { ...statement, ...keysByPlace(key, right, context) };
  if (right.kind === 'reference') return { ...statement, left: raw, right };
  if (left.kind === 'binary')
    return inWholeBytes({ ...statement, left: { ...left, left: place, right: number(left.right) }, right: number(right) }, context);
  if (right.kind === 'range')
    return inWholeBytes({ ...statement, left: place, right: { ...right, lo: number(right.lo), hi: number(right.hi) } }, context);
  if (right.kind === 'prefix') return prefixByPlace(statement, right, { place, type, context });
  if (type.flags === true && op === undefined) {
    const masked: NftExpression = { ...bareSpan(left), kind: 'binary', op: '&', left: place, right: number(right) };
    return { ...statement, op: '!=', left: masked, right: numberOf(0, right) };
  }
  const value = { ...statement, right: number(right) };
  const isWhole = place.offset % 8 === 0 && place.length % 8 === 0;
  return isWhole ? { ...value, left: raw } : inWholeBytes({ ...value, left: place }, context);
}

interface Placing {
  readonly place: Raw;
  readonly type: Datatype;
  readonly context: NftRuleContext;
}

/** Of whole bytes it is a shorter field. */
function prefixByPlace(
  statement: Match,
  prefix: Extract<NftExpression, { kind: 'prefix' }>,
  { place, type, context }: Placing,
): NftStatement {
  const first = intervalOf(prefix, type, context)?.lo;
  if (first === undefined || typeof first === 'string') return { ...statement, left: place };
  const behind = BigInt(place.length - prefix.length);
  const bits = BigInt(first);
  if (prefix.length > 0 && prefix.length % 8 === 0)
    return { ...statement, left: { ...place, length: prefix.length }, right: numberOf(bits >> behind, prefix) };
  const mask = ((1n << BigInt(prefix.length)) - 1n) << behind;
  const left: NftExpression = { ...bareSpan(statement.left), kind: 'binary', op: '&', left: place, right: numberOf(mask, prefix) };
  return { ...statement, op: statement.op ?? '==', left, right: numberOf(bits, prefix) };
}

/** Elements keep the type of the field; where its bits are no whole bytes, they have the value that these bytes have. */
function keysByPlace(
  key: Payload,
  set: Extract<NftExpression, { kind: 'set' }>,
  context: NftRuleContext,
): Pick<Match, 'left' | 'right' | 'op'> {
  const raw = placeOf(key, context);
  const { type } = keyPart(key, context);
  const [before, behind] = [raw.offset % 8, (8 - ((raw.offset + raw.length) % 8)) % 8];
  if (before === 0 && behind === 0) return { left: raw, right: set };
  const elements = set.elements.map((element): NftElement => {
    const value = constantOf(element.key, type, context);
    return typeof value === 'number'
      ? { ...element, key: { ...bareSpan(element.key), ...printValue(value * 2 ** behind, type) } }
      : element;
  });
  const whole: Raw = { ...raw, offset: raw.offset - before, length: before + raw.length + behind };
  const mask = numberOf(((1n << BigInt(raw.length)) - 1n) << BigInt(behind), raw);
  return { op: '==', left: { ...bareSpan(raw), kind: 'binary', op: '&', left: whole, right: mask }, right: { ...set, elements } };
}

/** As it is where it is none. */
function numberOf(value: number | bigint | string | undefined, given: NftExpression): NftExpression {
  if (value === undefined || typeof value === 'string') return given;
  return { ...bareSpan(given), kind: 'value', form: 'number', text: `0x${value.toString(16)}` };
}
