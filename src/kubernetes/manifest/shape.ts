/** Reads one field of an object as the API server would: a value of another type is an error at its place. */
import type { ProblemSink } from '../../syntax/text/problems.ts';
import type { Source } from '../../syntax/text/source.ts';
import { at, entriesOf, itemsOf, type Located, type Node } from '../yaml/node.ts';

/** What the readers of one document share. */
export interface FieldReading {
  readonly source: Source;
  readonly report: ProblemSink;
}

interface Types {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
}

export interface FieldSpec<T extends keyof Types> {
  readonly node: Node | undefined;
  readonly path: readonly string[];
  readonly type: T;
}

export function readField<T extends keyof Types>(reading: FieldReading, { node, path, type }: FieldSpec<T>): Located<Types[T]> | undefined {
  const found = at(node, ...path);
  if (found === undefined) return undefined;
  if (found.kind === 'scalar' && typeof found.value === type) {
    return { value: found.value as Types[T], source: reading.source, span: found.span };
  }
  wrongType(reading, { name: path.join('.'), wanted: `a ${type}`, found });
  return undefined;
}

/** source: k8s.io/apimachinery pkg/util/validation IsValidUserID, IsValidGroupID */
const LAST_ID = 2 ** 31 - 1;

/** A user or a group. */
export function readIdField(reading: FieldReading, node: Node | undefined, path: readonly string[]): Located<number> | undefined {
  const id = readField(reading, { node, path, type: 'number' });
  if (id === undefined || (Number.isInteger(id.value) && id.value >= 0 && id.value <= LAST_ID)) return id;
  const message = `\`${path.join('.')}\` has to be a whole number from 0 to ${LAST_ID}, not \`${id.value}\``;
  reading.report({ kind: 'not-loadable', message, span: id.span });
  return undefined;
}

/** Labels, annotations: a map of strings. */
export function readStrings(reading: FieldReading, node: Node | undefined, what: string): ReadonlyMap<string, Located<string>> {
  const strings = new Map<string, Located<string>>();
  if (node !== undefined && node.kind !== 'map') wrongType(reading, { name: what, wanted: 'a map', found: node });
  for (const { key, value } of entriesOf(node)) {
    if (value.kind === 'scalar' && typeof value.value === 'string') {
      strings.set(key, { value: value.value, source: reading.source, span: value.span });
    } else if (value.kind !== 'scalar' || value.value !== null) wrongType(reading, { name: key, wanted: 'a string', found: value });
    // the API server reads null as the empty string
    else strings.set(key, { value: '', source: reading.source, span: value.span });
  }
  return strings;
}

/** The items of a list that stands at a path of keys; none where nothing stands. */
export function readItems(reading: FieldReading, node: Node | undefined, path: readonly string[]): readonly Node[] {
  const found = at(node, ...path);
  if (found !== undefined && found.kind !== 'list') wrongType(reading, { name: path.join('.'), wanted: 'a list', found });
  return itemsOf(found);
}

/** What stands under these keys, if anything does, has fields of its own. */
export function expectMaps(reading: FieldReading, node: Node | undefined, names: readonly string[]): void {
  for (const name of names) {
    const found = at(node, name);
    if (found !== undefined && found.kind !== 'map') wrongType(reading, { name, wanted: 'a map', found });
  }
}

interface WrongType {
  readonly name: string;
  readonly wanted: string;
  readonly found: Node;
}

function wrongType({ report }: FieldReading, { name, wanted, found }: WrongType): void {
  const text = found.kind === 'scalar' ? `\`${String(found.value)}\`, a ${typeof found.value}` : `a ${found.kind}`;
  const quoting = wanted === 'a string' && found.kind === 'scalar';
  report({
    kind: 'not-loadable',
    message: `\`${name}\` has to be ${wanted}, not ${text}`,
    span: found.span,
    help: quoting ? `the API server refuses it; put it in quotes: "${String(found.value)}"` : undefined,
  });
}
