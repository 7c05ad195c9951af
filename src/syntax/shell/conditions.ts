/** `test`, `[ ... ]` and `[[ ... ]]`: true, false, or not known. POSIX test(1); bash(1), CONDITIONAL EXPRESSIONS */

import type { Span } from '../text/source.ts';
import type { ShellWord, TestToken } from './ast.ts';
import { expandPattern, expandText } from './expand.ts';
import { type Machine, unknownHere } from './machine.ts';
import { lookUp } from './parameters.ts';
import { literally, matchesPattern } from './patterns.ts';
import { isUnknown, negate, type ShellField, type Status, type Unknown } from './values.ts';

/** A word of a test, or one of its signs. */
interface Item extends Span {
  readonly text: string;
  readonly unknown?: Unknown | undefined;
  /** as a pattern, to the right of `==` in `[[ ]]` */
  readonly pattern?: string;
  readonly sign: boolean;
}

interface Reading {
  readonly machine: Machine;
  readonly items: readonly Item[];
  at: number;
  readonly whole: Span;
  readonly double: boolean;
}

export function evaluateTest(machine: Machine, fields: readonly ShellField[], whole: Span): Status {
  const items = fields.map((field) => ({
    ...field,
    sign: field.unknown === undefined,
    ...(field.arguments === true && { unknown: unknownHere(machine, field, { help: 'give it with `--set 1=VALUE`' }) }),
  }));
  return evaluate({ machine, items, at: 0, whole, double: false });
}

export function evaluateDouble(machine: Machine, tokens: readonly TestToken[], whole: Span): Status {
  const items = tokens.map(
    (token): Item => ('operator' in token ? { ...whole, text: token.operator, sign: true } : itemOf(machine, token)),
  );
  return evaluate({ machine, items, at: 0, whole, double: true });
}

function itemOf(machine: Machine, word: ShellWord): Item {
  const { start, end } = word;
  const text = expandText(machine, word);
  if (typeof text !== 'string') return { text: '', unknown: text, start, end, sign: false };
  const pattern = expandPattern(machine, word);
  const sign = word.parts.every((part) => part.kind === 'text' && !part.quoted);
  return { text, start, end, sign, ...(typeof pattern === 'string' && { pattern }) };
}

function evaluate(reading: Reading): Status {
  if (reading.items.length === 0) return false;
  const status = either(reading);
  return reading.at === reading.items.length ? status : unknownHere(reading.machine, reading.whole);
}

function isSign({ items, at }: Reading, ...texts: readonly string[]): boolean {
  const item = items[at];
  return item?.sign === true && texts.includes(item.text);
}

function either(reading: Reading): Status {
  let status = both(reading);
  while (isSign(reading, reading.double ? '||' : '-o')) {
    reading.at++;
    const other = both(reading);
    status = status === true || other === true ? true : isUnknown(status) ? status : other;
  }
  return status;
}

function both(reading: Reading): Status {
  let status = one(reading);
  while (isSign(reading, reading.double ? '&&' : '-a')) {
    reading.at++;
    const other = one(reading);
    status = status === false || other === false ? false : isUnknown(status) ? status : other;
  }
  return status;
}

const UNARY = new Set([...'bcdefghkLnNOprsStuvwxz'].map((letter) => `-${letter}`));
const BINARY = new Set(['=', '==', '!=', '=~', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef']);

function one(reading: Reading): Status {
  const { items, machine } = reading;
  const [first, second, third] = items.slice(reading.at, reading.at + 3);
  if (first === undefined) return unknownHere(machine, reading.whole);
  if (second !== undefined && third !== undefined && second.sign && BINARY.has(second.text)) {
    reading.at += 3;
    return compare(reading, { left: first, operator: second.text, right: third });
  }
  if (isSign(reading, '!') && second !== undefined) {
    reading.at++;
    return negate(one(reading));
  }
  if (isSign(reading, '(')) {
    reading.at++;
    const status = either(reading);
    return isSign(reading, ')') && reading.at++ >= 0 ? status : unknownHere(machine, reading.whole);
  }
  if (second !== undefined && first.sign && UNARY.has(first.text) && !(second.sign && ['-a', '-o', '&&', '||'].includes(second.text))) {
    reading.at += 2;
    return unary(reading, first.text, second);
  }
  reading.at++;
  return first.unknown ?? first.text !== '';
}

function unary({ machine, whole }: Reading, operator: string, item: Item): Status {
  if (item.unknown !== undefined) return item.unknown;
  if (operator === '-z') return item.text === '';
  if (operator === '-n') return item.text !== '';
  if (operator === '-v') {
    const value = lookUp(machine, item.text);
    return value === 'arguments' || value === 'unset' ? unknownHere(machine, whole) : true;
  }
  if (item.text === '') return false;
  if (machine.programs.isCall(item.text) && 'efrsx'.includes(operator[1] as string)) return true;
  if (machine.files.has(item.text) && 'ef'.includes(operator[1] as string)) return true;
  return unknownHere(machine, whole);
}

interface Compared {
  readonly left: Item;
  readonly operator: string;
  readonly right: Item;
}

function compare({ machine, whole, double }: Reading, { left, operator, right }: Compared): Status {
  const unknown = left.unknown ?? right.unknown;
  if (unknown !== undefined) return unknown;
  const [a, b] = [left.text, right.text];
  switch (operator) {
    case '=':
    case '==':
      return matchesPattern(a, double ? (right.pattern ?? literally(b)) : literally(b));
    case '!=':
      return !matchesPattern(a, double ? (right.pattern ?? literally(b)) : literally(b));
    case '<':
      return a < b;
    case '>':
      return a > b;
  }
  const [x, y] = [a, b].map((text) => (/^\s*[-+]?\d+\s*$/.test(text) ? Number(text) : Number.NaN)) as [number, number];
  if (Number.isNaN(x) || Number.isNaN(y))
    return operator.startsWith('-') && operator.length === 3 && /[qetl]/.test(operator) && !double ? false : unknownHere(machine, whole);
  const results: Readonly<Record<string, boolean>> = {
    '-eq': x === y,
    '-ne': x !== y,
    '-lt': x < y,
    '-le': x <= y,
    '-gt': x > y,
    '-ge': x >= y,
  };
  return results[operator] ?? unknownHere(machine, whole);
}
