/** Chains of operators: which of them bind more. */
import type { NftExpression } from './ast.ts';

type Operator = Extract<NftExpression, { readonly kind: 'binary' }>['op'];

const WORDS: Readonly<Record<string, Operator>> = { and: '&', or: '|', xor: '^', lshift: '<<', rshift: '>>' };
/** What binds more comes later. */
const LEVELS: readonly (readonly Operator[])[] = [['|'], ['^'], ['&'], ['<<', '>>']];

/** `a & b | c`, with as many operators as there are gaps between operands. */
export function nftChained(operands: readonly NftExpression[], words: readonly string[]): NftExpression {
  return chained(
    operands,
    words.map((word) => WORDS[word] ?? (word as Operator)),
    0,
  );
}

/** `a & b | c`: each level from the left. */
function chained(operands: readonly NftExpression[], operators: readonly Operator[], level: number): NftExpression {
  const [first] = operands as readonly [NftExpression];
  if (operators.length === 0) return first;
  const ops = LEVELS[level] ?? [];
  let made: NftExpression | undefined;
  let from = 0;
  let joined: Operator = '|';
  for (let at = 0; at <= operators.length; at++) {
    const op = operators[at];
    if (op !== undefined && !ops.includes(op)) continue;
    const right = chained(operands.slice(from, at + 1), operators.slice(from, at), level + 1);
    made = made === undefined ? right : { kind: 'binary', op: joined, left: made, right, start: made.start, end: right.end };
    from = at + 1;
    joined = op ?? joined;
  }
  return made ?? first;
}
