/** Statements and rules as nft prints them. nftables src/statement.c */
import { assertNever } from '../../lib/invariant.ts';
import type { NftExpression, NftName, NftRuleNode, NftStatement } from './ast.ts';
import { printNftElement, printNftExpression } from './printExpression.ts';

export interface NftPrinting {
  /** blanks before each line */
  readonly indent: string;
  /** `# handle N` where the tree has it */
  readonly handles: boolean;
}

export function printNftRule(rule: NftRuleNode, printing: NftPrinting): string {
  const { statements, comment, handle } = rule;
  const words = statements.map((statement) => printNftStatement(statement, printing));
  if (comment !== undefined) words.push(`comment "${comment.text}"`);
  return `${words.join(' ')}${printHandle(handle, printing)}`;
}

export function printHandle(handle: number | undefined, { handles }: NftPrinting): string {
  return handles && handle !== undefined ? ` # handle ${handle}` : '';
}

const ALONE: NftPrinting = { indent: '', handles: false };

export function printNftStatement(statement: NftStatement, printing: NftPrinting = ALONE): string {
  const inner = (one: NftStatement): string => printNftStatement(one, printing);
  const print = (expression: NftExpression): string => printNftExpression(expression, inner);
  switch (statement.kind) {
    case 'match':
      return [print(statement.left), statement.op, print(statement.right)].filter((word) => word !== undefined).join(' ');
    case 'verdict': {
      const { verdict, chain, rules } = statement;
      if (rules !== undefined) return `${verdict} ${printBlock(rules, printing)}`;
      return chain === undefined ? verdict : `${verdict} ${chain.text}`;
    }
    case 'vmap':
      return `${print(statement.key)} vmap ${print(statement.to)}`;
    case 'write':
      return `${print(statement.to)} set ${print(statement.value)}`;
    case 'nat':
      return printNat(statement, print);
    case 'tproxy':
      return printTproxy(statement, print);
    case 'reject':
      return statement.with === undefined ? 'reject' : `reject with ${statement.with.join(' ')}`;
    case 'counter':
    case 'limit':
    case 'quota':
    case 'last':
    case 'ct count':
      return statement.object === undefined ? said(statement.kind, statement.says) : `${statement.kind} name ${print(statement.object)}`;
    case 'log':
      return said('log', statement.says);
    case 'notrack':
      return 'notrack';
    case 'object':
      return `${statement.of} ${statement.of === 'synproxy' ? 'name' : 'set'} ${print(statement.object)}`;
    case 'dynamic':
      return `${statement.verb} @${statement.set.text} { ${printNftElement(statement.element, inner, true)} }`;
    case 'meter': {
      const size = statement.size === undefined ? '' : ` size ${statement.size.text}`;
      return `meter ${statement.name.text}${size} { ${printNftElement(statement.element, inner, true)} }`;
    }
    case 'xt':
      return `xt ${statement.of} ${statement.name.text}`;
    case 'other':
      return said(statement.verb, statement.says);
    default:
      return assertNever(statement);
  }
}

export function said(verb: string, says: readonly NftName[]): string {
  return [verb, ...says.map(({ text }) => text)].join(' ');
}

function printBlock(rules: readonly NftRuleNode[], { indent, handles }: NftPrinting): string {
  const inside = `${indent}\t`;
  const lines = rules.map((rule) => `${inside}${printNftRule(rule, { indent: inside, handles })}\n`);
  return `{\n${lines.join('')}${indent}}`;
}

type Print = (expression: NftExpression) => string;

function printNat(nat: Extract<NftStatement, { readonly kind: 'nat' }>, print: Print): string {
  const { verb, family, form, address, port, flags } = nat;
  const words: string[] = [verb];
  if (family !== undefined) words.push(family);
  if (form !== undefined) words.push(form === 'address and port' ? 'addr . port' : form);
  if (address !== undefined || port !== undefined) words.push('to', target(address, port, print));
  if (flags.length > 0) words.push(flags.map(({ text }) => text).join(','));
  return words.join(' ');
}

function target(address: NftExpression | undefined, port: NftExpression | undefined, print: Print): string {
  const before = address === undefined ? '' : port === undefined ? print(address) : bracketed(address, print);
  return port === undefined ? before : `${before}:${print(port)}`;
}

/** An address of IPv6 with a port behind it. */
function bracketed(address: NftExpression, print: Print): string {
  if (address.kind === 'range') return `${bracketed(address.lo, print)}-${bracketed(address.hi, print)}`;
  return address.kind === 'value' && address.form === 'address6' ? `[${print(address)}]` : print(address);
}

function printTproxy({ family, address, port }: Extract<NftStatement, { readonly kind: 'tproxy' }>, print: Print): string {
  const to = `${address === undefined ? '' : bracketed(address, print)}${port === undefined ? '' : `:${print(port)}`}`;
  return ['tproxy', family, 'to', to].filter((word) => word !== undefined).join(' ');
}
