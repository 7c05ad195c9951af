/** Options of the library's functions: a name or a value that is not known changes no answer in silence. */

import { OUTCOMES } from '../../connection/journey.ts';
import { nearest } from '../../lib/nearest.ts';
import { PROFILE_NAMES } from '../../mesh/names.ts';
import { TABLES } from '../../netfilter/hooks.ts';
import { RULE_CLAIMS } from '../../prove/proof/claimId.ts';
import { InputError } from './inputError.ts';
import { shownValue } from './shown.ts';

/** What an option may be. Words: one of these. */
export type OptionKind = 'anything' | 'flag' | 'count' | 'function' | 'id' | 'text' | 'texts' | 'textByName' | Words | Shape;

interface Words {
  /** of what kind they are, `profile` */
  readonly a: string;
  readonly words: readonly (string | number)[];
  /** several of them; `or`: one or several */
  readonly list?: true | 'or';
}

/** An object with these keys, all of them optional. */
interface Shape {
  readonly keys: Readonly<Record<string, OptionKind>>;
}

/** Each option of a function: the compiler requires all of them. */
export type OptionKinds<T> = { readonly [K in keyof Required<T>]: OptionKind };

export const WHERE_OPTION: OptionKind = 'text';
export const PROFILE_OPTION: OptionKind = { a: 'profile', words: PROFILE_NAMES };
export const OUTCOME: OptionKind = { a: 'outcome', words: OUTCOMES };
export const CLAIM_ID_OPTION: OptionKind = { a: 'claim', words: RULE_CLAIMS, list: true };
export const FAMILY_OPTION: OptionKind = { a: 'family', words: [4, 6] };
export const TABLE_OPTION = { a: 'table', words: [...TABLES] } as const satisfies OptionKind;
export const FAMILIES: OptionKind = { ...FAMILY_OPTION, list: true };
export const BUDGET: OptionKind = {
  keys: { steps: 'count', nodes: 'count', classes: 'count', records: 'count', deadline: 'function', reserve: 'anything' },
};

/** @throws InputError */
export function checkOptions<T extends object>(given: T | undefined, kinds: OptionKinds<T>): void {
  const problems =
    given === undefined ? [] : problemsOf(given, { name: 'options', path: '', kinds: kinds as Readonly<Record<string, OptionKind>> });
  if (problems.length > 0) throw new InputError(problems);
}

interface Asked {
  readonly name: string;
  readonly path: string;
  readonly kinds: Readonly<Record<string, OptionKind>>;
}

function problemsOf(given: unknown, { name, path, kinds }: Asked): readonly string[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return [`${name}: an object is expected, not ${shownValue(given)}`];
  return Object.entries(given).flatMap(([key, value]) => {
    const kind = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
    if (kind === undefined) return [`unknown option \`${path}${key}\`${didYouMean(key, Object.keys(kinds))}`];
    return value === undefined ? [] : problemsWith(`${path}${key}`, value, kind);
  });
}

const SIMPLE: Readonly<Record<Extract<OptionKind, string>, { readonly is: (value: unknown) => boolean; readonly says: string }>> = {
  anything: { is: () => true, says: 'anything' },
  flag: { is: (value) => typeof value === 'boolean', says: 'true or false' },
  count: { is: (value) => typeof value === 'number' && value >= 0, says: 'a number of 0 or more' },
  function: { is: (value) => typeof value === 'function', says: 'a function' },
  id: { is: (value) => typeof value === 'number', says: 'a number from 0 to 4294967294' },
  text: { is: (value) => typeof value === 'string', says: 'a text' },
  texts: { is: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'), says: 'a list of texts' },
  textByName: {
    is: (value) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((one) => typeof one === 'string'),
    says: 'an object of texts by name',
  },
};

function problemsWith(name: string, value: unknown, kind: OptionKind): readonly string[] {
  if (typeof kind === 'string') {
    const { is, says } = SIMPLE[kind];
    return is(value) ? [] : [`\`${name}\` is ${says}, not ${shownValue(value)}`];
  }
  if ('keys' in kind) return problemsOf(value, { name, path: `${name}.`, kinds: kind.keys });
  if (kind.list === undefined || (kind.list === 'or' && !Array.isArray(value))) return wordProblems(value, kind);
  return Array.isArray(value) ? value.flatMap((one) => wordProblems(one, kind)) : [`\`${name}\` is a list, not ${shownValue(value)}`];
}

/** So many are all named. */
const FEW = 20;

function wordProblems(value: unknown, { a, words }: Words): readonly string[] {
  if ((words as readonly unknown[]).includes(value)) return [];
  if (typeof value !== 'string' && typeof value !== 'number') return [`expected the name of a ${a}, not ${shownValue(value)}`];
  const meant = typeof value === 'string' ? didYouMean(value, words.map(String)) : '';
  const known = words.length < FEW ? `: known are ${words.join(', ')}` : ': `chainwalk explain` lists them';
  return [`unknown ${a} ${shownValue(value)}${meant === '' ? known : meant}`];
}

function didYouMean(word: string, words: readonly string[]): string {
  const meant = nearest(word, words);
  return meant === undefined ? '' : `: did you mean \`${meant}\`?`;
}
