/** Services and pods that files name, for packets that name them. */
import { objectsInFiles } from '../../kubernetes/objects/fromFiles.ts';
import type { PacketNames } from '../../kubernetes/objects/packetNames.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { type Call, optionList } from '../argv/command.ts';
import { readerOf, readSources } from './reader.ts';
import { readYaml } from './yaml.ts';

/** `manifests`: files that are read anyway. No `names` where there are no files; undefined when one cannot be read, which has been reported. */
export async function packetNamesOf(call: Call, manifests: readonly string[]): Promise<{ readonly names?: PacketNames } | undefined> {
  const files = [...manifests, ...optionList(call.input, 'services')];
  if (files.length === 0) return {};
  const reader = readerOf(call);
  const sources = await readSources(reader, files);
  if (sources === undefined) return undefined;
  const read = await Promise.all(sources.map(readYaml));
  // of manifests it has been said
  const errors = read.slice(manifests.length).flatMap(({ diagnostics }) => diagnostics.filter(isError));
  await reader.show(errors);
  return errors.length > 0 ? undefined : { names: { objects: objectsInFiles(read.flatMap(({ documents }) => documents)) } };
}
