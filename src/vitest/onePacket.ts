/** One packet against a wish: it is walked. */
import { packetFrom, type SettingOptions, settingOf } from '../given.ts';
import { completePacket } from '../host/completePacket.ts';
import { walkJourney } from '../journey/walkJourney.ts';
import { packetText } from '../packet/notation.ts';
import { rail } from '../report/human/rail.ts';
import { humanTrace } from '../report/human/trace.ts';
import type { PacketJson } from '../report/packetJson.ts';
import { PLAIN } from '../report/paint.ts';
import type { TraceInput } from '../report/traceJson.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { type Answer, open } from './answer.ts';
import type { Wish } from './wish.ts';

export interface PacketQuestion {
  readonly rulesets: readonly Ruleset[];
  readonly packet: string | Partial<PacketJson>;
  readonly wish: Wish;
  readonly isNot: boolean;
  /** say it in two lines */
  readonly brief: boolean;
}

export const WIDTH = 100;

/** @throws InputError */
export function askPacket({ rulesets, packet, wish, isNot, brief }: PacketQuestion, options: SettingOptions): Answer {
  const { host, profile } = settingOf(rulesets, options);
  const completed = completePacket(packetFrom(packet), host);
  if (completed.packet === undefined) return open(() => completed.problem ?? 'the packet is incomplete');
  const { family } = completed.packet;
  const ruleset = rulesets.find((one) => one.family === family);
  if (ruleset === undefined) return open(() => `the packet is IPv${family}, and there are no rules of IPv${family}`);
  const journey = walkJourney(ruleset, completed.packet, { host, ...(profile !== undefined && { profile }) });
  const met = journey.paths.filter(wish.isMet).length;
  const isKnown = !journey.truncated && journey.paths.every(({ outcome }) => outcome !== 'undecided');
  const verdict = isKnown && met === journey.paths.length ? 'yes' : isKnown && met === 0 ? 'no' : 'open';
  const input: TraceInput = { journey, file: ruleset.source.file, defaults: completed.defaults, profile: profile?.name };
  const [first] = journey.paths;
  const message = (): string => {
    const wanted = wish.says(brief ? packetText(journey.packet) : 'the packet');
    const sentence = `expected the rules ${isNot ? 'not to' : 'to'} ${wanted}; it is ${journey.outcome}`;
    if (brief) return `${sentence}\n  ${first === undefined ? '' : rail(first, ruleset.source.file)}`;
    return `${sentence}\n\n${humanTrace(input, { paint: PLAIN, width: WIDTH, verbose: false })}`;
  };
  return { verdict, message };
}
