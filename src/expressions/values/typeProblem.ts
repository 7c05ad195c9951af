/** Whether what is asked of a packet can stand where values of a type are needed. */
import type { NftExpression } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { keyPart } from './part.ts';
import { isConstant } from './written.ts';

/** A number fits any type; one of a header must be as long as it. nftables src/evaluate.c __stmt_evaluate_arg() */
export function typeProblem(value: NftExpression, needed: Datatype, context: NftRuleContext): string | undefined {
  const { type, expression } = keyPart(value, { ...context, report: () => {} });
  if (type.name === 'string' || needed.name === 'string') return undefined;
  const isHeader = value.kind === 'raw' || (value.kind === 'payload' && expression?.at !== undefined);
  // the kernel does not read beyond what was loaded
  const isShort = type.bits < needed.bits && needed.bits > LONGEST_NUMBER;
  const fits = type.name === 'integer' ? !isShort && (!isHeader || type.bits === needed.bits) : type.name === needed.name;
  return fits ? undefined : `expected a value of type ${needed.name}, this is of type ${type.name}`;
}

const LONGEST_NUMBER = 32;

/** But for constants and maps, which are read as values of the type. */
export function refuseOtherType(value: NftExpression | undefined, needed: Datatype, context: NftRuleContext): void {
  if (value === undefined || value.kind === 'map' || isConstant(value)) return;
  const message = value.kind === 'concat' ? 'one value is needed, not several' : typeProblem(value, needed, context);
  if (message !== undefined) context.report({ kind: 'not-loadable', code: 'bad-value', message, span: value });
}
