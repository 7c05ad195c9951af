/** --phase, --kubernetes and --nameserver are about pods. */
import { type Call, optionList, optionText } from '../argv/command.ts';
import { complain } from '../io/messages.ts';

/** Whether it was asked of rules, which has been reported. */
export async function phaseOfRules({ io, input }: Call): Promise<boolean> {
  const given =
    optionText(input, 'kubernetes') !== undefined
      ? '--kubernetes'
      : optionList(input, 'nameserver').length > 0
        ? '--nameserver'
        : undefined;
  if (given !== undefined) {
    await complain(io, { message: `${given} is for manifests, not for rules` });
    return true;
  }
  if (optionText(input, 'phase') === undefined) return false;
  await complain(io, {
    message: '--phase is for manifests: rules do not show which containers run',
    help: '--host FILE describes the listeners',
  });
  return true;
}
