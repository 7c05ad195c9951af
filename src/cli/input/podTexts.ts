/** Files of manifests and mesh configuration, and the options that say how they are read. */
import type { PodReading, PodTexts, ReadTexts } from '../../app/load/podTexts.ts';
import type { Approach } from '../../injection/facts/facts.ts';
import type { Document } from '../../kubernetes/yaml/node.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { type Call, optionList, optionText } from '../argv/command.ts';
import { readVersion } from './istioVersion.ts';
import { readerOf, readSources, type TextReader } from './reader.ts';
import { nestedReader, readYaml } from './yaml.ts';

/** Undefined when a file or an option cannot be read, which has been reported. */
export async function podTextsOf(call: Call, files: readonly string[]): Promise<PodTexts | undefined> {
  const reading = await podReadingOf(call);
  const texts = await readPodFiles(readerOf(call), { files, values: optionList(call.input, 'values'), reading: reading ?? {} });
  return reading && texts;
}

/** --mode and --istio. Undefined when one cannot be read, which has been reported. */
async function podReadingOf(call: Call): Promise<PodReading | undefined> {
  const asked = await readVersion(call);
  const mode = optionText(call.input, 'mode') as Approach | undefined;
  return asked && { ...asked, ...(mode !== undefined && { mode }) };
}

export interface ManifestFiles {
  readonly files: readonly string[];
  readonly values: readonly string[];
  readonly reading: PodReading;
}

/** Undefined when one cannot be read, which has been reported. */
export async function readPodFiles(reader: TextReader, { files, values, reading }: ManifestFiles): Promise<PodTexts | undefined> {
  const manifests = await readTexts(reader, files);
  const configuration = await readTexts(reader, values);
  if (manifests === undefined || configuration === undefined) return undefined;
  return { manifests, values: configuration, readNested: await nestedReader(), reading };
}

async function readTexts(reader: TextReader, files: readonly string[]): Promise<ReadTexts | undefined> {
  const sources = await readSources(reader, files);
  return sources && parseTexts(sources);
}

export async function parseTexts(sources: readonly Source[]): Promise<ReadTexts> {
  const documents: Document[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const source of sources) {
    const read = await readYaml(source);
    documents.push(...read.documents);
    diagnostics.push(...read.diagnostics);
  }
  return { sources, documents, diagnostics };
}
