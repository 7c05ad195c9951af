/** `--istio VERSION`. */
import { NEWEST, OLDEST, parseVersion, type Version } from '../../istio/settings/version.ts';
import { type Call, optionText } from '../argv/command.ts';
import { readerOf, type TextReader } from './reader.ts';

/** No `version` without the option; undefined when it cannot be read, which has been reported. */
export async function readVersion(call: Call): Promise<{ readonly version?: Version } | undefined> {
  const text = optionText(call.input, 'istio');
  if (text === undefined) return {};
  const version = parseVersion(text);
  if (version !== undefined) return { version };
  await complainAboutVersion(readerOf(call), text);
  return undefined;
}

export function complainAboutVersion({ complain }: Pick<TextReader, 'complain'>, text: string): Promise<void> {
  return complain({ message: `--istio expects a version from 1.${OLDEST} to 1.${NEWEST}, not \`${text}\`` });
}
