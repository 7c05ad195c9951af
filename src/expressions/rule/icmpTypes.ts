/** Fields of ICMP that messages of some types have: nft asks for the type first, and lists what it has added where it is more than one.
 *  nftables src/payload.c payload_gen_icmp_dependency() */
import type { NftExpression, NftStatement } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { Expression } from '../contract/expression.ts';
import { findExpression } from '../selectors/all.ts';
import { selectorsOf } from '../values/asked.ts';
import { onlyValue } from '../values/onlyValue.ts';
import { selectorName } from '../values/selectorName.ts';
import { afterMatch, type Protocols } from './protocols.ts';

export function withIcmpTypes(statements: readonly NftStatement[], context: NftRuleContext): readonly NftStatement[] {
  if (!asksDependent(statements, context)) return statements;
  let known: Protocols = {};
  return statements.flatMap((one) => {
    const asked = dependentIn(one, context);
    const added = asked.flatMap((expression): readonly NftStatement[] => {
      if (known.icmpType !== undefined) return [];
      known = { icmpType: expression.ofTypes?.at(-1) };
      return [typeMatch(expression)];
    });
    known = afterMatch(known, one, context);
    return [...added, one];
  });
}

/** A type that the field behind it implies. */
export function withoutIcmpTypes(statements: readonly NftStatement[], context: NftRuleContext): readonly NftStatement[] {
  if (!asksDependent(statements, context)) return statements;
  const gone = new Set<NftStatement>();
  let pending: { readonly type: number | undefined; readonly at: NftStatement } | undefined;
  // in a table of inet nothing is left out behind `ip protocol`
  let behindNext = false;
  for (const one of statements) {
    const [asked] = dependentIn(one, context);
    if (!behindNext && asked !== undefined && pending !== undefined && asked.ofTypes?.length === 1 && asked.ofTypes[0] === pending.type) {
      gone.add(pending.at);
      pending = undefined;
    }
    behindNext = one.kind === 'match' && (behindNext || asksNextHeader(one, context));
    if (one.kind !== 'match') pending = undefined;
    else if (one.right.kind !== 'set') {
      const { icmpType: type } = afterMatch({}, one, context);
      if (type !== undefined) pending = { type, at: one };
    }
  }
  return statements.filter((one) => !gone.has(one));
}

function asksNextHeader({ left, right }: Match, { table }: NftRuleContext): boolean {
  const isNext = left.kind === 'payload' && (left.field === 'protocol' || left.field === 'nexthdr');
  return table === 'inet' && isNext && onlyValue(right).kind !== 'set';
}

type Match = Extract<NftStatement, { kind: 'match' }>;

function asksDependent(statements: readonly NftStatement[], context: NftRuleContext): boolean {
  return statements.some((one) => dependentIn(one, context).length > 0);
}

function dependentIn(statement: NftStatement, context: NftRuleContext): readonly Expression[] {
  return selectorsOf(statement).flatMap((selector) => {
    const expression = findExpression(selectorName(selector, context));
    return expression?.ofTypes === undefined ? [] : [expression];
  });
}

const SPAN = { start: 0, end: 0 } as const;

function typeMatch({ name, ofTypes = [] }: Expression): NftStatement {
  const [protocol = ''] = name.split(' ');
  const values = ofTypes.map((type): NftExpression => ({ ...SPAN, kind: 'value', form: 'number', text: String(type) }));
  const [only] = values;
  const elements = values.map((key) => ({ ...SPAN, key, statements: [] }));
  const right: NftExpression = only !== undefined && values.length === 1 ? only : { ...SPAN, kind: 'set', elements };
  return { ...SPAN, kind: 'match', left: { ...SPAN, kind: 'payload', protocol, field: 'type' }, right };
}
