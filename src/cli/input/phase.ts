/** --phase is a question about pods. */
import { type Call, optionText } from '../argv/command.ts';
import { complain } from '../io/messages.ts';

/** Whether it was asked of rules, which has been reported. */
export async function phaseOfRules({ io, input }: Call): Promise<boolean> {
  if (optionText(input, 'phase') === undefined) return false;
  await complain(io, { message: '--phase is for manifests: rules do not say who runs', help: 'with --host FILE say who listens' });
  return true;
}
