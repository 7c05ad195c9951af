/** A journey on one line: `app -> ISTIO_OUTPUT#9 -> ISTIO_REDIRECT#1 => proxy:15001 -> ...`. */
import type { Leg, Path } from '../../connection/journey.ts';
import { PART_WORDS } from '../../connection/partWords.ts';
import { withoutListener } from '../text/endpoints.ts';
import { ruleLine } from '../text/location.ts';
import { laterParts } from '../text/shownParts.ts';

export function rail({ legs, cycleFrom, outcome }: Path, file: string): string {
  const rails = legs.map((leg) => legRail(leg, file));
  const repeats = cycleFrom === undefined ? '' : ' -> (repeats)';
  // the lap that closes a loop is not told twice
  const told = cycleFrom !== undefined && cycleFrom < rails.length - 1 && rails[cycleFrom] === rails.at(-1) ? rails.slice(0, -1) : rails;
  return `${legs[0]?.sender ?? ''}${told.join('')}${repeats}${outcome === 'stalled' ? stopRail(legs[0], file) : ''}`;
}

/** The packet at which the connection stops. */
function stopRail(first: Leg | undefined, file: string): string {
  const stopped = first && laterParts(first).at(-1);
  return stopped === undefined ? '' : `; ${PART_WORDS[stopped.part.name]}${legRail(stopped.leg, file)}`;
}

/** Every rule that matched, and the end; `=>` where the packet changes hands. */
function legRail({ walk }: Leg, file: string): string {
  const rules = walk.steps.flatMap((step) => (step.kind === 'rule' ? [step.rule] : []));
  const names = rules.map((rule) => `${rule.chain}#${rule.number}`);
  const last = rules.at(-1);
  if (last !== undefined && walk.fate.kind === 'dropped') names.push(ruleLine(last, file));
  return `${names.map((name) => ` -> ${name}`).join('')} => ${end(walk, walk.after.dport)}`;
}

function end({ fate, packet }: Leg['walk'], dport: number | undefined): string {
  switch (fate.kind) {
    case 'delivered': {
      const port = fate.listener ?? dport;
      return `${fate.process ?? withoutListener(packet.proto)}${port === undefined ? '' : `:${port}`}`;
    }
    case 'sent':
    case 'forwarded':
      return fate.oif;
    case 'lost':
      return `lost(${fate.reason})`;
    default:
      return fate.kind;
  }
}
