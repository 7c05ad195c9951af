/** One cause is told once: what the same rules break stands together, with the behaviour that changed by them, and what is true of
 *  several subjects is said with their names. */

import { type Group, groupBy } from '../../lib/groupBy.ts';
import { type FoundProblem, isChange, worstFirst } from './problems.ts';
import type { Blamed, ReviewLocation, Subject } from './review.ts';

export interface Cause {
  /** of one subject, or of a comparison with it; the worst first */
  readonly found: Group<FoundProblem>;
  /** changes of packets that no process sends in practice, beside those that are told */
  readonly odd: readonly FoundProblem[];
  /** names of others of which the same is true */
  readonly alike: readonly string[];
  readonly others: readonly FoundProblem[];
}

/** The worst first. `apart`: each problem for itself. */
export function toldCauses(found: readonly FoundProblem[], apart = false): readonly Cause[] {
  const sorted = worstFirst(found);
  const own = apart ? sorted.map((one): OwnCause => ({ found: [one], odd: [] })) : withChanges(sorted);
  return [...groupBy(own, saidOf).values()].map(([first, ...rest]) => ({
    ...first,
    alike: rest.map((one) => one.found[0].subject.name),
    others: rest.flatMap((one) => one.found),
  }));
}

type OwnCause = Pick<Cause, 'found' | 'odd'>;

/** Claims by the rules to blame; each change joins the claims that break by its rule or its setting; those left are one cause for each
 *  comparison. */
function withChanges(sorted: readonly FoundProblem[]): readonly OwnCause[] {
  const [claims, changes] = [false, true].map((wanted) => sorted.filter(({ problem }) => isChange(problem) === wanted));
  const broken = [...groupBy(claims ?? [], causeOf).values()];
  const byKey = new Map<string, Group<FoundProblem>[]>();
  for (const group of broken) for (const key of keysOf(group[0])) byKey.set(key, [...(byKey.get(key) ?? []), group]);
  const { ordinary, odd } = usualFirst(changes ?? []);
  const left: FoundProblem[] = [];
  const joined = new Map<Group<FoundProblem>, FoundProblem[]>();
  for (const change of ordinary) {
    const near = keysOf(change, 1).flatMap((key) => byKey.get(key) ?? []);
    const claim = near.find(([first]) => first.problem.level === change.problem.level || worstFirst([change, first])[0] === first);
    if (claim === undefined) left.push(change);
    else joined.set(claim, [...(joined.get(claim) ?? []), change]);
  }
  const groups = broken.map((group): Group<FoundProblem> => [group[0], ...group.slice(1), ...(joined.get(group) ?? [])]);
  const all = new Map([...groups, ...groupBy(left, ({ subject }) => subject).values()].map((group) => [group[0], group]));
  const untold = new Map(odd);
  return worstFirst([...all.keys()]).map((first) => {
    const found = all.get(first) ?? [first];
    const own = found.find(({ subject }) => untold.has(subject))?.subject;
    const beside = own === undefined ? [] : (untold.get(own) ?? []);
    if (own !== undefined) untold.delete(own);
    return { found, odd: beside };
  });
}

interface ByUse {
  readonly ordinary: readonly FoundProblem[];
  readonly odd: ReadonlyMap<Subject, readonly FoundProblem[]>;
}

/** Of a comparison in which nothing else changes, packets with unusual marks, flags or addresses are told. */
function usualFirst(changes: readonly FoundProblem[]): ByUse {
  const odd = new Map<Subject, readonly FoundProblem[]>();
  const ordinary = [...groupBy(changes, ({ subject }) => subject)].flatMap(([subject, group]) => {
    const usual = group.filter(({ problem }) => problem.isUnusual !== true);
    if (usual.length === 0 || usual.length === group.length) return group;
    odd.set(
      subject,
      group.filter(({ problem }) => problem.isUnusual === true),
    );
    return usual;
  });
  return { ordinary, odd };
}

/** Without rules and a packet that shows it nothing is known of its cause. */
function causeOf(found: FoundProblem): unknown {
  const { subject, problem } = found;
  const { blame, verdict, witness, place } = problem;
  if (blame.length === 0 || verdict === 'undecided' || witness === undefined) return found;
  // the rules of both families have one cause
  const isRule = blame.some((one) => place !== undefined && placeKey(one.place) === placeKey(place));
  const written = isRule || place === undefined ? undefined : placeKey(place);
  return JSON.stringify([subject.name, written, blame.map(({ rule: { table, chain, number } }) => [table, chain, number])]);
}

/** What a change and a claim have in common when they have one cause: the place that a person would change, or a rule to blame. */
function keysOf({ problem: { verdict, family, place, blame } }: FoundProblem, rules = blame.length): readonly string[] {
  if (verdict === 'undecided') return [];
  const places = place === undefined ? [] : [`place ${placeKey(place)}`];
  return [...places, ...blame.slice(0, rules).map((one) => `rule ${ruleKey(one)}`)].map((key) => `${family} ${key}`);
}

function placeKey({ source: { file }, span: { start } }: ReviewLocation): string {
  return JSON.stringify([file, start]);
}

function ruleKey({ place, rule: { table, chain, number } }: Blamed): string {
  return JSON.stringify([place.source.file, table, chain, number]);
}

/** What a reader sees of it, but for the subject. */
function saidOf({ found }: OwnCause): string {
  return JSON.stringify(
    found.map(({ subject, problem: { id, level, verdict, family, message, packets, blame } }) => [
      subject.kind,
      id,
      level,
      verdict,
      family,
      message,
      packets,
      blame.map(({ text }) => text),
    ]),
  );
}
