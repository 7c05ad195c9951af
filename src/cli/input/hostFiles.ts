/** Files that describe a host: written for chainwalk in YAML or JSON, or what programs print of it. */
import type { Host } from '../../host/host.ts';
import { readHost } from '../../host/readHost.ts';
import { toData } from '../../kubernetes/yaml/node.ts';
import { isPrintedHost, printedDescription } from '../../syntax/host/hostDocument.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { readSources, type TextReader } from './reader.ts';
import { documentOf } from './yaml.ts';

export interface GivenKeys {
  readonly description: Readonly<Record<string, unknown>>;
  /** sysctls that were printed and are left out, since no answer depends on them */
  readonly unusedSysctls: readonly string[];
  /** its listeners were printed, by a program that does not say which are transparent */
  readonly hasSockets: boolean;
}

/** The keys of one host; undefined when a file cannot be used, which has been reported. A written file comes before what is printed. */
export async function readDescription(reader: TextReader, files: readonly string[]): Promise<GivenKeys | undefined> {
  const sources = await readSources(reader, files);
  return sources && descriptionIn(reader, sources);
}

export async function descriptionIn(reader: TextReader, sources: readonly Source[]): Promise<GivenKeys | undefined> {
  const printed = sources.filter(isPrintedHost);
  const written = sources.filter((source) => !printed.includes(source));
  const keys: Record<string, unknown>[] = [];
  const unused: string[] = [];
  let isUsable = true;
  if (printed.length > 0) {
    const { description, diagnostics, unusedSysctls } = printedDescription(printed);
    await reader.show(diagnostics);
    if (diagnostics.some(isError)) isUsable = false;
    keys.push({ ...description });
    unused.push(...unusedSysctls);
  }
  for (const source of written) {
    const data = await readWritten(reader, source);
    if (data === undefined) isUsable = false;
    else keys.push(data);
  }
  const hasSockets = keys.findLast(({ listeners }) => listeners !== undefined) === keys[0] && printed.length > 0;
  return isUsable ? { description: Object.assign({}, ...keys), unusedSysctls: unused, hasSockets } : undefined;
}

/** What is no object is complained about by `readHost`. */
async function readWritten(reader: TextReader, source: Source): Promise<Record<string, unknown> | undefined> {
  const document = await documentOf(reader, source);
  return document && (toData(document.root) as Record<string, unknown>);
}

/** Undefined when they cannot be used, which has been reported. */
export async function readHostFiles(reader: TextReader, files: readonly string[]): Promise<Host | undefined> {
  const given = await readDescription(reader, files);
  if (given === undefined) return undefined;
  const { host, problems } = readHost(given.description);
  for (const problem of problems) await reader.complain({ message: `${files.join(', ')}: ${problem}` });
  return host && given.hasSockets ? { ...host, transparencyUnsaid: true } : host;
}
