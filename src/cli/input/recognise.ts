/** Whether files hold Kubernetes manifests, where rules could stand as well. */
import { isManifestText } from '../../app/load/recognise.ts';
import type { Call } from '../argv/command.ts';

/** All of them, none, or some. A file that cannot be read is not a manifest; the error comes when it is read. */
export async function manifestsAmong({ io }: Call, files: readonly string[]): Promise<'all' | 'none' | 'some'> {
  const contents = await Promise.all(files.map((file) => io.read(file)));
  const found = contents.filter((content) => 'text' in content && isManifestText(content.text)).length;
  return found === 0 ? 'none' : found === files.length ? 'all' : 'some';
}
