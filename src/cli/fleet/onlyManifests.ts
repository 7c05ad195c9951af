/** Whether a fleet is one of manifests. */
import { isManifestText } from '../../app/load/recognise.ts';
import { TABLE_LINE } from '../../syntax/text/refusal.ts';
import type { Call } from '../argv/command.ts';
import type { ListedFiles } from './listFiles.ts';

/** What may be a pipe, and so is there once, has no such name. */
const MANIFEST_NAME = /\.(?:ya?ml|json)$/i;

/** No more is read than up to the first file of rules. */
export async function onlyManifests({ io }: Call, files: readonly ListedFiles[]): Promise<boolean> {
  let found = false;
  for (const { names, inFolder } of files)
    for (const name of names) {
      if (!MANIFEST_NAME.test(name) && !inFolder && name !== '-') return false;
      const content = await io.read(name);
      if (!('text' in content)) return false;
      if (isManifestText(content.text)) found = true;
      else if (!inFolder || TABLE_LINE.test(content.text)) return false;
    }
  return found;
}
