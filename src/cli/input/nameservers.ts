/** `--nameserver ADDRESS`. */
import { parseAddress } from '../../packet/address.ts';
import { type Call, optionList } from '../argv/command.ts';
import { complain } from '../io/messages.ts';

/** Nothing without the option; undefined when one is not an address, which has been reported. */
export async function readNameservers({ io, input }: Call): Promise<{ readonly nameservers?: readonly string[] } | undefined> {
  const nameservers = optionList(input, 'nameserver');
  const wrong = nameservers.find((text) => parseAddress(text) === undefined);
  if (wrong === undefined) return nameservers.length === 0 ? {} : { nameservers };
  await complain(io, { message: `--nameserver expects an address, not \`${wrong}\``, help: '--nameserver 10.0.0.10' });
  return undefined;
}
