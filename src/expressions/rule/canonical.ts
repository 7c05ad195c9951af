/** A rule in the words in which nft 1.0.6 lists it: constants by name or number, what is implied left out.
 *  nftables src/netlink_delinearize.c rule_parse_postprocess() */
import type { NftElement, NftExpression, NftName, NftRuleNode, NftStatement, NftVerdict } from '../../syntax/nft/ast.ts';
import { nftNumber } from '../../syntax/nft/selectors.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { StatementOf } from '../contract/statement.ts';
import { DATATYPES } from '../datatypes/all.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { withPortOfTuple } from '../statements/nat.ts';
import { canonicalConstant } from '../values/canonicalValue.ts';
import { intervalValue } from '../values/intervalValue.ts';
import { isInterval } from '../values/isInterval.ts';
import { isShift } from '../values/isShift.ts';
import { keyPart } from '../values/part.ts';
import { isConstant } from '../values/written.ts';
import { bytesAround, hasChecksum } from '../values/writtenBytes.ts';
import { inHeaderOrder } from './adjacent.ts';
import { withoutUnlisted } from './byPlace.ts';
import { canonicalCounted, canonicalCounting, canonicalLog, canonicalOther } from './canonicalCounts.ts';
import { canonicalMatch, comparedIn, mapTypesIn } from './canonicalMatch.ts';
import { selectorIn, tuplePartIn } from './canonicalSelector.ts';
import { withAddressFamilies } from './ctAddresses.ts';
import { etherTypes } from './etherTypes.ts';
import { withFamilies } from './families.ts';
import { withIcmpTypes, withoutIcmpTypes } from './icmpTypes.ts';
import { withoutImplied } from './implied.ts';
import { withFieldNames } from './named.ts';
import { rangesIn } from './ranges.ts';
import { withRawJoined } from './rawNeighbours.ts';
import { writtenByPlace } from './writtenByPlace.ts';

export function canonicalRule(rule: NftRuleNode, context: NftRuleContext): NftRuleNode {
  const silent: NftRuleContext = { ...context, report: () => {} };
  const read = withFamilies(withAddressFamilies(rule.statements.map(withoutCounts), silent), silent);
  const told = withFieldNames(withRawJoined(withoutUnlisted(read, silent), silent), silent);
  const { withTypes, askedFor } = etherTypes(told, silent);
  const shown = withIcmpTypes(withTypes(withoutImplied(told, silent)), silent);
  const ordered = inHeaderOrder(shown, { context: silent, all: withTypes(told) }).filter((one) => askedFor(one) === one);
  const ranges = rangesIn(told, silent);
  const statements = withoutIcmpTypes(ordered, silent).flatMap((one) => ranges.get(one) ?? [canonicalStatement(one, silent)]);
  return { ...rule, statements };
}

/** What the only element of a set counts is not loaded, but for a tuple, which stays a set. */
function withoutCounts(statement: NftStatement): NftStatement {
  if (statement.kind !== 'match' || statement.right.kind !== 'set' || statement.left.kind === 'concat') return statement;
  const [only, ...more] = statement.right.elements;
  if (only === undefined || more.length > 0 || only.statements.length === 0) return statement;
  return { ...statement, right: { ...statement.right, elements: [{ ...only, statements: [] }] } };
}

export function canonicalStatement(statement: NftStatement, context: NftRuleContext): NftStatement {
  switch (statement.kind) {
    case 'match':
      return canonicalMatch(statement, context);
    case 'verdict':
      return canonicalVerdict(statement, context);
    case 'vmap':
      return {
        ...statement,
        key: selectorIn(statement.key, context),
        to: comparedIn(statement.to, mapTypesIn(statement.key, context), context),
      };
    case 'write': {
      const { to } = statement;
      const isOther = to.kind === 'raw' && bytesAround(to, hasChecksum(to)).length !== to.length;
      const whole = isOther ? writtenByPlace(statement, to, context) : undefined;
      if (whole !== undefined) return whole;
      return {
        ...statement,
        to: selectorIn(statement.to, context),
        value: written(statement.value, keyPart(statement.to, context).type, context),
      };
    }
    case 'nat':
      return canonicalNat(statement, context);
    case 'tproxy': {
      const address = statement.address && written(statement.address, addressType(statement, context), context);
      const port = statement.port && written(statement.port, DATATYPES.inet_service, context);
      return { ...statement, ...(address !== undefined && { address }), ...(port !== undefined && { port }) };
    }
    case 'counter':
      return statement.object === undefined ? { ...statement, says: [] } : { ...statement, object: quoted(statement.object) };
    case 'limit':
    case 'quota':
    case 'ct count':
      return canonicalCounting(statement);
    case 'log':
      return canonicalLog(statement);
    case 'other':
      return canonicalOther(statement, context.table);
    case 'dynamic':
    case 'meter': {
      const { expires: _, ...given } = statement.element;
      const { key, value } = given;
      const type = valueType(statement, context);
      const stored = value === undefined || value.kind === 'verdict' || type === undefined ? value : written(value, type, context);
      const element = canonicalCounted({
        ...given,
        statements: given.statements.map((one) => (one.kind === 'counter' ? canonicalStatement(one, context) : one)),
        key: tuplePartIn(key, context),
        ...(stored !== undefined && { value: stored }),
      });
      return { ...statement, ...(statement.kind === 'meter' && { size: sizeOf(statement) }), element };
    }
    default:
      return statement;
  }
}

