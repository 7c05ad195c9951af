/** Typed values out of a tree of YAML, JSON or a module. All that is wrong is reported, each with its place. */
import type { Node } from '../../kubernetes/yaml/node.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Source, Span } from '../../syntax/text/source.ts';

export interface Wrong {
  /** `groups[0].mode: ...` */
  readonly message: string;
  readonly help?: string;
  /** it can be used all the same */
  readonly isWarning?: true;
  readonly span: Span;
}

export interface At {
  /** keys and numbers on the way here; empty for the whole */
  readonly path: string;
  readonly source: Source;
  readonly tell: (wrong: Wrong) => void;
}

/** Undefined: it is wrong, and has been reported. */
export type Read<T> = (node: Node, at: At) => T | undefined;

export function wrong({ path, tell }: At, { span }: Node, what: Omit<Wrong, 'span'>): undefined {
  tell({ ...what, message: path === '' ? what.message : `${path}: ${what.message}`, span });
  return undefined;
}

export const readText: Read<string> = (node, at) => {
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.value.trim() !== '') return node.value;
  const help = node.kind === 'scalar' && typeof node.value === 'number' ? { help: 'put it in quotes: a number loses its last zeros' } : {};
  return wrong(at, node, { message: `expected a text, found ${foundText(node)}`, ...help });
};

export const readFlag: Read<boolean> = (node, at) => {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  return wrong(at, node, { message: `expected true or false, found ${foundText(node)}` });
};

export function readInteger(least: number, most: number): Read<number> {
  return (node, at) => {
    if (node.kind === 'scalar' && Number.isInteger(node.value) && Number(node.value) >= least && Number(node.value) <= most) {
      return Number(node.value);
    }
    return wrong(at, node, { message: `expected a whole number from ${least} to ${most}, found ${foundText(node)}` });
  };
}

/** One of these words. */
export function oneOfWords<T extends string>(words: readonly T[], what = 'one of'): Read<T> {
  return (node, at) => {
    const found = node.kind === 'scalar' ? words.find((word) => word === node.value) : undefined;
    if (found !== undefined) return found;
    const meant = node.kind === 'scalar' ? nearest(String(node.value), words) : undefined;
    const help = meant === undefined ? `${what} ${words.join(', ')}` : `did you mean \`${meant}\`?`;
    return wrong(at, node, { message: `unknown value ${foundText(node)}`, help });
  };
}

export function listRead<T>(item: Read<T>): Read<readonly T[]> {
  return (node, at) => {
    if (node.kind !== 'list') return wrong(at, node, { message: `expected a list, found ${foundText(node)}` });
    return node.items.flatMap((one, index) => {
      const value = item(one, { ...at, path: `${at.path}[${index}]` });
      return value === undefined ? [] : [value];
    });
  };
}

/** A text alone is a list of one. */
export const readTexts: Read<readonly string[]> = (node, at) => {
  if (node.kind === 'list') return listRead(readText)(node, at);
  const text = readText(node, at);
  return text === undefined ? undefined : [text];
};

/** Keys that the user chooses; `key` says what is wrong with one. */
export function readMap<T>(item: Read<T>, key: (text: string) => { readonly message: string; readonly help?: string } | undefined) {
  return (node: Node, at: At): Readonly<Record<string, T>> | undefined => {
    if (node.kind !== 'map') return wrong(at, node, { message: `expected keys and values, found ${foundText(node)}` });
    const pairs = node.entries.flatMap((entry): readonly (readonly [string, T])[] => {
      const bad = key(entry.key);
      if (bad !== undefined) wrong(at, { ...entry.value, span: entry.keySpan }, bad);
      const value = item(entry.value, { ...at, path: below(at.path, entry.key) });
      return value === undefined ? [] : [[entry.key, value]];
    });
    return Object.fromEntries(pairs);
  };
}

export type Fields<T> = { readonly [K in keyof T]-?: Read<Exclude<T[K], undefined>> };

/** Undefined only when it is no map, or lacks a required key. */
export function readRecord<T extends object>(fields: Fields<T>, required: readonly (keyof T & string)[] = []): Read<T> {
  const names = Object.keys(fields);
  return (node, at) => {
    if (node.kind !== 'map') return wrong(at, node, { message: `expected keys and values, found ${foundText(node)}` });
    const values: Partial<Record<string, unknown>> = {};
    for (const { key, keySpan, value } of node.entries) {
      if (value.kind === 'scalar' && value.value === null) {
        if (required.some((name) => name === key)) wrong(at, { ...value, span: keySpan }, { message: `\`${key}\` holds nothing` });
        continue;
      }
      const read = (fields as Readonly<Record<string, Read<unknown>>>)[key];
      if (read === undefined || !Object.hasOwn(fields, key)) {
        const meant = nearest(key, names);
        const help = meant === undefined ? `the keys are ${names.join(', ')}` : `did you mean \`${meant}\`?`;
        wrong(at, { ...value, span: keySpan }, { message: `unknown key \`${key}\``, help });
        continue;
      }
      const found = read(value, { ...at, path: below(at.path, key) });
      if (found !== undefined) values[key] = found;
    }
    const missing = required.filter((name) => !node.entries.some(({ key }) => key === name));
    for (const name of missing) wrong(at, node, { message: `\`${name}\` is missing` });
    return required.every((name) => values[name] !== undefined) ? (values as T) : undefined;
  };
}

function below(path: string, key: string): string {
  const step = /^[\w-]+$/.test(key) ? key : `"${key}"`;
  return path === '' ? step : `${path}.${step}`;
}

function foundText(node: Node): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'keys and values';
  if (node.value === null) return 'nothing';
  if (Number.isNaN(node.value)) return 'what is no data';
  return node.value === '' ? 'an empty text' : `\`${String(node.value)}\``;
}
