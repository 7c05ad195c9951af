/** What a packet is asked for, in the words in which nft 1.0.6 lists it. nftables src/netlink_delinearize.c relational_binop_postprocess() */
import type { FieldValue } from '../../packet/fields.ts';
import type { NftElement, NftExpression, NftStatement } from '../../syntax/nft/ast.ts';
import { bareSpan } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { StatementOf } from '../contract/statement.ts';
import { DATATYPES } from '../datatypes/all.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { bitNames } from '../datatypes/printValue.ts';
import { canonicalSet } from '../values/canonicalSet.ts';
import { canonicalConstant } from '../values/canonicalValue.ts';
import { constantOf, intervalOf } from '../values/constant.ts';
import { isInterval } from '../values/isInterval.ts';
import { onlyValue } from '../values/onlyValue.ts';
import { keyPart, keyParts } from '../values/part.ts';
import { selectorIn } from './canonicalSelector.ts';
import { asNumber, numbered, numberOfPresence, withoutPresence } from './presence.ts';

export function canonicalMatch(given: StatementOf<'match'>, context: NftRuleContext): NftStatement {
  const statement = turnedBack(withoutPrefix(withoutZero(given, context), context));
  const left = selectorIn(statement.left, context);
  const types = typesIn(statement.left, context);
  const [type] = types;
  if (type !== undefined && ORDERS.has(statement.op ?? '')) return inOrder({ ...statement, left }, type, context);
  const right = comparedIn(
    ...withoutPresence(
      statement,
      left.kind === 'binary' && isSet(onlyValue(statement.right)) ? mapTypesIn(statement.left, context) : types,
    ),
    context,
  );
  if (isTurnedRound(statement.right, type, context)) return { ...statement, left, right: turnedRound(right), op: '!=' };
  const { op, ...plain } = { ...statement, left, right };
  if (left.kind === 'binary' && right.kind === 'range' && op !== '!=')
    return left.left.kind === 'payload' || left.left.kind === 'raw' ? { ...plain, op: '==' } : plain;
  if (left.kind === 'binary' && left.op === '&' && type !== undefined) return masked({ ...plain, op: op ?? '==', left }, type, context);
  if (left.kind === 'binary') return { ...plain, op: op ?? '==' };
  if (type?.flags === true && (op === '==' || op === '!=') && !isSet(right)) return exactFlags({ ...plain, op }, type, context);
  return op === undefined || op === '==' ? plain : { ...plain, op };
}

const ORDERS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

/** fact: numbers of the machine are turned round to be put in order, and what is turned round has no name */
function inOrder(match: StatementOf<'match'>, type: Datatype, context: NftRuleContext): NftStatement {
  const { constants, byHost, bits: width, flags } = type;
  const bits = constantOf(match.right, type, context);
  const isNameless = constants !== undefined && byHost === true && width > 8 && bits !== 0;
  const listed = flags === true && width === 8 && match.left.kind !== 'binary';
  if (typeof bits !== 'number' || (!isNameless && flags !== true)) return { ...match, right: comparedIn(match.right, [type], context) };
  const isPresence = type.name === 'fib_oif' && match.right.kind === 'value' && constants?.has(match.right.text) === true;
  if (isPresence) return { ...match, right: { ...bareSpan(match.right), kind: 'value', form: 'number', text: String(bits) } };
  const right: NftExpression = { ...bareSpan(match.right), kind: 'value', form: 'number', text: `0x${bits.toString(16)}` };
  if (listed && (bitNames(bits, type)?.length ?? 0) > 1) return { ...match, right };
  const printed = isNameless ? { ...type, constants: new Map() } : type;
  return { ...match, right: canonicalConstant(right, printed, { list: false, context }) };
}

/** `mark | 0` is `mark`. */
function withoutZero(match: StatementOf<'match'>, context: NftRuleContext): StatementOf<'match'> {
  const { left } = match;
  if (left.kind !== 'binary' || (left.op !== '|' && left.op !== '^')) return match;
  const by = constantOf(left.right, keyPart(left.left, context).type, context);
  return by === 0 || by === 0n ? { ...match, op: match.op ?? '==', left: left.left } : match;
}

