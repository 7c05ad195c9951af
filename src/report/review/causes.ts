/** One cause is told once: what the same rules break stands together, with the behaviour that changed by them, and what is true of
 *  several subjects is said with their names. */

import { type Group, groupBy } from '../../lib/groupBy.ts';
import { type FoundProblem, isChange, worstFirst } from './problems.ts';
import type { Blamed, Problem, ReviewLocation, Subject } from './review.ts';

export interface Cause<One extends FoundProblem = FoundProblem> {
  /** of one subject, or of a comparison with it; the worst first */
  readonly found: Group<One>;
  /** changes of packets that no process sends in practice, beside those that are told */
  readonly odd: readonly One[];
  /** names of others of which the same is true */
  readonly alike: readonly string[];
  readonly others: readonly One[];
}

/** The worst first. `apart`: each problem for itself. */
export function toldCauses<One extends FoundProblem>(found: readonly One[], apart = false): readonly Cause<One>[] {
  const sorted = worstFirst(found);
  const own = apart ? sorted.map((one): OwnCause<One> => ({ found: [one], odd: [] })) : withChanges(sorted);
  return [...groupBy(own, saidOf).values()].map(([first, ...rest]) => ({
    ...first,
    alike: rest.map((one) => one.found[0].subject.name),
    others: rest.flatMap((one) => one.found),
  }));
}

type OwnCause<One extends FoundProblem> = Pick<Cause<One>, 'found' | 'odd'>;

/** Claims by the rules to blame; each change joins the claims that break by its rule or its setting; those left are one cause for each
 *  comparison. */
function withChanges<One extends FoundProblem>(sorted: readonly One[]): readonly OwnCause<One>[] {
  const [claims, changes] = [false, true].map((wanted) => sorted.filter(({ problem }) => isChange(problem) === wanted));
  const broken = ofBothFamilies([...groupBy(claims ?? [], causeOf).values()]);
  const byKey = new Map<string, Group<One>[]>();
  for (const group of broken)
    for (const key of new Set(group.flatMap((one) => keysOf(one)))) byKey.set(key, [...(byKey.get(key) ?? []), group]);
  const { ordinary, odd } = usualFirst(changes ?? []);
  const left: One[] = [];
  const joined = new Map<Group<One>, One[]>();
  for (const change of ordinary) {
    const near = keysOf(change, 1).flatMap((key) => byKey.get(key) ?? []);
    const claim = near.find(([first]) => first.problem.level === change.problem.level || worstFirst([change, first])[0] === first);
    if (claim === undefined) left.push(change);
    else joined.set(claim, [...(joined.get(claim) ?? []), change]);
  }
  const groups = broken.map((group): Group<One> => [group[0], ...group.slice(1), ...(joined.get(group) ?? [])]);
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

interface ByUse<One> {
  readonly ordinary: readonly One[];
  readonly odd: ReadonlyMap<Subject, readonly One[]>;
}

/** Of a comparison in which nothing else changes, packets with unusual marks, flags or addresses are told. */
function usualFirst<One extends FoundProblem>(changes: readonly One[]): ByUse<One> {
  const odd = new Map<Subject, readonly One[]>();
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
  const { blame, family } = problem;
  if (!isShownByRules(found)) return found;
  return JSON.stringify([
    subject.name,
    writtenAt(problem),
    family,
    blame.map(({ rule: { table, chain, number } }) => [table, chain, number]),
  ]);
}

function isShownByRules({ problem: { blame, verdict, witness } }: FoundProblem): boolean {
  return blame.length > 0 && verdict !== 'undecided' && witness !== undefined;
}

/** Where a setting stands that is to blame; undefined: the rules are. */
function writtenAt({ blame, place }: Problem): string | undefined {
  const isRule = blame.some((one) => place !== undefined && placeKey(one.place) === placeKey(place));
  return isRule || place === undefined ? undefined : placeKey(place);
}

/** The rules of both families have one cause where they differ in numbers and addresses alone. */
function ofBothFamilies<One extends FoundProblem>(groups: readonly Group<One>[]): readonly Group<One>[] {
  const merged: Group<One>[] = [];
  const open = new Map<string, number[]>();
  for (const group of groups) {
    const [first] = group;
    const { family } = first.problem;
    if (family === undefined || !isShownByRules(first)) {
      merged.push(group);
      continue;
    }
    const rules = first.problem.blame.map(({ rule: { table }, text }) => [table, text.replaceAll(ADDRESS, '*')]);
    const key = JSON.stringify([first.subject.name, writtenAt(first.problem), rules]);
    const others = open.get(`${family === 'ipv4' ? 'ipv6' : 'ipv4'} ${key}`) ?? [];
    const at = others.shift();
    const other = at === undefined ? undefined : merged[at];
    if (at !== undefined && other !== undefined) {
      const [worst = first, ...rest] = worstFirst([...other, ...group]);
      merged[at] = [worst, ...rest];
    } else {
      const own = `${family} ${key}`;
      open.set(own, [...(open.get(own) ?? []), merged.length]);
      merged.push(group);
    }
  }
  return merged;
}

/** `10.0.0.0/8`, `::1/128`, `[fd00::1]` */
const ADDRESS = /\[?(?:\d+\.\d+\.\d+\.\d+|[\da-f]*:[\da-f]*:[\da-f:.]*)\]?(?:\/[\da-f:.]+)?/gi;

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
function saidOf({ found }: OwnCause<FoundProblem>): string {
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
