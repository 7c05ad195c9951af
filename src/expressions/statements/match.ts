/** A condition: what an expression is compared with. man nft(8), EXPRESSIONS */
import type { NftExpression } from '../../syntax/nft/ast.ts';
import type { Building } from '../contract/building.ts';
import { type StatementOf, statement } from '../contract/statement.ts';
import { BOOLEAN } from '../datatypes/constants.ts';
import { comparisonOf } from '../values/compare.ts';
import { isInterval } from '../values/isInterval.ts';
import { isShift } from '../values/isShift.ts';
import { onlyValue } from '../values/onlyValue.ts';
import { keyParts } from '../values/part.ts';

export const comparison = statement({
  kind: 'match',
  says: [{ name: 'match' }],
  apply: (given, building) => {
    if (building.context.wasReported !== true) checkComparison(given, building);
    building.ask(comparisonOf(given, building.context), given);
  },
});

const ORDERS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

/** nftables src/evaluate.c expr_evaluate_relational() */
function checkComparison({ left, op, right, ...span }: StatementOf<'match'>, { context, protocols }: Building): void {
  const refuse = (message: string): void => context.report({ kind: 'not-loadable', code: 'bad-argument', message, span });
  const parts = keyParts(left, { ...context, report: () => {} });
  const plain = left.kind === 'binary' ? [] : parts;
  for (const { expression } of plain) if (expression?.compared === false) refuse(`\`${expression.name}\` cannot be compared`);
  if (ORDERS.has(op ?? '') && ((right.kind === 'set' && right.elements.length > 1) || right.kind === 'reference'))
    refuse('a set is not less or greater');
  const only = onlyValue(right);
  if (ORDERS.has(op ?? '') && right.kind === 'set' && isInterval(only)) refuse('a range is not less or greater');
  if (isShift(left) && parts[0]?.type.name !== 'integer') refuse(`a shifted value of type ${parts[0]?.type.name} cannot be compared`);
  const [first] = parts;
  if (right.kind === 'binary' && right.op === '/' && first?.type.flags !== true) refuse('only flags are asked under a mask behind `/`');
  const isName = first?.type.form === 'name' && first.type.names === undefined;
  const isRange = right.kind === 'range' || (right.kind === 'set' && right.elements.some(({ key }) => key.kind === 'range'));
  if (isName && isRange) refuse(`values of type ${first.type.name} have no ranges`);
  if (isName && ORDERS.has(op ?? '') && only.kind === 'value' && /(?<!\\)\*$/.test(only.text))
    refuse('a name that ends with `*` stands for many: it is not less or greater');
  const isFlags = parts[0]?.type.flags === true && left.kind !== 'binary' && (right.kind !== 'set' || right.elements.length === 1);
  if (op === '!' && !isFlags) refuse('`!` asks for flags that are not set: it needs the names of flags');
  if (left.kind === 'concat' && only.kind === 'concat' && right.kind !== 'set')
    refuse('several values together are compared with elements of a set: write `{ ... }`');
  if (left.kind === 'fib' && right.kind !== 'value' && only.kind !== 'set' && saysPresence(only))
    refuse('`exists` and `missing` are compared by themselves');
  const [of] = parts;
  const elements = right.kind === 'set' && left.kind !== 'concat' ? right.elements : [];
  const hasAll = elements.some(({ key }) => key.kind === 'wildcard') && elements.some(({ key }) => key.kind === 'value');
  if (hasAll && elements.every(({ key }) => !isInterval(key)) && of?.expression?.name === 'ip6 dscp')
    refuse('the kernel loads no `*` beside values of `ip6 dscp`');
  if (left.kind === 'header' && left.name.startsWith('@') && saysPresence(only))
    refuse('a part of an option has a value, and is not asked whether it exists');
  const asksNextHop = parts.some(({ expression }) => expression?.name === 'rt nexthop');
  if (asksNextHop && protocols().family === undefined) refuse('`rt nexthop` needs `ip` or `ip6` in a table of inet');
}

function saysPresence(one: NftExpression): boolean {
  if (one.kind === 'range') return saysPresence(one.lo) || saysPresence(one.hi);
  return one.kind === 'value' && one.form === 'word' && BOOLEAN.has(one.text);
}
