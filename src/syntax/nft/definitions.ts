/** `define`, `redefine` and `undefine`: values with a name, known in their block and in those within it. */
import { captures } from '../generated/nft.ts';
import type { NftExpression } from './ast.ts';
import { endLine, type NftCursor, nextWord, takeOrSkip } from './cursor.ts';
import { readExpression } from './expressions.ts';
import { allParts, partAt, spanAt, textAt } from './matched.ts';
import { isNameOfNft } from './reserved.ts';

export function isDefinition(word: string): boolean {
  return word === 'define' || word === 'redefine' || word === 'undefine';
}

export function readDefinition(cursor: NftCursor): void {
  const word = nextWord(cursor);
  const [scope] = cursor.scopes;
  if (!takeOrSkip(cursor, word === 'undefine' ? 'undefinition' : 'definition')) return;
  const [name = 0, value] = allParts(cursor);
  const text = textAt(cursor, name);
  const span = spanAt(cursor, name);
  const known = cursor.scopes.find((one) => one.has(text));
  if (word === 'undefine') {
    if (known === undefined) cursor.report({ ...UNKNOWN, message: `\`${text}\` is not defined`, span });
    known?.delete(text);
  } else {
    if (!isNameOfNft(text))
      cursor.report({ kind: 'malformed', code: 'chain-name', message: `\`${text}\` is a word of nft and cannot be a name`, span });
    if (word === 'define' && scope?.has(text) === true)
      cursor.report({
        kind: 'malformed',
        code: 'repeated-option',
        message: `\`${text}\` is defined already`,
        span,
        help: 'write `redefine`',
      });
    const given = value === undefined ? emptyOrNegative(cursor, name) : readExpression(cursor, value);
    (word === 'redefine' ? (known ?? scope) : scope)?.set(text, given);
  }
  endLine(cursor);
}

const UNKNOWN = { kind: 'malformed', code: 'script-unknown-value' } as const;

/** `{ }`, or a number below zero, which a priority may be. */
function emptyOrNegative(cursor: NftCursor, name: number): NftExpression {
  const { s } = cursor;
  const from = s.events[name + 2] as number;
  const text = s.text.slice(from, s.at);
  const span = spanAt(cursor, name);
  if (text.includes('{')) return { kind: 'set', elements: [], ...span };
  return { kind: 'value', form: 'number', text: text.replaceAll(/[\s=]/g, ''), ...span };
}

/** Where a list of names may be a variable: the names. */
export function namesIn(cursor: NftCursor, part: number): readonly string[] {
  if (partAt(cursor, part) !== captures.variable) return [textAt(cursor, part)];
  return namesOf(readExpression(cursor, part));
}

function namesOf(expression: NftExpression): readonly string[] {
  if (expression.kind === 'set') return expression.elements.flatMap(({ key }) => namesOf(key));
  return expression.kind === 'value' ? [expression.text] : [];
}

/** It may stand wherever a definition may. */
export function sayInclude(cursor: NftCursor): void {
  const { at, report } = cursor;
  if (!takeOrSkip(cursor, 'inclusion')) return;
  const file = cursor.s.text.slice(at, cursor.at).replace(/^include\s+/, '');
  report({
    kind: 'malformed',
    code: 'script-not-evaluated',
    message: `${file} is not read: only this text is`,
    span: { start: at, end: cursor.at },
    help: 'put the text of the file in place of the `include`, or give `nft list ruleset` of a host where it is loaded',
  });
  endLine(cursor);
}
