/** One packet through the scene: complete it, choose the rules of its family, walk. */
import { completePacket, type PartialPacket } from '../../host/completePacket.ts';
import { walkJourney } from '../../journey/walkJourney.ts';
import type { TraceInput } from '../../report/traceJson.ts';
import type { Complaint } from '../messages.ts';
import type { Scene } from './scene.ts';

export function walkPacket(scene: Scene, given: PartialPacket): TraceInput | Complaint {
  const { packet, defaults, problem } = completePacket(given, scene.host);
  if (packet === undefined) return { message: problem ?? 'the packet is incomplete' };
  const ruleset = scene.rulesets.find(({ family }) => family === packet.family);
  if (ruleset === undefined) return missingFamily(scene, packet.family);
  const { host, profile, detailed } = scene;
  const journey = walkJourney(ruleset, packet, { host, detailed, ...(profile !== undefined && { profile }) });
  return { journey, file: ruleset.source.file, defaults, profile: profile?.name };
}

/** Rules of one family say nothing about the other: no answer is better than a guess. */
function missingFamily({ rulesets }: Scene, family: 4 | 6): Complaint {
  const file = rulesets[0]?.source.file ?? 'the text';
  const save = family === 4 ? 'iptables-save' : 'ip6tables-save';
  return {
    message: `\`${file}\` has no IPv${family} rules, and the packet is IPv${family}`,
    help: `add the output of \`${save}\` to the file, or read rules of unknown family as IPv${family} with --family ${family}`,
  };
}
