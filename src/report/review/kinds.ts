/** A cause breaks a claim once, however many families, interfaces and packets show it. */
import type { Outcome } from '../../connection/journey.ts';
import { type Group, groupBy } from '../../lib/groupBy.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { type FoundProblem, isChange } from './problems.ts';
import type { Blamed } from './review.ts';

/** One claim that a cause breaks, or one change of outcome. */
export interface ToldClaim<One extends FoundProblem = FoundProblem> {
  /** the first stands for the others */
  readonly found: Group<One>;
  /** ` (IPv4, IPv6)`, or empty */
  readonly families: string;
  /** on which the packets of the others arrive */
  readonly interfaces: readonly string[];
  /** classes of packets on one interface of one family, where there are several; of changes, all */
  readonly classes: number;
}

/** In the order in which their first ones come. */
export function kindsOf<One extends FoundProblem>(found: Group<One>): readonly [ToldClaim<One>, ...ToldClaim<One>[]] {
  const [first, ...more] = [...groupBy(found, keyOf).values()];
  return [kindOf(first ?? found), ...more.map(kindOf)];
}

function keyOf({ subject, problem }: FoundProblem): string {
  const { id, verdict, before, witness } = problem;
  if (isChange(problem)) return JSON.stringify([before && outcomeOf(before), witness && outcomeOf(witness)]);
  return JSON.stringify([subject.name, id, verdict]);
}

function kindOf<One extends FoundProblem>(found: Group<One>): ToldClaim<One> {
  const [{ problem }] = found;
  const versions = new Set(found.flatMap((one) => one.problem.family ?? []));
  const names = [...versions].map((family) => (family === 'ipv4' ? 'IPv4' : 'IPv6')).toSorted();
  const own = arrivesOn(problem.witness);
  const interfaces = new Set(found.flatMap((one) => arrivesOn(one.problem.witness) ?? []));
  const places = groupBy(found, (one) => JSON.stringify([one.problem.family, arrivesOn(one.problem.witness)]));
  return {
    found,
    families: names.length === 0 ? '' : ` (${names.join(', ')})`,
    interfaces: isChange(problem) ? [] : [...interfaces].filter((name) => name !== own),
    classes: isChange(problem) ? found.length : Math.max(...[...places.values()].map((group) => group.length)),
  };
}

/** The first rule to blame in the other family, where a cause breaks one claim in both. */
export function twinOf({ found: [{ problem }, ...others] }: ToldClaim): Blamed | undefined {
  if (isChange(problem)) return undefined;
  return others.find((one) => one.problem.family !== problem.family)?.problem.blame[0];
}

/** Of a packet that comes from outside. */
function arrivesOn(witness: TraceInput | undefined): string | undefined {
  const packet = witness?.journey.packet;
  return packet?.dir === 'in' ? packet.iif : undefined;
}

/** Of the first path, which is the one that is shown. */
export function outcomeOf({ journey }: TraceInput): Outcome {
  return journey.paths[0]?.outcome ?? journey.outcome;
}
