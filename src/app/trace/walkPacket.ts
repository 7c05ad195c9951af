/** One packet through its setting: complete it, choose the rules of its family, walk. */

import type { Journey } from '../../connection/journey.ts';
import { type SaidPacket, withDirection } from '../../connection/saidDirection.ts';
import { walkGiven } from '../../connection/walkGiven.ts';
import type { Host } from '../../host/host.ts';
import type { Complaint } from '../../lib/complaint.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import type { TraceInput } from '../../report/json/traceInput.ts';
import { emptyRuleset } from '../../ruleset/emptyRuleset.ts';
import { neverHit } from './neverHit.ts';
import type { TraceSetting } from './setting.ts';
import { withInterface } from './withInterface.ts';

export interface WalkedPacket extends TraceInput {
  /** on which it was walked */
  readonly host: Host;
}

export function walkPacket(asked: TraceSetting, text: SaidPacket): WalkedPacket | Complaint {
  const said = withDirection(asked, text);
  if ('message' in said) return said;
  const { given } = said;
  const setting = withInterface(asked, given);
  const walked = walkThere(setting, given);
  const { outside } = setting;
  if ('problem' in walked) return { message: walked.problem };
  if ('missing' in walked) return missingFamily(setting, walked.missing);
  const { journey: found, ruleset, defaults, assumptions, host } = walked;
  const journey: Journey = outside?.walks === false ? { packet: found.packet, outcome: 'undecided', paths: [], truncated: false } : found;
  const profile = setting.profile?.name;
  const because = setting.unwritten?.(ruleset.family);
  return {
    journey,
    file: ruleset.source.file,
    defaults,
    assumptions,
    profile,
    host,
    source: ruleset.source,
    ...neverHit(ruleset, journey),
    ...(outside && { outside: outside.says }),
    ...(because !== undefined && { because }),
    // what was made of the packet's text comes before what is said of its place
    ...((said.notes ?? setting.notes) !== undefined && { notes: [...(said.notes ?? []), ...(setting.notes ?? [])] }),
  };
}

/** A pod of manifests has no other rules than those that follow for it: where there are none, packets meet none. */
function walkThere(setting: TraceSetting, given: PartialPacket): ReturnType<typeof walkGiven> {
  const walked = walkGiven(setting, given);
  const [beside] = setting.rulesets;
  if (!('missing' in walked) || setting.unwritten === undefined) return walked;
  const source = beside?.source ?? { file: 'rules', text: '' };
  return walkGiven({ ...setting, rulesets: [...setting.rulesets, emptyRuleset(walked.missing, source)] }, given);
}

/** Rules of one family say nothing about the other: no answer is better than a guess. */
function missingFamily({ rulesets }: TraceSetting, family: 4 | 6): Complaint {
  const file = rulesets[0]?.source.file ?? 'the text';
  const save = family === 4 ? 'iptables-save' : 'ip6tables-save';
  return {
    message: `\`${file}\` has no IPv${family} rules, and the packet is IPv${family}`,
    help: `add the output of \`${save}\` to the file, or read rules of unknown family as IPv${family} with --family ${family}`,
  };
}
