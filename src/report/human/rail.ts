/** A journey on one line: `app -> ISTIO_OUTPUT#9 -> ISTIO_REDIRECT#1 => proxy:15001 -> ...`. */
import type { Leg, Path } from '../../journey/journey.ts';
import { fileLine } from '../place.ts';

export function rail(path: Path, file: string): string {
  const legs = path.legs.map((leg, index) => `${index === 0 ? `${leg.sender} -> ` : ''}${legRail(leg, file)}`);
  return legs.join(' -> ') + (path.cycleFrom === undefined ? '' : ' -> (repeats)');
}

/** Every rule that matched, and the end; `=>` where the packet changes hands. */
function legRail({ walk }: Leg, file: string): string {
  const rules = walk.steps.flatMap((step) => (step.kind === 'rule' ? [step.rule] : []));
  const names = rules.map((rule) => `${rule.chain}#${rule.number}`);
  const last = rules.at(-1);
  if (last !== undefined && walk.fate.kind === 'dropped') names.push(fileLine(file, last.line));
  return `${names.map((name) => `${name} `).join('-> ')}=> ${end(walk.fate, walk.after.dport)}`;
}

function end(fate: Leg['walk']['fate'], dport: number | undefined): string {
  switch (fate.kind) {
    case 'delivered': {
      const port = fate.listener ?? dport;
      return `${fate.process ?? 'nobody'}${port === undefined ? '' : `:${port}`}`;
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
