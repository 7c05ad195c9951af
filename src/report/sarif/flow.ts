/** A packet's way as a code flow: leg by leg, rule by rule, each where it stands. */
import type { Leg } from '../../connection/journey.ts';
import { toldWay } from '../../connection/legConnection.ts';
import { PART_WORDS } from '../../connection/partWords.ts';
import { endpointText, flowText, packetText, pickedText } from '../../packet/notation.ts';
import type { WalkStep } from '../../simulate/trace.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { blamed } from '../review/fromVerified.ts';
import { fateText } from '../text/fate.ts';
import { ruleBody } from '../text/location.ts';
import { laterParts } from '../text/shownParts.ts';
import { partEnd } from '../text/stall.ts';
import { logicalLocations, physicalLocation } from './locations.ts';
import { plain } from './text.ts';
import type { CodeFlow, PhysicalLocation, SarifLocation } from './types.ts';

/** GitHub refuses a result with more. */
const MOST_FLOW_LOCATIONS = 10_000;

interface Stop {
  readonly location: SarifLocation;
  readonly depth: number;
}

export interface FlowInput {
  readonly input: TraceInput;
  /** where steps are shown that stand in no file */
  readonly otherwise: PhysicalLocation;
  readonly title: string;
}

export function codeFlow({ input, otherwise, title }: FlowInput): CodeFlow {
  const path = input.journey.paths[0];
  const stops =
    path?.legs.flatMap((leg, index) => packetsOf(leg, index + 1, input.file).flatMap((one) => stopsOf(one, { input, otherwise }))) ?? [];
  const repeats = path?.cycleFrom === undefined ? '' : '; from here it repeats';
  const last = stops.at(-1);
  const text = plain(`${title}: ${packetText(input.journey.packet)}, ${path?.outcome ?? input.journey.outcome}${repeats}`);
  const kept = stops.length <= MOST_FLOW_LOCATIONS || last === undefined ? stops : [...stops.slice(0, MOST_FLOW_LOCATIONS - 1), last];
  const locations = kept.map(({ location, depth }, index) => ({ location, nestingLevel: depth, executionOrder: index + 1 }));
  return { message: { text }, threadFlows: [{ locations }] };
}

type Context = Pick<FlowInput, 'input' | 'otherwise'>;

interface FlowPacket {
  readonly name: string;
  readonly leg: Leg;
  readonly end: string;
}

/** Of a connection that stalls the later packets too. */
function packetsOf(leg: Leg, number: number, file: string): readonly FlowPacket[] {
  const later = leg.connection?.end === 'stalls' ? laterParts(leg) : [];
  const way = toldWay(leg);
  return [
    { name: `leg ${number}`, leg, end: fateText(leg, file) },
    ...later.map((one) => ({
      name: `leg ${number}, ${PART_WORDS[one.part.name]}`,
      leg: one.leg,
      end: partEnd(one.part, { way, file }).replace(/^is /, ''),
    })),
  ];
}

function stopsOf({ name, leg, end }: FlowPacket, { input, otherwise }: Context): readonly Stop[] {
  const stop = (text: string, depth: number): Stop => ({
    location: { physicalLocation: otherwise, message: { text: plain(text) } },
    depth,
  });
  const stops: Stop[] = [stop(`${name}: ${leg.sender} sends ${flowText(leg.walk.packet)}`, 0)];
  let depth = 1;
  for (const [at, step] of leg.walk.steps.entries()) {
    if (step.kind === 'hook') {
      depth = 1;
      continue;
    }
    if (step.kind === 'policy') stops.push(stop(`${step.hook}: policy ${step.verdict} of ${step.table} ${step.chain}`, 1));
    if (step.kind !== 'rule') continue;
    const text = `${step.hook}: ${step.rule.table} ${step.rule.chain}#${step.rule.number}: ${ruleBody(step.rule)}: ${verdictOf(step, leg.walk.steps[at + 1])}`;
    stops.push({ location: { ...ruleLocation(step, { input, otherwise }), message: { text: plain(text) } }, depth });
    if (step.verdict === 'JUMP' || step.verdict === 'GOTO') depth++;
    else if (step.verdict === 'RETURN') depth = Math.max(1, depth - 1);
    else if (step.verdict === 'ACCEPT') depth = 1;
  }
  return [...stops, stop(end, 0)];
}

function verdictOf(step: Extract<WalkStep, { kind: 'rule' }>, next: WalkStep | undefined): string {
  if (next?.kind !== 'nat') return step.verdict;
  return `${step.verdict}, ${next.manip} ${endpointText(next.from)} := ${pickedText(next.to, next.ports)}`;
}

function ruleLocation({ rule }: Extract<WalkStep, { kind: 'rule' }>, { input, otherwise }: Context): SarifLocation {
  const { source } = input;
  const inFile = source !== undefined && !source.rendered;
  return {
    physicalLocation: inFile ? physicalLocation(blamed(rule, source).place) : otherwise,
    logicalLocations: logicalLocations(rule),
  };
}