/** `counter name cnt` is listed with the name in quotes. */
function quoted(name: NftExpression): NftExpression {
  return name.kind === 'value' && name.form === 'word' ? { ...name, form: 'string' } : name;
}

/** In 32 bits, of which 0 is none. nftables src/evaluate.c stmt_evaluate_meter() */
function sizeOf({ size = { text: '0', start: 0, end: 0 } }: StatementOf<'meter'>): NftName {
  return { ...size, text: String(nftNumber(size.text) % 2 ** 32 || USUAL_SIZE) };
}

const USUAL_SIZE = 0xffff;

function valueType(statement: Extract<NftStatement, { kind: 'dynamic' | 'meter' }>, context: NftRuleContext): Datatype | undefined {
  if (statement.kind === 'meter') return undefined;
  const value = context.sets.get(statement.set.text)?.value;
  const [name] = value !== undefined && 'types' in value ? value.types : [];
  return Object.values(DATATYPES).find((type) => type.name === name?.text);
}

function addressType({ family: named }: { readonly family?: 'ip' | 'ip6' }, { family }: NftRuleContext): Datatype {
  const isIPv4 = named === undefined ? family === 4 : named === 'ip';
  return isIPv4 ? DATATYPES.ipv4_addr : DATATYPES.ipv6_addr;
}

const NAT_FLAGS = ['random', 'fully-random', 'persistent'];

function canonicalNat(statement: Extract<NftStatement, { kind: 'nat' }>, context: NftRuleContext): NftStatement {
  const { form, flags, ...plain } = withPortOfTuple(statement);
  const address = plain.address && written(plain.address, addressType(plain, context), context);
  const port = plain.port && written(plain.port, DATATYPES.inet_service, context);
  return {
    ...plain,
    ...(form === 'prefix' && { form }),
    flags: NAT_FLAGS.flatMap((name) => flags.find(({ text }) => text === name) ?? []),
    ...(address !== undefined && { address }),
    ...(port !== undefined && { port }),
  };
}

function canonicalVerdict(statement: NftVerdict, context: NftRuleContext): NftVerdict {
  return statement.rules === undefined ? statement : { ...statement, rules: statement.rules.map((rule) => canonicalRule(rule, context)) };
}

const ALL = 0xffff_ffff;

/** A value that is written: a constant, bits of another value, what a map finds. */
export function written(value: NftExpression, type: Datatype, context: NftRuleContext): NftExpression {
  if (value.kind === 'concat' && isConstant(value)) return intervalValue(value, [type, DATATYPES.inet_service], context);
  if (isInterval(value) && type.prefixes === true) return intervalValue(value, [type], context);
  if (isConstant(value)) return canonicalConstant(value, type, { list: type.name === 'ct_event', context });
  if (value.kind === 'map') {
    const to = comparedIn(value.to, mapTypesIn(value.key, context), context);
    if (to.kind !== 'set') return { ...value, key: selectorIn(value.key, context), to };
    // a part of the packet by its place has no base of its own there
    const stored = type.prints === 'hex' ? DATATYPES.integer : type;
    const elements = to.elements.map(
      (element): NftElement =>
        element.value === undefined || element.value.kind === 'verdict'
          ? element
          : { ...element, value: written(element.value, stored, context) },
    );
    return { ...value, key: selectorIn(value.key, context), to: { ...to, elements } };
  }
  if (value.kind === 'hash') return selectorIn(value, context);
  return bitwise(value, context);
}

/** Of what follows a shift and of what it shifts, each by itself. nftables src/netlink_delinearize.c netlink_parse_bitwise() */
function bitwise(value: NftExpression, context: NftRuleContext): NftExpression {
  if (value.kind !== 'binary') return value;
  if (isShift(value)) return { ...value, left: bitwise(value.left, context) };
  const { mask, xor, type, span } = keyPart(value, context);
  if (typeof mask !== 'number' || typeof xor !== 'number' || type.bits > 32) return value;
  const set = (~mask & xor) >>> 0;
  const [flipped, kept] = [(xor ^ set) >>> 0, (mask | set) >>> 0];
  const operand = bitwise(innermost(value), context);
  const step = (left: NftExpression, op: '&' | '|' | '^', bits: number): NftExpression => {
    const right: NftExpression = { ...span, kind: 'value', form: 'number', text: String(bits) };
    return {
      start: value.start,
      end: value.end,
      kind: 'binary',
      op,
      left,
      right: canonicalConstant(right, type, { list: false, context }),
    };
  };
  const masked = kept === ALL ? operand : step(operand, '&', kept);
  const turned = flipped === 0 ? masked : step(masked, '^', flipped);
  return set === 0 ? turned : step(turned, '|', set);
}

function innermost(expression: NftExpression): NftExpression {
  return expression.kind === 'binary' && !isShift(expression) ? innermost(expression.left) : expression;
}
