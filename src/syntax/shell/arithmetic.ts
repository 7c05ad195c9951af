/** Numbers of `$((...))`. Integers as far as JavaScript holds them exactly. bash(1), ARITHMETIC EVALUATION */

export interface Names {
  /** the text of a variable; undefined when it is not known */
  readonly get: (name: string) => string | undefined;
  readonly set: (name: string, value: string) => void;
}

interface Reading {
  readonly tokens: readonly string[];
  at: number;
  readonly names: Names;
}

const TOKEN = /\s*(\d+|0x[0-9a-fA-F]+|\$?\{?[A-Za-z_]\w*\}?|\+\+|--|[-+*/%]=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%<>!&|^()=?:,~])/y;
/** What binds less stands first. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** The value, or undefined where something in it is not known or not read. */
export function calculate(text: string, names: Names): number | undefined {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.trimEnd().length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null || tokens.length > 200) return undefined;
    tokens.push(found[1] as string);
  }
  const reading: Reading = { tokens, at: 0, names };
  const value = tokens.length === 0 ? 0 : assignment(reading);
  return reading.at === tokens.length && Number.isSafeInteger(value) ? value : undefined;
}

const ASSIGNS = new Set(['=', '+=', '-=', '*=', '/=', '%=']);

function assignment(reading: Reading): number {
  const name = nameOf(reading.tokens[reading.at]);
  const operator = reading.tokens[reading.at + 1] ?? '';
  if (name === undefined || !ASSIGNS.has(operator)) return level(reading, 0);
  reading.at += 2;
  const value = assignment(reading);
  const result = operator === '=' ? value : apply(operator[0] as string, numberIn(reading, name), value);
  reading.names.set(name, String(result));
  return result;
}

function nameOf(token: string | undefined): string | undefined {
  return /^\$?\{?([A-Za-z_]\w*)\}?$/.exec(token ?? '')?.[1];
}

function numberIn({ names }: Reading, name: string): number {
  const text = names.get(name);
  return text === undefined
    ? Number.NaN
    : text.trim() === ''
      ? 0
      : Number(/^-?(?:0x[0-9a-f]+|\d+)$/i.test(text.trim()) ? text : Number.NaN);
}

function level(reading: Reading, at: number): number {
  const operators = LEVELS[at];
  if (operators === undefined) return unary(reading);
  let value = level(reading, at + 1);
  for (
    let operator = reading.tokens[reading.at];
    operator !== undefined && operators.includes(operator);
    operator = reading.tokens[reading.at]
  ) {
    reading.at++;
    value = apply(operator, value, level(reading, at + 1));
  }
  return value;
}

function unary(reading: Reading): number {
  const token = reading.tokens[reading.at++];
  if (token === undefined) return Number.NaN;
  if (token === '!') return Number(unary(reading) === 0);
  if (token === '-' || token === '+') return (token === '-' ? -1 : 1) * unary(reading);
  if (token === '~') return ~unary(reading);
  if (token === '(') {
    const value = assignment(reading);
    return reading.tokens[reading.at++] === ')' ? value : Number.NaN;
  }
  if (token === '++' || token === '--') return step(reading, nameOf(reading.tokens[reading.at++]), token, true);
  const name = nameOf(token);
  if (name === undefined) return /^0\d/.test(token) ? Number.parseInt(token, 8) : Number(token);
  const next = reading.tokens[reading.at];
  if (next !== '++' && next !== '--') return numberIn(reading, name);
  reading.at++;
  return step(reading, name, next, false);
}

function step(reading: Reading, name: string | undefined, operator: string, before: boolean): number {
  if (name === undefined) return Number.NaN;
  const old = numberIn(reading, name);
  const now = old + (operator === '++' ? 1 : -1);
  reading.names.set(name, String(now));
  return before ? now : old;
}

function apply(operator: string, a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  switch (operator) {
    case '||':
      return Number(a !== 0 || b !== 0);
    case '&&':
      return Number(a !== 0 && b !== 0);
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '==':
      return Number(a === b);
    case '!=':
      return Number(a !== b);
    case '<':
      return Number(a < b);
    case '>':
      return Number(a > b);
    case '<=':
      return Number(a <= b);
    case '>=':
      return Number(a >= b);
    case '<<':
      return a * 2 ** b;
    case '>>':
      return Math.floor(a / 2 ** b);
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? Number.NaN : Math.trunc(a / b);
    default:
      return b === 0 ? Number.NaN : a % b;
  }
}
