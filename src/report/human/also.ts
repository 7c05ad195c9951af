/** What else a cause breaks: each claim in a line with a packet. */
import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import { packetText } from '../../packet/notation.ts';
import type { Packet } from '../../packet/packet.ts';
import { outcomeOf, type ToldClaim } from '../review/kinds.ts';
import { isChange } from '../review/problems.ts';
import type { Problem } from '../review/review.ts';
import type { Paint } from '../text/paint.ts';

interface AlsoStyle {
  readonly paint: Paint;
  readonly width: number;
}

/** The first is told in full before: of it, where else its packets are. */
export function alsoLines([first, ...others]: readonly [ToldClaim, ...ToldClaim[]], { paint, width }: AlsoStyle): readonly string[] {
  const line = (text: string) => alsoLine(text, width);
  const shown = others.length <= MOST_ALSO + 1 ? others : others.slice(0, MOST_ALSO);
  const left = others.slice(shown.length).map((kind) => kind.found[0].problem.id);
  return [
    ...elsewhere(first).map(line),
    ...shown.map((kind) => {
      const { problem } = kind.found[0];
      const families = kind.families === first.families ? '' : kind.families;
      const count = isChange(problem) && kind.classes > 1 ? ` (${kind.classes} classes of packets)` : '';
      const more = isChange(problem) ? [] : elsewhere(kind).map((words) => `; also ${words}`);
      return line(`${problem.id}${families}${shownBy(problem)}${count}${more.join('')}`).replace(problem.id, paint.bold(problem.id));
    }),
    ...(left.length > 0 ? [line(`${[...new Set(left)].join(', ')}: -v shows their packets`)] : []),
  ];
}

const MOST_ALSO = 3;

/** Set apart by less than other lines, that a claim fits one with its packet. */
export function alsoLine(text: string, width: number): string {
  return `  ${paragraph({ text: `also  ${printable(text)}`, width: width - 2, hang: 6 })}`;
}

/** Where its other packets are. */
function elsewhere({ found: [{ problem }], interfaces, classes }: ToldClaim): readonly string[] {
  if (problem.witness === undefined) return [];
  return [
    ...(interfaces.length === 0 ? [] : [`for packets that arrive on ${interfaces.join(', ')}`]),
    ...(classes === 1 ? [] : [`${plural(classes - 1, 'more class', 'more classes')} of packets`]),
  ];
}

function shownBy({ witness, before }: Problem): string {
  if (witness === undefined) return '';
  const was = before === undefined ? '' : `${outcomeOf(before)} -> `;
  return `: ${shortText(witness.journey.packet)}: ${was}${outcomeOf(witness)}`;
}

/** Without the source that a packet from here has anyway: `out tcp -> 203.0.113.9:443 uid=1000 gid=1000`. */
function shortText(packet: Packet): string {
  const text = packetText(packet);
  return packet.dir === 'out' && HAS_USUAL_SOURCE.test(text) ? text.replace(/^(out \S+) \S+ ->/, '$1 ->') : text;
}

/** From a loopback address only to the same. */
const HAS_USUAL_SOURCE =
  /^out \S+ (?:(?!\[?(?:127\.|::1\]))\S+ -> |(?:127\.0\.0\.1(?::\d+)? -> 127\.0\.0\.1\b|\[?::1\]?(?::\d+)? -> \[?::1\b))/;
