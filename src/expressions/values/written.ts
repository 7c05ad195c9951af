/** The value of a statement that writes one: a constant, bits of another value, or what a map finds. */
import { and, type MatchExpr, NEVER, unmodelled } from '../../netfilter/matchExpr.ts';
import type { FieldValue } from '../../packet/fields.ts';
import type { NftExpression, NftSetNode } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { constantOf } from './constant.ts';
import type { ElementOfMap } from './elementBranch.ts';
import { eachElement, eachRow, hasKey } from './keyed.ts';
import { refuseMovedKey } from './movedKey.ts';
import { type KeyPart, keyPart, keyParts } from './part.ts';
import { elementsOf, typesOf } from './rows.ts';

export type Written =
  | { readonly kind: 'constant'; readonly value: FieldValue }
  | { readonly kind: 'copy'; readonly of: KeyPart }
  | { readonly kind: 'choice'; readonly present: MatchExpr; readonly among: readonly WrittenChoice[] }
  | { readonly kind: 'unknown'; readonly why: string };

export interface WrittenChoice {
  readonly match: MatchExpr;
  readonly value: NftExpression;
  /** absent: it is of no map */
  readonly of?: ElementOfMap;
}

const MOST_LOTS = 0x100;

export function writtenOf(expression: NftExpression, type: Datatype, context: NftRuleContext): Written {
  if (expression.kind === 'map') return chosen(expression, [[type]], context);
  if (isConstant(expression)) {
    const value = constantOf(expression, type, context);
    return value === undefined
      ? { kind: 'unknown', why: 'a value that is known only where the rules are loaded' }
      : { kind: 'constant', value };
  }
  const of = keyPart(expression, context);
  if (of.moved === true) return { kind: 'unknown', why: 'a shifted value' };
  const { lots } = of.selection;
  if (lots === undefined) return { kind: 'copy', of };
  if (lots.modulus > MOST_LOTS || of.mask !== undefined || of.xor !== undefined) return { kind: 'unknown', why: 'a number that is drawn' };
  const rows = Array.from({ length: lots.modulus }, (_, at) => at + lots.offset).map((number) => ({
    key: [[{ lo: number, hi: number }]],
    element: { start: expression.start, end: expression.end, key: numberAt(expression, number), statements: [] },
  }));
  const among = eachRow([of], rows, `${context.ruleId}@${expression.start}`).map(({ row, match }) => ({ match, value: row.element.key }));
  return { kind: 'choice', present: of.selection.present, among };
}

function numberAt({ start, end }: NftExpression, number: number): NftExpression {
  return { start, end, kind: 'value', form: 'number', text: String(number) };
}

/** `key map { ... }`, which gives values of one of these types. */
export function chosen(
  { key, to }: Extract<NftExpression, { kind: 'map' }>,
  expected: readonly (readonly Datatype[])[],
  context: NftRuleContext,
): Written {
  if (to.kind === 'reference') checkGiven(to, expected, context);
  const parts = keyParts(key, context);
  const keys = parts.map(({ type }) => type);
  refuseMovedKey(parts, to, context);
  const elements = elementsOf(to, { types: keys, wanted: 'values' }, context);
  const present = hasKey(parts);
  if (elements?.rows === undefined) {
    const why = unmodelled('elements that are known only where the rules are loaded');
    return { kind: 'choice', present: and(present, why), among: [] };
  }
  if (elements.changed) return { kind: 'unknown', why: 'a map that packets change' };
  const map = { keys, context };
  const among = eachElement(parts, elements, `${context.ruleId}@${key.start}`).flatMap(({ row, match }): readonly WrittenChoice[] =>
    row.element.value === undefined || row.element.value.kind === 'verdict'
      ? []
      : [{ match, value: row.element.value, of: { element: row.element, map } }],
  );
  return { kind: 'choice', present: among.length === 0 ? NEVER : present, among };
}

/** nftables src/evaluate.c stmt_evaluate_arg() */
function checkGiven(
  { name }: Extract<NftExpression, { kind: 'reference' }>,
  expected: readonly (readonly Datatype[])[],
  context: NftRuleContext,
): void {
  const value = context.sets.get(name.text)?.value;
  const given = value === undefined || isOfVerdicts(value) ? undefined : typesOf(value, context);
  const [first = []] = expected;
  if (given === undefined || given.some(({ name }) => ANY.includes(name))) return;
  if (expected.some((types) => namesOf(types) === namesOf(given))) return;
  const message = `\`${name.text}\` has values of type ${namesOf(given)}, needed is ${namesOf(first)}`;
  context.report({ kind: 'not-loadable', code: 'bad-value', message, span: name });
}

/** Of `typeof`: nft has more of them than are told from one another here. */
const ANY: readonly string[] = ['integer', 'string'];

function isOfVerdicts(value: NonNullable<NftSetNode['value']>): boolean {
  return 'types' in value && value.types[0]?.text === 'verdict';
}

function namesOf(types: readonly Datatype[]): string {
  return types.map(({ name }) => name).join(' . ');
}

export function isConstant(expression: NftExpression): boolean {
  switch (expression.kind) {
    case 'value':
    case 'prefix':
    case 'range':
      return true;
    case 'list':
    case 'concat':
      return expression.of.every(isConstant);
    case 'binary':
      return isConstant(expression.left) && isConstant(expression.right);
    default:
      return false;
  }
}
