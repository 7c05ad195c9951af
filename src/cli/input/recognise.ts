/** Whether files hold Kubernetes manifests, where rules could stand as well. */
import type { Call } from '../argv/command.ts';

/** An object says its kind on a line of its own, or somewhere in JSON; rules have no such line, and manifests have no line of rules. */
export function isManifest(text: string): boolean {
  if (/^\s*[{[]/.test(text) && /"kind"\s*:\s*"/.test(text)) return true;
  return (
    /^[ \t]*(?:- )?"?kind"?[ \t]*:[ \t]*\S/m.test(text) &&
    !/^[ \t]*(?:\*[ \t]*\w+[ \t]*$|-[ANIP] \w|(?:sudo )?ip6?tables(?:-\w+)* )/m.test(text)
  );
}

/** All of them, none, or some. A file that cannot be read is no manifest; who reads it will say so. */
export async function manifestsAmong({ io }: Call, files: readonly string[]): Promise<'all' | 'none' | 'some'> {
  const contents = await Promise.all(files.map((file) => io.read(file)));
  const found = contents.filter((content) => 'text' in content && isManifest(content.text)).length;
  return found === 0 ? 'none' : found === files.length ? 'all' : 'some';
}
