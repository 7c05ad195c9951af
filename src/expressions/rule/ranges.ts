/** `>= 5` and then `<= 9` is listed as `5-9`, of the second: nft 1.0.6 takes any two comparisons of one kind for the ends of a range, if it asks
 *  for nothing between them. nftables src/netlink_delinearize.c stmt_expr_postprocess(), expr_may_merge_range() */
import type { NftExpression, NftStatement } from '../../syntax/nft/ast.ts';
import { printNftExpression } from '../../syntax/nft/printExpression.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { StatementOf } from '../contract/statement.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { printValue } from '../datatypes/printValue.ts';
import { findExpression } from '../selectors/all.ts';
import { selectorsOf } from '../values/asked.ts';
import { canonicalConstant } from '../values/canonicalValue.ts';
import { constantOf } from '../values/constant.ts';
import { keyPart } from '../values/part.ts';
import { selectorName } from '../values/selectorName.ts';
import { selectorIn } from './canonicalSelector.ts';
import { afterMatch, type Protocols, protocolsOf, withImplied } from './protocols.ts';

/** What is listed for each of the two. */
export function rangesIn(statements: readonly NftStatement[], context: NftRuleContext): ReadonlyMap<NftStatement, readonly NftStatement[]> {
  const found = new Map<NftStatement, readonly NftStatement[]>();
  let known = protocolsOf(context.table);
  let last: NftStatement | undefined;
  for (const one of statements) {
    if (last?.kind === 'match' && one.kind === 'match' && isPair(last.op, one.op) && isOneRange(last, one, { known, context })) {
      const range = ranged(last, one, context);
      found.set(last, []).set(one, [one.op === '>' && range.kind === 'match' ? { ...range, op: '!=' } : range]);
    }
    for (const selector of selectorsOf(one))
      known = withImplied(known, findExpression(selectorName(selector, context))?.implies ?? {}, { at: selector, context });
    known = afterMatch(known, one, context);
    last = one;
  }
  return found;
}

/** fact: `tcp dport < 5 tcp dport > 9`, which no packet meets, is listed as `tcp dport != 5-9` */
function isPair(first: string | undefined, second: string | undefined): boolean {
  return (first === '>=' && second === '<=') || (first === '<' && second === '>');
}

type Match = StatementOf<'match'>;

interface After {
  readonly known: Protocols;
  readonly context: NftRuleContext;
}

function isOneRange(first: Match, second: Match, { known, context }: After): boolean {
  if (print(first.left) === print(second.left)) return true;
  if (KINDS[first.left.kind] === undefined || KINDS[first.left.kind] !== KINDS[second.left.kind]) return false;
  // nft asks for devices of Ethernet first
  if (isEther(second.left) && !isEther(first.left)) return false;
  const expressions = selectorsOf(second).map((selector) => findExpression(selectorName(selector, context)));
  return expressions.every(
    (expression) =>
      expression?.ofTypes === undefined &&
      (expression?.implies?.proto ?? known.proto) === known.proto &&
      (expression?.implies?.proto !== undefined || (expression?.implies?.family ?? known.family) === known.family),
  );
}

function isEther(left: NftExpression): boolean {
  return left.kind === 'payload' && left.protocol === 'ether';
}

const KINDS: Readonly<Partial<Record<NftExpression['kind'], string>>> = {
  payload: 'payload',
  raw: 'payload',
  meta: 'meta',
  ct: 'ct',
  header: 'header',
};

function ranged(first: Match, { op: _, ...second }: Match, context: NftRuleContext): NftStatement {
  const { type } = keyPart(second.left, context);
  const { start, end } = first.right;
  const value = constantOf(first.right, keyPart(first.left, context).type, context);
  const isSame = print(first.left) === print(second.left);
  const lo: NftExpression =
    isSame || value === undefined || typeof value === 'string'
      ? first.right
      : type.form === 'number'
        ? { start, end, kind: 'value', form: 'number', text: String(value) }
        : { start, end, ...printValue(type.bits > 64 ? BigInt(value) : Number(value), type) };
  const range: Range = { start, end: second.right.end, kind: 'range', lo, hi: second.right };
  const right = type.flags === true ? ofBits(range, type, context) : canonicalConstant(range, type, { list: false, context });
  return { ...second, left: selectorIn(second.left, context), right };
}

function ofBits(range: Range, type: Datatype, context: NftRuleContext): NftExpression {
  const [lo, hi] = [range.lo, range.hi].map((one): NftExpression => {
    const bits = constantOf(one, type, context);
    return typeof bits === 'number'
      ? { start: one.start, end: one.end, kind: 'value', form: 'number', text: `0x${bits.toString(16)}` }
      : one;
  });
  return { ...range, lo: lo ?? range.lo, hi: hi ?? range.hi };
}

type Range = Extract<NftExpression, { kind: 'range' }>;

function print(expression: NftExpression): string {
  return printNftExpression(expression, () => '');
}