/** `tcp dport 2/15` is `tcp dport & 65534 == 2`: plain numbers have no prefixes in a listing. */
function withoutPrefix(match: StatementOf<'match'>, context: NftRuleContext): StatementOf<'match'> {
  const { left, right, op } = match;
  const only = onlyValue(right);
  if (only.kind !== 'prefix' || left.kind === 'binary' || left.kind === 'concat' || (op ?? '==').length !== 2) return match;
  const { type } = keyPart(left, context);
  const interval = intervalOf(only, type, context);
  if (interval === undefined || type.form !== 'number' || type.prefixes === true || type.prints !== undefined) return match;
  // whole bytes of a header are compared as a prefix is
  const isWhole = left.kind === 'payload' && only.length > 0 && only.length % 8 === 0;
  if (only.length >= type.bits || type.bits % 8 > 0 || isWhole) return match;
  const number = (value: number): NftExpression => ({ ...bareSpan(only), kind: 'value', form: 'number', text: String(value) });
  const mask = number(2 ** type.bits - 2 ** (type.bits - only.length));
  return {
    ...match,
    op: op ?? '==',
    left: { ...bareSpan(left), kind: 'binary', op: '&', left, right: mask },
    right: number(Number(interval.lo)),
  };
}

/** `mark ^ 1 == 2` is `mark 3`. nftables src/evaluate.c binop_transfer() */
function turnedBack(match: StatementOf<'match'>): StatementOf<'match'> {
  const { left, right, op } = match;
  if (left.kind !== 'binary' || left.op !== '^' || ORDERS.has(op ?? '')) return match;
  const turn = (value: NftExpression): NftExpression => ({ ...bareSpan(value), kind: 'binary', op: '^', left: value, right: left.right });
  const isPlain = ({ kind }: NftExpression): boolean => kind === 'value' || kind === 'binary' || kind === 'list';
  if (isPlain(right)) return { ...match, left: left.left, right: turn(right) };
  if (right.kind !== 'set' || !right.elements.every(({ key }) => isPlain(key))) return match;
  return { ...match, left: left.left, right: { ...right, elements: right.elements.map((one) => ({ ...one, key: turn(one.key) })) } };
}

/** `"22:00"-"06:00"` is `!= "06:00"-"22:00"`. nftables src/evaluate.c expr_evaluate_relational() */
function isTurnedRound(right: NftExpression, type: Datatype | undefined, context: NftRuleContext): boolean {
  if (right.kind !== 'range' || (type?.name !== 'hour' && type?.name !== 'day')) return false;
  const [lo, hi] = [constantOf(right.lo, type, context), constantOf(right.hi, type, context)];
  return lo !== undefined && hi !== undefined && lo > hi;
}

function turnedRound(right: NftExpression): NftExpression {
  return right.kind === 'range' ? { ...right, lo: right.hi, hi: right.lo } : right;
}

function isSet({ kind }: NftExpression): boolean {
  return kind === 'set' || kind === 'reference';
}

/** All bits as they are: nft has a list for some of them. */
function exactFlags(match: StatementOf<'match'>, type: Datatype, context: NftRuleContext): NftStatement {
  const bits = constantOf(match.right, type, context);
  if (typeof bits !== 'number' || (bitNames(bits, type)?.length ?? 0) < 2) return match;
  const { op, ...plain } = match;
  if (type.bits === 8)
    return { ...match, right: { ...bareSpan(match.right), kind: 'value', form: 'number', text: `0x${bits.toString(16)}` } };
  const right = canonicalConstant(match.right, type, { list: false, context });
  return op === '==' ? { ...plain, right } : { ...match, right };
}

type Masked = StatementOf<'match'> & { readonly left: Extract<NftExpression, { kind: 'binary' }> };

