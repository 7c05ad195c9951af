/** One packet against a wish: it is walked. */

import type { Path } from '../../connection/journey.ts';
import { walkGiven } from '../../connection/walkGiven.ts';
import { printable } from '../../lib/printable.ts';
import { packetText } from '../../packet/notation.ts';
import { rail } from '../../report/human/rail.ts';
import { humanTrace } from '../../report/human/trace.ts';
import type { TraceInput } from '../../report/json/traceInput.ts';
import { PLAIN } from '../../report/text/paint.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { librarySettingOf, type PacketInput, packetFrom, type SettingOptions } from '../library/input.ts';
import { type MatcherAnswer, open } from './answer.ts';
import { endText } from './endText.ts';
import { asksTaker, isLedAway, type Wish, withoutMesh } from './wish.ts';

export interface PacketQuestion {
  readonly rulesets: readonly Ruleset[];
  readonly packet: PacketInput;
  readonly wish: Wish;
  readonly isNot: boolean;
  /** say it in two lines */
  readonly brief: boolean;
}

export const WIDTH = 100;

/** @throws InputError */
export function askPacket({ rulesets, packet, wish, isNot, brief }: PacketQuestion, options: SettingOptions): MatcherAnswer {
  const setting = librarySettingOf(rulesets, options);
  const unknown = withoutMesh(wish, setting.profile, options.profile);
  if (unknown !== undefined) return open(() => unknown);
  const walked = walkGiven({ ...setting, rulesets, limits: () => options.budget ?? {} }, packetFrom(packet, setting).given);
  if ('problem' in walked) return open(() => walked.problem);
  if ('missing' in walked) return open(() => `the packet is IPv${walked.missing}, and there are no rules of IPv${walked.missing}`);
  const { journey, ruleset } = walked;
  const met = journey.paths.filter(wish.isMet).length;
  const isOpen = (path: Path): boolean =>
    path.outcome === 'undecided' ||
    wish.isOpen?.(path) === true ||
    (path.unknown !== undefined && wish.asksLoops(path.outcome)) ||
    (asksTaker(wish, options.profile) && isLedAway(path));
  const isKnown = !journey.truncated && !journey.paths.some(isOpen);
  const verdict = isKnown && met === journey.paths.length ? 'yes' : isKnown && met === 0 ? 'no' : 'open';
  const input: TraceInput = { ...walked, file: ruleset.source.file, profile: setting.profile?.name };
  const [first] = journey.paths;
  const message = (): string => {
    const why = first && wish.why?.(first, ruleset.source.file);
    const said = typeof packet === 'string' ? packet.trim() : packetText(journey.packet);
    const sentence = `expected \`${printable(said)}\` ${isNot ? 'not to' : 'to'} ${wish.says}; it ${endText(journey, ruleset.source.file)}${why === undefined ? '' : `; ${why}`}`;
    const away =
      asksTaker(wish, options.profile) && journey.paths.some(isLedAway)
        ? '; a rule leads it to a port of which no mesh says who listens'
        : '';
    if (away !== '') return `${sentence}${away}: give \`profile\`, or ask for the port: \`toReach(packet, 15001)\``;
    if (brief) return `${sentence}\n  ${first === undefined ? '' : rail(first, ruleset.source.file)}`;
    return `${sentence}\n\n${humanTrace(input, { paint: PLAIN, width: WIDTH, verbose: false })}`;
  };
  return { verdict, message };
}
