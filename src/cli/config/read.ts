/** Typed values out of a tree of YAML, JSON or a module. All that is wrong is reported, each with its place. */
import type { Node } from '../../kubernetes/yaml/node.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Source, Span } from '../../syntax/text/source.ts';
import type { JsonSchema } from './jsonSchema.ts';

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
type Reader<T> = (node: Node, at: At) => T | undefined;

/** A reader, and the JSON Schema of what it takes: for editors, which have no other way to know. */
export type Read<T> = Reader<T> & { readonly schema: JsonSchema };

export function read<T>(schema: JsonSchema, reader: Reader<T>): Read<T> {
  return Object.assign((node: Node, at: At) => reader(node, at), { schema });
}

export function wrong({ path, tell }: At, { span }: Node, what: Omit<Wrong, 'span'>): undefined {
  tell({ ...what, message: path === '' ? what.message : `${path}: ${what.message}`, span });
  return undefined;
}

export const readText: Read<string> = read({ type: 'string', pattern: '\\S' }, (node, at) => {
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.value.trim() !== '') return node.value;
  const help = node.kind === 'scalar' && typeof node.value === 'number' ? { help: 'put it in quotes: a number loses its last zeros' } : {};
  return wrong(at, node, { message: `expected a string, found ${foundText(node)}`, ...help });
});

export const readFlag: Read<boolean> = read({ type: 'boolean' }, (node, at) => {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  return wrong(at, node, { message: `expected true or false, found ${foundText(node)}` });
});

export function readInteger(least: number, most: number): Read<number> {
  return read({ type: 'integer', minimum: least, maximum: most }, (node, at) => {
    if (node.kind === 'scalar' && Number.isInteger(node.value) && Number(node.value) >= least && Number(node.value) <= most) {
      return Number(node.value);
    }
    return wrong(at, node, { message: `expected a whole number from ${least} to ${most}, found ${foundText(node)}` });
  });
}

/** One of these words. */
export function oneOfWords<T extends string>(words: readonly T[], what = 'one of'): Read<T> {
  return read({ enum: words }, (node, at) => {
    const found = node.kind === 'scalar' ? words.find((word) => word === node.value) : undefined;
    if (found !== undefined) return found;
    const meant = node.kind === 'scalar' ? nearest(String(node.value), words) : undefined;
    const help = meant === undefined ? `${what} ${words.join(', ')}` : `did you mean \`${meant}\`?`;
    return wrong(at, node, { message: `unknown value ${foundText(node)}`, help });
  });
}

export function listRead<T>(item: Read<T>): Read<readonly T[]> {
  return read({ type: 'array', items: item.schema }, (node, at) => {
    if (node.kind !== 'list') return wrong(at, node, { message: `expected a list, found ${foundText(node)}` });
    return node.items.flatMap((one, index) => {
      const value = item(one, { ...at, path: `${at.path}[${index}]` });
      return value === undefined ? [] : [value];
    });
  });
}

/** A text alone is a list of one. */
export const readTexts: Read<readonly string[]> = read({ anyOf: [readText.schema, listRead(readText).schema] }, (node, at) => {
  if (node.kind === 'list') return listRead(readText)(node, at);
  const text = readText(node, at);
  return text === undefined ? undefined : [text];
});

/** Keys that the user chooses; `key` says what is wrong with one. */
export function readMap<T>(
  item: Read<T>,
  key: (text: string) => { readonly message: string; readonly help?: string } | undefined,
  keys: JsonSchema = {},
): Read<Readonly<Record<string, T>>> {
  return read({ type: 'object', propertyNames: keys, additionalProperties: item.schema }, (node, at) => {
    if (node.kind !== 'map') return wrong(at, node, { message: `expected keys and values, found ${foundText(node)}` });
    const pairs = node.entries.flatMap((entry): readonly (readonly [string, T])[] => {
      const bad = key(entry.key);
      if (bad !== undefined) wrong(at, { ...entry.value, span: entry.keySpan }, bad);
      const value = item(entry.value, { ...at, path: below(at.path, entry.key) });
      return value === undefined ? [] : [[entry.key, value]];
    });
    return Object.fromEntries(pairs);
  });
}

export type Fields<T> = { readonly [K in keyof T]-?: Read<Exclude<T[K], undefined>> };

/** Undefined only when it is not a map, or lacks a required key. */
export function readRecord<T extends object>(fields: Fields<T>, required: readonly (keyof T & string)[] = []): Read<T> {
  const names = Object.keys(fields);
  return read(recordSchema(fields, required), (node, at) => {
    if (node.kind !== 'map') return wrong(at, node, { message: `expected keys and values, found ${foundText(node)}` });
    const values: Partial<Record<string, unknown>> = {};
    for (const { key, keySpan, value } of node.entries) {
      const field = (fields as Readonly<Record<string, Read<unknown>>>)[key];
      if (field === undefined || !Object.hasOwn(fields, key)) {
        const meant = nearest(key, names);
        const help = meant === undefined ? `the keys are ${names.join(', ')}` : `did you mean \`${meant}\`?`;
        wrong(at, { ...value, span: keySpan }, { message: `unknown key \`${key}\``, help });
        continue;
      }
      if (value.kind === 'scalar' && value.value === null) {
        if (required.some((name) => name === key)) wrong(at, { ...value, span: keySpan }, { message: `\`${key}\` has no value` });
        continue;
      }
      const found = field(value, { ...at, path: below(at.path, key) });
      if (found !== undefined) values[key] = found;
    }
    const missing = required.filter((name) => !node.entries.some(({ key }) => key === name));
    for (const name of missing) wrong(at, node, { message: `\`${name}\` is missing` });
    return required.every((name) => values[name] !== undefined) ? (values as T) : undefined;
  });
}

/** A key without a value is ignored. */
function recordSchema(fields: object, required: readonly string[]): JsonSchema {
  const properties = Object.entries(fields as Readonly<Record<string, Read<unknown>>>).map(([key, { schema }]): [string, JsonSchema] => [
    key,
    required.includes(key) ? schema : { anyOf: [schema, { type: 'null' }] },
  ]);
  return { type: 'object', properties: Object.fromEntries(properties), required, additionalProperties: false };
}

/** The same at the top of a file, where a key may say for editors which schema is its. */
export function atTop<T>(record: Read<T>): Read<T> {
  const { properties = {}, ...rest } = record.schema;
  return read({ ...rest, properties: { $schema: { type: 'string' }, ...properties } }, (node, at) => {
    if (node.kind !== 'map') return record(node, at);
    const entries = node.entries.filter(
      ({ key, value }) => key !== '$schema' || value.kind !== 'scalar' || typeof value.value !== 'string',
    );
    return record({ ...node, entries }, at);
  });
}

function below(path: string, key: string): string {
  const step = /^[\w-]+$/.test(key) ? key : `"${key}"`;
  return path === '' ? step : `${path}.${step}`;
}

function foundText(node: Node): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'keys and values';
  if (node.value === null) return 'nothing';
  if (Number.isNaN(node.value)) return 'a value that is not data';
  return node.value === '' ? 'an empty string' : `\`${String(node.value)}\``;
}
