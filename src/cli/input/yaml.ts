/** The reader of YAML and JSON, loaded only now, as the library that YAML needs. */
import type { Document, ReadNested } from '../../kubernetes/yaml/node.ts';
import type { ReadDocuments } from '../../kubernetes/yaml/readYaml.ts';
import type { Source } from '../../syntax/text/source.ts';
import { readSources, type TextReader } from './reader.ts';

export async function readYaml(source: Source): Promise<ReadDocuments> {
  const { documentsOf, jsonDocument } = await import('../../kubernetes/yaml/readYaml.ts');
  return jsonDocument(source) ?? documentsOf(await import('yaml'), source);
}

/** A file of one document; undefined when it cannot be used, which has been reported. */
export async function readDocument(reader: TextReader, file: string): Promise<Document | undefined> {
  const [source] = (await readSources(reader, [file])) ?? [];
  return source && documentOf(reader, source);
}

/** Its one document; undefined when it cannot be used, which has been reported. */
export async function documentOf(reader: TextReader, source: Source): Promise<Document | undefined> {
  const { file } = source;
  const { documents, diagnostics } = await readYaml(source);
  const [document, ...more] = documents;
  if (document !== undefined && more.length === 0 && diagnostics.length === 0) return document;
  if (diagnostics.length === 0) await reader.complain({ message: `\`${file}\` ${more.length > 0 ? 'has several documents' : 'is empty'}` });
  await reader.show(diagnostics);
  return undefined;
}

/** For YAML inside a string, such as an annotation. */
export async function nestedReader(): Promise<ReadNested> {
  const { nestedDocuments } = await import('../../kubernetes/yaml/readYaml.ts');
  return nestedDocuments(await import('yaml'));
}
