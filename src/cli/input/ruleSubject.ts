/** One set of rules and the place around it: what a question about rules is about, from files or from a running pod. */
import type { RuleTexts } from '../../app/load/ruleTexts.ts';
import type { GivenPlace } from '../../connection/setting.ts';
import type { PacketNames } from '../../kubernetes/objects/packetNames.ts';
import type { Call } from '../argv/command.ts';
import { readPlace } from './place.ts';
import { ruleTextsOf } from './ruleTexts.ts';

export interface RuleSubject {
  readonly rules: RuleTexts;
  readonly place: GivenPlace;
  /** what packets may name; absent: addresses alone */
  readonly names?: PacketNames;
}

/** Undefined when a file or an option cannot be read, which has been reported. */
export async function ruleSubjectOf(call: Call, files: readonly string[]): Promise<RuleSubject | undefined> {
  const place = await readPlace(call);
  const rules = place === undefined ? undefined : await ruleTextsOf(call, files);
  return place && rules && { rules, place };
}
