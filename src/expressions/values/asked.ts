/** What a statement asks of a packet, in the order in which nft reads it. */
import type { NftExpression, NftSelector, NftStatement } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';

export function selectorsOf(statement: NftStatement): readonly (NftSelector & Span)[] {
  return expressionsOf(statement).flatMap(selectorsIn);
}

function expressionsOf(statement: NftStatement): readonly NftExpression[] {
  switch (statement.kind) {
    case 'match':
      return [statement.left];
    case 'vmap':
      return [statement.key];
    case 'write':
      return [statement.to, statement.value];
    case 'nat':
    case 'tproxy':
      return [statement.address, statement.port].flatMap((one) => one ?? []);
    case 'dynamic':
    case 'meter': {
      const { key, value } = statement.element;
      return value === undefined || value.kind === 'verdict' ? [key] : [key, value];
    }
    default:
      return [];
  }
}

function selectorsIn(expression: NftExpression): readonly (NftSelector & Span)[] {
  switch (expression.kind) {
    case 'concat':
    case 'list':
      return expression.of.flatMap(selectorsIn);
    case 'binary':
      return [expression.left, expression.right].flatMap(selectorsIn);
    case 'map':
      return selectorsIn(expression.key);
    case 'hash':
      return expression.of === undefined ? [expression] : selectorsIn(expression.of);
    case 'payload':
    case 'raw':
    case 'meta':
    case 'ct':
    case 'fib':
    case 'numgen':
    case 'header':
    case 'other':
      return [expression];
    default:
      return [];
  }
}

/** The same statement, asking for something else. */
export function mapAsked(statement: NftStatement, change: (selector: NftSelector & Span) => NftSelector & Span): NftStatement {
  const inside = (expression: NftExpression): NftExpression => mapIn(expression, change);
  switch (statement.kind) {
    case 'match':
      return { ...statement, left: inside(statement.left) };
    case 'vmap':
      return { ...statement, key: inside(statement.key) };
    case 'write':
      return { ...statement, to: inside(statement.to), value: inside(statement.value) };
    case 'nat':
    case 'tproxy': {
      const { address, port } = statement;
      return {
        ...statement,
        ...(address !== undefined && { address: inside(address) }),
        ...(port !== undefined && { port: inside(port) }),
      };
    }
    case 'dynamic':
    case 'meter':
      return { ...statement, element: { ...statement.element, key: inside(statement.element.key) } };
    default:
      return statement;
  }
}

function mapIn(expression: NftExpression, change: (selector: NftSelector & Span) => NftSelector & Span): NftExpression {
  const inside = (one: NftExpression): NftExpression => mapIn(one, change);
  switch (expression.kind) {
    case 'concat':
    case 'list':
      return { ...expression, of: expression.of.map(inside) };
    case 'binary':
      return { ...expression, left: inside(expression.left), right: inside(expression.right) };
    case 'map':
      return { ...expression, key: inside(expression.key) };
    case 'hash':
      return expression.of === undefined ? expression : { ...expression, of: inside(expression.of) };
    case 'payload':
    case 'raw':
    case 'ct':
    case 'other':
      return change(expression);
    default:
      return expression;
  }
}
