/** The plan's texts, read: pairs of subjects. */

import type { GivenPlace } from '../../connection/setting.ts';
import type { Sides } from '../../diff/question.ts';
import type { Approach } from '../../injection/facts/approach.ts';
import { holdsPod } from '../../kubernetes/manifest/holdsPod.ts';
import type { DiffSubject } from '../../pods/compareSubjects.ts';
import type { PodMemory } from '../../pods/podMemory.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { PacketSet } from '../../syntax/packets/parsePacketSet.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { holdsPods, mayHoldPods } from '../load/recognise.ts';
import { type Matched, matched } from './compareAll.ts';
import { DEFAULT_POD } from './defaultPod.ts';
import type { Plan, Recognised } from './plan.ts';
import { pluginPair } from './plugins.ts';
import { readSidePods, type SidePods } from './readPods.ts';
import { readSideRules } from './readRules.ts';
import { rulePair } from './rulePair.ts';
import { type ComparedSide, SIDES, type Side } from './side.ts';

export interface SubjectsQuestion {
  readonly plan: Plan;
  readonly sides: Sides<ComparedSide>;
  readonly places: Sides<GivenPlace>;
  readonly where: PacketSet | undefined;
  readonly memory: PodMemory;
  /** the files were given one by one */
  readonly explicit: boolean;
  /** files of mesh configuration that count for all pods */
  readonly valuesGiven?: ReadonlySet<string>;
}

export interface ReadSubjects extends Matched {
  readonly notes: readonly string[];
  readonly assumed: readonly string[];
  /** with an error there may be subjects missing */
  readonly diagnostics: readonly Diagnostic[];
}

const NO_PODS: SidePods = { subjects: [], notes: [], assumed: [], diagnostics: [] };

export function readSubjects(reading: SubjectsQuestion): ReadSubjects {
  const { plan, explicit, valuesGiven } = reading;
  const pairs: Sides<DiffSubject>[] = [];
  const notes: string[] = [];
  const found: Diagnostic[] = [];
  for (const pair of plan.rules) pairs.push(...readRulePair(reading, pair, found));
  const pods = { base: podsOf(reading, 'base'), head: podsOf(reading, 'head') };
  for (const side of SIDES) found.push(...pods[side].diagnostics);
  const known = matched(withMixed(reading, { base: pods.base.subjects, head: pods.head.subjects }, found));
  notes.push(...pods.base.notes, ...pods.head.notes);
  for (const pair of plan.values) {
    const { base, head } = pair;
    if (valuesGiven?.has(base.file)) {
      if (plan.manifests.head.length > 0) continue;
    } else if (!explicit) notes.push(`${head.file} is mesh configuration: with --values it applies to all pods`);
    const read = { base: defaultPod(reading, 'base', { values: base }), head: defaultPod(reading, 'head', { values: head }) };
    for (const side of SIDES) found.push(...read[side].diagnostics);
    const [one, other] = [read.base.subjects[0], read.head.subjects[0]];
    const name = `${DEFAULT_POD.file}, with ${head.file}`;
    if (one !== undefined && other !== undefined) pairs.push({ base: { ...one, name }, head: { ...other, name } });
  }
  for (const chains of plan.cni) {
    const { pair, note, diagnostics } = pluginPair(chains, (side) => defaultPod(reading, side, { mode: 'cni' }));
    found.push(...diagnostics);
    if (pair !== undefined) pairs.push(pair);
    notes.push(note);
  }
  const all = [...new Set([...notes, ...plan.alone.map(aloneText)])];
  return {
    pairs: [...pairs, ...known.pairs],
    alone: known.alone,
    notes: all,
    assumed: [...new Set([...pods.base.assumed, ...pods.head.assumed])],
    diagnostics: found,
  };
}

function aloneText({ side, file }: Plan['alone'][number]): string {
  return `${file} is ${side === 'base' ? 'gone' : 'new'}: there is nothing to compare its rules with`;
}

/** Of what has changed: a manifest without pods counts together with others. */
function podsOf(reading: SubjectsQuestion, side: Side): SidePods {
  const manifests = reading.plan.manifests[side];
  if (reading.explicit || holdPods(reading, side, manifests)) return readPods(reading, side, manifests);
  const notes = manifests.map(({ file }) => `${file} has no pod, and no pod that it applies to was found`);
  return { ...NO_PODS, notes: side === 'head' ? notes : [] };
}

function holdPods({ sides }: SubjectsQuestion, side: Side, manifests: readonly Source[]): boolean {
  const { pods } = sides[side];
  if (pods === undefined || manifests.some(({ text }) => holdsPods(text))) return true;
  const likely = manifests.filter(({ text }) => mayHoldPods(text));
  return likely.length > 0 && pods.parse(likely).documents.some(({ root }) => holdsPod(root));
}

interface OtherReading {
  readonly values?: Source;
  readonly mode?: Approach;
}

function defaultPod(reading: SubjectsQuestion, side: Side, other: OtherReading): SidePods {
  return readPods(reading, side, [DEFAULT_POD], other);
}

function readPods(
  { sides, memory }: SubjectsQuestion,
  side: Side,
  manifests: readonly Source[],
  { values, mode }: OtherReading = {},
): SidePods {
  const { pods } = sides[side];
  if (pods === undefined || manifests.length === 0) return NO_PODS;
  const { parse, readNested, annotations } = pods;
  const reading = { ...pods.reading, ...(mode !== undefined && { mode }) };
  const texts = { manifests: parse(manifests), values: values === undefined ? pods.values : parse([values]), readNested, reading };
  return readSidePods({ side, pods: texts, annotations, memory });
}

/** Rules against the pod of a manifest, on the pod's host. */
function withMixed(
  { plan: { mixed }, sides, places }: SubjectsQuestion,
  pods: Sides<readonly DiffSubject[]>,
  found: Diagnostic[],
): Sides<readonly DiffSubject[]> {
  if (mixed === undefined) return pods;
  const { side, file } = mixed;
  const pod = pods[side === 'base' ? 'head' : 'base'][0];
  const { rulesets, diagnostics } = readSideRules(sides[side], file, places[side].host);
  found.push(...diagnostics);
  if (pod === undefined) return pods;
  const name = file.source.file;
  return { ...pods, [side]: [{ name, file: name, rulesets, host: pod.host, profile: pod.profile, key: `${side} ${name}` }] };
}

/** None where one side cannot be used. */
function readRulePair(
  { sides, places, where }: SubjectsQuestion,
  pair: Sides<Recognised>,
  found: Diagnostic[],
): readonly Sides<DiffSubject>[] {
  const read = (side: Side) => {
    const { rulesets, diagnostics } = readSideRules(sides[side], pair[side], places[side].host);
    found.push(...diagnostics);
    const { file } = pair[side].source;
    const given = sides[side].rules.applied === undefined ? places[side] : withAppliedSets(places[side], rulesets);
    return { usable: !diagnostics.some(isError), side: { name: file, file, rulesets, given } };
  };
  const [base, head] = [read('base'), read('head')];
  return base.usable && head.usable ? [rulePair({ base: base.side, head: head.side }, where)] : [];
}

/** Commands start with the sets of a given host, and leave them as they are beside the rules. */
function withAppliedSets(given: GivenPlace, rulesets: readonly Ruleset[]): GivenPlace {
  const sets = Object.entries(rulesets[0]?.around?.sets ?? {});
  return given.host === undefined || sets.length === 0 ? given : { ...given, host: { ...given.host, sets: new Map(sets) } };
}
