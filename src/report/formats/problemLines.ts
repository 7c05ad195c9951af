/** A problem in a few plain lines: what, for which packets, by which way, where, and what to do. */
import { plural } from '../../lib/plural.ts';
import { packetText } from '../../packet/notation.ts';
import { rail } from '../human/rail.ts';
import type { TraceInput } from '../json/traceInput.ts';
import type { Problem } from '../review/review.ts';
import { positionOf } from '../text/positions.ts';

/** Rules that are shown of those that decide. */
const MOST_RULES = 6;

export function problemLines(problem: Problem): readonly string[] {
  const { id, level, verdict, message, family, packets, witness, before, blame, place, remedy, muted } = problem;
  const words = verdict === 'undecided' ? 'undecided' : level;
  const more = blame.length - MOST_RULES;
  return [
    `${words}: ${id}${family === undefined ? '' : ` (${family === 'ipv4' ? 'IPv4' : 'IPv6'})`}: ${message}`,
    ...(muted === undefined ? [] : [`known: by ${muted.by}: ${muted.reason}`]),
    ...(packets === undefined ? [] : [`packets: ${packets}`]),
    ...(before === undefined ? [] : wayLines('before', before)),
    ...(witness === undefined ? [] : wayLines(before === undefined ? 'example' : 'after', witness)),
    ...(place === undefined ? [] : [`at: ${place.source.file}:${positionOf(place).line}`]),
    ...blame.slice(0, MOST_RULES).map((one) => `rule: ${one.rule.table} ${one.text} (${one.place.source.file}:${one.rule.line})`),
    ...(more > 0 ? [`and ${plural(more, 'more rule')}`] : []),
    ...(remedy === undefined ? [] : [`fix: ${remedy}`]),
  ];
}

function wayLines(name: string, { journey, file }: TraceInput): readonly string[] {
  const [path] = journey.paths;
  return [
    `${name}: ${packetText(journey.packet)}: ${path?.outcome ?? journey.outcome}`,
    ...(path === undefined ? [] : [`path: ${rail(path, file)}`]),
  ];
}