/** `tcp flags & (syn | ack) != 0` asks for some of the flags, `== 0` for none, and of addresses a mask may be the length of a prefix. */
function masked(match: Masked, type: Datatype, context: NftRuleContext): NftStatement {
  const { left, right, op, ...plain } = match;
  if (op !== '==' && op !== '!=') return match;
  if (isSet(right)) return match;
  const [value, mask] = [constantOf(right, type, context), constantOf(left.right, type, context)];
  if (mask === 2 ** type.bits - 1) {
    const whole = { ...plain, left: left.left, right };
    return type.flags === true ? exactFlags({ ...whole, op }, type, context) : { ...whole, ...(op === '!=' && { op }) };
  }
  if (type.flags !== true) {
    const length = maskLength(mask, type);
    if (length === undefined || right.kind !== 'value') return match;
    return { ...plain, ...(op === '!=' && { op }), left: left.left, right: { ...bareSpan(right), kind: 'prefix', of: right, length } };
  }
  const bits = canonicalConstant(left.right, type, { list: true, context });
  if (value === 0) return op === '!=' ? { ...plain, left: left.left, right: bits } : { ...plain, op: '!', left: left.left, right: bits };
  if (bits.kind !== 'list' && value === mask) return match;
  return {
    ...plain,
    ...(op === '!=' && { op }),
    left: left.left,
    right: { ...bareSpan(right), kind: 'binary', op: '/', left: right, right: bits },
  };
}

function maskLength(mask: FieldValue | undefined, { bits, prefixes }: Datatype): number | undefined {
  if (mask === undefined || typeof mask === 'string' || prefixes !== true) return undefined;
  const holes = (1n << BigInt(bits)) - 1n - BigInt(mask);
  const length = bits - (holes === 0n ? 0 : holes.toString(2).length);
  return (holes & (holes + 1n)) === 0n && length < bits ? length : undefined;
}

export function typesIn(key: NftExpression, context: NftRuleContext): readonly Datatype[] {
  const types = keyParts(key, context).map(({ type }) => type);
  return key.kind === 'concat' ? types.map((type, at) => numberOfPresence(key.of[at], type)) : types;
}

/** Of the elements of a map: parts of a packet by their place are told in base 10 there. */
export function mapTypesIn(key: NftExpression, context: NftRuleContext): readonly Datatype[] {
  const [type, ...more] = typesIn(key, context);
  if (type?.prints !== 'hex' || more.length > 0) return type === undefined ? [] : [type, ...more];
  return [DATATYPES.integer];
}

export function comparedIn(right: NftExpression, types: readonly Datatype[], context: NftRuleContext): NftExpression {
  if (right.kind === 'set') {
    const numbered = types[0]?.name === 'fib_oif' && right.elements.length > 1 ? right.elements.map(asNumber) : right.elements;
    const elements = numbered.map((element) => elementIn(element, types, context));
    const intervals = right.elements.some(({ key }) => isInterval(key));
    const set = canonicalSet({ ...right, elements }, { types, intervals }, context);
    // what is left of a set with one value is listed as that value is
    return set.kind === 'set' ? set : constantsIn(set, types, context);
  }
  if (right.kind === 'reference') return right;
  return constantsIn(right, types, context);
}

function elementIn(element: NftElement, types: readonly Datatype[], context: NftRuleContext): NftElement {
  return { ...element, key: keyIn(element.key, types, context) };
}

/** Constants on the right side of a match. */
function constantsIn(expression: NftExpression, types: readonly Datatype[], context: NftRuleContext): NftExpression {
  const [type = DATATYPES.string] = types;
  return expression.kind === 'concat' ? keyIn(expression, types, context) : canonicalConstant(expression, type, { list: true, context });
}

/** Types of what is there or not, as one part of several. */
const IN_NUMBERS: ReadonlySet<string> = new Set(['inet_proto', 'integer']);

/** Constants of an element. */
export function keyIn(expression: NftExpression, types: readonly Datatype[], context: NftRuleContext): NftExpression {
  if (expression.kind === 'concat')
    return {
      ...expression,
      of: expression.of.map((one, at) => {
        const type = types[at] ?? DATATYPES.string;
        return canonicalConstant(IN_NUMBERS.has(type.name) ? numbered(one) : one, type, { list: false, context });
      }),
    };
  const [type = DATATYPES.string] = types;
  return canonicalConstant(expression, type, { list: false, context });
}
