/** A YAML or JSON file of one document, read by shape: everything that is wrong in it is said. */
import type { Node } from '../../kubernetes/yaml/node.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import type { TextReader } from '../input/reader.ts';
import { readDocument } from '../input/yaml.ts';
import type { Read, Wrong } from './read.ts';

export interface ReadTree<T> {
  readonly value: T;
  readonly source: Source;
  readonly root: Node;
}

/** Undefined when it cannot be used, which has been reported. */
export async function readTree<T>(reader: TextReader, file: string, shape: Read<T>): Promise<ReadTree<T> | undefined> {
  const document = await readDocument(reader, file);
  return document === undefined ? undefined : checkTree(reader, document, shape);
}

export async function checkTree<T>(reader: TextReader, tree: Omit<ReadTree<T>, 'value'>, shape: Read<T>): Promise<ReadTree<T> | undefined> {
  const found: Diagnostic[] = [];
  const tell = ({ isWarning, ...wrong }: Wrong) => found.push({ kind: isWarning ? 'warning' : 'malformed', source: tree.source, ...wrong });
  const value = shape(tree.root, { path: '', source: tree.source, tell });
  await reader.show(found);
  return value === undefined || found.some(isError) ? undefined : { ...tree, value };
}
