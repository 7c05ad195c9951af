/** `--kubernetes VERSION`. */
import { parseKubernetes } from '../../kubernetes/manifest/clusterNode.ts';
import { type Call, optionText } from '../argv/command.ts';
import { readerOf, type TextReader } from './reader.ts';

/** Nothing without the option; undefined when it cannot be read, which has been reported. */
export async function readKubernetes(call: Call): Promise<{ readonly kubernetes?: number } | undefined> {
  const text = optionText(call.input, 'kubernetes');
  if (text === undefined) return {};
  const kubernetes = parseKubernetes(text);
  if (kubernetes !== undefined) return { kubernetes };
  await complainAboutKubernetes(readerOf(call), text);
  return undefined;
}

export function complainAboutKubernetes({ complain }: Pick<TextReader, 'complain'>, text: string): Promise<void> {
  return complain({ message: `--kubernetes expects a version such as 1.33, not \`${text}\`` });
}
