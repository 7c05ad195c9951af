/** Expressions as nft prints them. nftables src/expression.c */
import { assertNever } from '../../lib/invariant.ts';
import type { NftElement, NftExpression, NftSelector, NftStatement, NftVerdict } from './ast.ts';

type StatementPrinter = (statement: NftStatement) => string;

export function printNftExpression(expression: NftExpression, statement: StatementPrinter): string {
  const print = (inner: NftExpression): string => printNftExpression(inner, statement);
  switch (expression.kind) {
    case 'value':
      return expression.form === 'string' ? `"${expression.text}"` : expression.text;
    case 'prefix':
      return `${print(expression.of)}/${expression.length}`;
    case 'range':
      return `${print(expression.lo)}-${print(expression.hi)}`;
    case 'wildcard':
      return '*';
    case 'list':
      return expression.of.map(print).join(',');
    case 'concat':
      return expression.of.map(print).join(' . ');
    case 'binary': {
      const { op, left, right } = expression;
      const side = (inner: NftExpression): string => (binds(inner) < LEVELS[op] ? `(${print(inner)})` : print(inner));
      return `${side(left)} ${op} ${side(right)}`;
    }
    case 'set':
      return expression.elements.length === 0
        ? '{ }'
        : `{ ${expression.elements.map((one) => printNftElement(one, statement)).join(', ')} }`;
    case 'reference':
      return `@${expression.name.text}`;
    case 'map':
      return `${print(expression.key)} map ${print(expression.to)}`;
    case 'hash':
      return printHash(expression, print);
    default:
      return printSelector(expression);
  }
}

/** What binds less is put in brackets. */
const LEVELS: Readonly<Record<Extract<NftExpression, { readonly kind: 'binary' }>['op'], number>> = {
  '/': 0,
  '|': 1,
  '^': 2,
  '&': 3,
  '<<': 4,
  '>>': 4,
};

function binds(expression: NftExpression): number {
  return expression.kind === 'binary' ? LEVELS[expression.op] : 9;
}

function printHash(
  { of, modulus, seed, offset }: Extract<NftSelector, { readonly kind: 'hash' }>,
  print: (expression: NftExpression) => string,
): string {
  const words = [of === undefined ? 'symhash' : `jhash ${print(of)}`, `mod ${modulus}`];
  if (seed !== undefined) words.push(`seed 0x${seed.toString(16)}`);
  if (offset !== 0) words.push(`offset ${offset}`);
  return words.join(' ');
}

/** Keys of `meta` that nft prints without it. */
const BARE = new Set(['iif', 'iifname', 'oif', 'oifname', 'iifgroup', 'oifgroup', 'ibrname', 'obrname']);

function printSelector(selector: Exclude<NftSelector, { readonly kind: 'hash' }>): string {
  switch (selector.kind) {
    case 'payload':
      return `${selector.protocol} ${selector.field}`;
    case 'raw':
      return `@${selector.base},${selector.offset},${selector.length}`;
    case 'meta':
      return BARE.has(selector.key) ? selector.key : `meta ${selector.key}`;
    case 'ct':
      return ['ct', selector.direction, selector.family, selector.key].filter((word) => word !== undefined).join(' ');
    case 'fib':
      return `fib ${selector.flags.join(' . ')} ${selector.result}`;
    case 'numgen':
      return `numgen ${selector.mode} mod ${selector.modulus}${selector.offset === 0 ? '' : ` offset ${selector.offset}`}`;
    case 'header':
      return printHeader(selector);
    case 'other':
      return selector.words.join(' ');
    default:
      return assertNever(selector);
  }
}

function printHeader({ of, name, field }: Extract<NftSelector, { readonly kind: 'header' }>): string {
  if (of === 'exthdr') return field === undefined ? `exthdr ${name}` : `${name} ${field}`;
  return [of, name, field].filter((word) => word !== undefined).join(' ');
}

/** `inRule`: of an `add` or `update` statement, where nft prints the timeout before what the element counts. */
export function printNftElement(element: NftElement, statement: StatementPrinter, inRule = false): string {
  const { key, value, comment, timeout, expires, statements } = element;
  const stateful = statements.map(statement);
  const times = [
    ...(timeout === undefined ? [] : [`timeout ${timeout.text}`]),
    ...(expires === undefined ? [] : [`expires ${expires.text}`]),
  ];
  const words = [
    printNftExpression(key, statement),
    ...(inRule ? [...times, ...stateful] : [...stateful, ...times]),
    ...(comment === undefined ? [] : [`comment "${comment.text}"`]),
    ...(value === undefined ? [] : [`: ${printValue(value, statement)}`]),
  ];
  return words.join(' ');
}

function printValue(value: NftExpression | NftVerdict, statement: StatementPrinter): string {
  return value.kind === 'verdict' ? statement(value) : printNftExpression(value, statement);
}
