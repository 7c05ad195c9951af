/** `--istio VERSION`. */
import { NEWEST, OLDEST, parseVersion, type Version } from '../../istio/settings/version.ts';
import { type Call, textOf } from '../argv/command.ts';
import { complain } from '../io/messages.ts';

/** No `version` without the option; undefined when it cannot be read, which has been said. */
export async function readVersion({ io, input }: Call): Promise<{ readonly version?: Version } | undefined> {
  const text = textOf(input, 'istio');
  if (text === undefined) return {};
  const version = parseVersion(text);
  if (version !== undefined) return { version };
  await complain(io, { message: `--istio expects a version from 1.${OLDEST} to 1.${NEWEST}, not \`${text}\`` });
  return undefined;
}
