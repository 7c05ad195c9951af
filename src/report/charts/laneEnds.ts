/** Who stands at both ends of a packet's way in lanes, and in which lane. */
import type { Leg, Path } from '../../connection/journey.ts';
import { toldWay } from '../../connection/legConnection.ts';
import { lastEffect } from '../../netfilter/everyEffect.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { decisionsOf } from '../text/decisions.ts';
import { KERNEL, NO_PROCESS, processOf } from '../text/endpoints.ts';
import { fateText } from '../text/fate.ts';
import { LOST_WORDS } from '../text/labels.ts';
import type { AlikeParts } from '../text/shownParts.ts';
import { partEnd } from '../text/stall.ts';
import type { HopEnd, LaneStop } from './laneStory.ts';

export interface LaneTelling {
  readonly input: TraceInput;
  readonly proxies: ReadonlySet<string>;
}

function laneOf(process: string, { proxies }: LaneTelling): LaneStop['lane'] {
  return proxies.has(process) ? 'proxy' : 'app';
}

export function hopSender({ sender, walk: { packet } }: Leg, telling: LaneTelling): LaneStop {
  if (packet.dir === 'in') return { lane: 'wire', shape: 'round', lines: [sender, packet.iif ?? ''].filter((line) => line !== '') };
  return { lane: laneOf(sender, telling), shape: 'round', lines: [sender] };
}

/** Where a packet is that did not end among the rules. */
export function stopOf(leg: Leg, telling: LaneTelling, more: boolean): LaneStop {
  const { fate, after } = leg.walk;
  if (fate.kind !== 'delivered') return { lane: 'wire', shape: 'round', lines: [after.oif ?? ('oif' in fate ? fate.oif : '')] };
  const process = processOf(leg);
  const lane = laneOf(process, telling);
  const port = fate.listener ?? after.dport;
  const at = port === undefined ? [] : [`:${port}`];
  if (process === NO_PROCESS) return { lane, shape: 'drop', lines: ['REFUSED', ...at] };
  if (process === KERNEL) return { lane, shape: 'round', lines: ['kernel'] };
  return { lane, shape: more || leg.role !== undefined ? 'relay' : 'round', lines: [process, ...at] };
}

export function hopEnd(leg: Leg, telling: LaneTelling, more: boolean): HopEnd {
  const { file } = telling.input;
  const { fate, steps } = leg.walk;
  const policy = steps.findLast((step) => step.kind === 'policy');
  const ender = fate.kind === 'dropped' || fate.kind === 'rejected' ? fate.by : undefined;
  switch (fate.kind) {
    case 'lost':
      return { kind: 'dead', shape: 'drop', says: `LOST: ${LOST_WORDS[fate.reason]}` };
    case 'undecided':
      return { kind: 'dead', shape: 'open', says: `UNDECIDED${fateText(leg, file).replace('undecided', '')}` };
    case 'rejected':
      return { kind: 'dead', shape: 'drop', says: `REJECTED with ${fate.with}` };
    case 'dropped': {
      if (ender === undefined && policy?.kind === 'policy')
        return { kind: 'dead', shape: 'drop', says: `DROPPED by the policy of ${policy.table} ${policy.chain}` };
      // its card stands right above
      const last = decisionsOf(steps).at(-1);
      if (fate.unanswered === undefined && last?.kind === 'rule' && last.rule === ender && lastEffect(last.rule).kind === 'drop')
        return { kind: 'dead', shape: 'drop', says: 'DROPPED' };
      return { kind: 'dead', shape: 'drop', says: `DROPPED${fateText(leg, file).replace('dropped', '')}` };
    }
    default:
      return { kind: 'stop', stop: stopOf(leg, telling, more), says: fateText(leg, file) };
  }
}

/** A later packet is waited for by one of the two that talk. */
export function partArrival({ part }: AlikeParts, first: Leg, telling: LaneTelling): HopEnd {
  const says = partEnd(part, { way: toldWay(first), file: telling.input.file });
  const { fate, after } = part.walk;
  if (fate.kind !== 'delivered') return { kind: 'stop', says, stop: stopOf({ sender: '', walk: part.walk }, telling, false) };
  const process = part.direction === 'reply' ? first.sender : processOf(first);
  const at = after.dport === undefined ? [] : [`:${fate.listener ?? after.dport}`];
  return { kind: 'stop', says, stop: { lane: laneOf(process, telling), shape: 'round', lines: [process, ...at] } };
}

export function loopEnd({ cycleFrom = 0, legs }: Path, leg: Leg, telling: LaneTelling): HopEnd {
  const { lane } = stopOf(leg, telling, true);
  const first = legs[cycleFrom] ?? leg;
  const where = `${processOf(first)} ${stopOf(first, telling, true).lines.slice(1).join('')}`.trim();
  return {
    kind: 'loop',
    lane,
    leg: cycleFrom + 1,
    says: `back to ${where}, where leg ${cycleFrom + 1} ended; from there everything repeats`,
  };
}
