/** The reader of YAML, with the library that it needs, which is loaded only now. */
import type { ReadNested } from '../../istio/manifest/node.ts';
import { documentsOf, nestedDocuments, type ReadDocuments } from '../../kubernetes/readYaml.ts';
import type { Source } from '../../syntax/source.ts';

export async function readYaml(source: Source): Promise<ReadDocuments> {
  return documentsOf(await import('yaml'), source);
}

/** For YAML inside a string, such as an annotation. */
export async function nestedReader(): Promise<ReadNested> {
  return nestedDocuments(await import('yaml'));
}
