/** What in the files breaks a claim, by experiment: the pod is rendered and checked again as if it had not been written.
 *  A witness is tried by itself: its fate has to change back. */
import type { MeshConfiguration } from '../injection/configuration/mesh.ts';
import { enrolWith } from '../injection/enrol/enrol.ts';
import { type Causes, causesOf } from '../injection/podRules/causes.ts';
import { likenessOf } from '../injection/podRules/likeness.ts';
import { type WrittenSetting, writtenSettings } from '../injection/podRules/written.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import { and, equals, NEVER } from '../netfilter/matchExpr.ts';
import type { Family } from '../packet/address.ts';
import { packetText } from '../packet/notation.ts';
import type { Packet } from '../packet/packet.ts';
import { initPhaseReachable } from '../prove/claims/initPhaseReachable.ts';
import type { VerifyOptions } from '../prove/judge/verifyRules.ts';
import type { Finding } from '../prove/proof/finding.ts';
import type { SettingCauses } from '../prove/proof/settingCauses.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import { inInitPhase } from './initPhase.ts';
import type { PodMemory } from './podMemory.ts';
import { type RenderedPod, renderPod } from './renderedPod.ts';
import { verifyPod } from './verifyPod.ts';

export interface CauseMemory extends PodMemory {
  /** whether a claim still breaks, by pod and question */
  readonly verdicts: Map<string, boolean>;
  /** causes found for a pod, by everything they could follow from */
  readonly alike: Map<MeshConfiguration, Map<string, ReadonlyMap<Finding, Causes<number>>>>;
}

/** For pods of one set of files and options. */
export function causeMemory(memory: PodMemory): CauseMemory {
  return { ...memory, verdicts: new Map(), alike: new Map() };
}

export interface CauseQuestion {
  readonly memory: CauseMemory;
  readonly options: VerifyOptions;
}

/** Of the findings that are violated those that do not come from defaults alone. Pods that are alike have causes that are alike. */
export function causesOfFindings(
  pod: RenderedPod,
  findings: readonly Finding[],
  question: CauseQuestion,
): ReadonlyMap<Finding, SettingCauses> {
  const violated = findings.filter(({ verdict }) => verdict === 'violated');
  if (violated.length === 0) return NONE;
  const { enrolment, rules, key } = pod;
  if (enrolment.verdict !== 'captured') {
    const step = decidingStep(pod);
    return step === undefined ? NONE : new Map(violated.map((finding) => [finding, { settings: [step] }]));
  }
  const alike = ofMesh(question.memory, enrolment.facts.mesh);
  const likeness = `${key} ${likenessOf(enrolment.facts)}`;
  const known = alike.get(likeness);
  if (known?.size === 0) return NONE;
  const written = writtenSettings(enrolment.facts, rules.settings);
  const found = known ?? experiment(pod, { violated, written, question });
  alike.set(likeness, found);
  return new Map(
    [...found].map(([finding, { settings, enough }]) => [finding, { settings: settings.flatMap((index) => written[index] ?? []), enough }]),
  );
}

function ofMesh({ alike }: CauseMemory, mesh: MeshConfiguration): Map<string, ReadonlyMap<Finding, Causes<number>>> {
  const known = alike.get(mesh) ?? new Map<string, ReadonlyMap<Finding, Causes<number>>>();
  alike.set(mesh, known);
  return known;
}

const NONE: ReadonlyMap<Finding, SettingCauses> = new Map();

interface Question {
  readonly violated: readonly Finding[];
  readonly written: readonly WrittenSetting[];
  readonly question: CauseQuestion;
}

/** Causes as positions among the written settings. */
function experiment(pod: RenderedPod, { violated, written, question }: Question): ReadonlyMap<Finding, Causes<number>> {
  const otherwise = worldsWithout(pod, question);
  const causes = new Map<Finding, Causes<number>>();
  if (otherwise(written).key === pod.key) return causes;
  for (const finding of violated) {
    const found = causesOf(written, (without) => isGone(finding, { before: pod, pod: otherwise(without) }, question));
    if (found === undefined) continue;
    causes.set(finding, { settings: atDifferentPlaces(found.settings).map((one) => written.indexOf(one)), enough: found.enough });
  }
  return causes;
}

/** For a pod that is not captured: the label or annotation that decided so. */
function decidingStep({ enrolment: { taken } }: RenderedPod): WrittenSetting | undefined {
  const last = taken.at(-1);
  if (last?.answer.at === undefined) return undefined;
  const { source, span } = last.answer.at;
  return { setting: last.step.id, value: last.answer.because, from: last.stage, place: { source, span }, without: (facts) => facts };
}

function worldsWithout(
  { enrolment, whileInit }: RenderedPod,
  { memory }: CauseQuestion,
): (without: readonly WrittenSetting[]) => RenderedPod {
  const known = new Map<string, RenderedPod>();
  return (without) => {
    const key = without.map(({ setting, from, place }) => `${from} ${setting} ${place.span.start}`).join();
    const facts = () => without.reduce((before, one) => one.without(before), enrolment.facts);
    const pod = known.get(key) ?? inPhase(renderPod(enrolWith(facts()), memory), whileInit);
    known.set(key, pod);
    return pod;
  };
}

function inPhase(pod: RenderedPod, whileInit: RenderedPod['whileInit']): RenderedPod {
  return whileInit === undefined ? pod : inInitPhase(pod);
}

interface Experiment {
  readonly before: RenderedPod;
  readonly pod: RenderedPod;
}

/** A pod that is not captured any more, or that Istio refuses, keeps no promise: that is not a way out. */
function isGone(finding: Finding, { before, pod }: Experiment, { memory, options }: CauseQuestion): boolean {
  if (pod.enrolment.verdict !== 'captured' || pod.rules.rendered === undefined) return false;
  // what changes neither rules nor host changes no verdict
  if (pod.key === before.key) return false;
  const { claim, level, family, witness, blame } = finding;
  // a claim that does not apply yet is not fixed by that
  if (claim !== initPhaseReachable.id && pod.whileInit?.phase !== before.whileInit?.phase) return false;
  const [rule] = blame;
  if (witness === undefined && rule !== undefined) {
    if (countOf(rule, pod, family) < countOf(rule, before, family)) return true;
    // of a hint, only what writes the rule is its cause: a proof for each setting costs more than it tells
    if (level === 'info') return false;
  }
  const key = `${pod.key} ${claim} ${family} ${witness === undefined ? '' : packetText(witness.packet)}`;
  const known = memory.verdicts.get(key);
  const broken = known ?? stillBroken(finding, pod, options);
  memory.verdicts.set(key, broken);
  return !broken;
}

/** How often a rule stands in its chain. */
function countOf({ table, chain, text }: Rule, { rulesets }: RenderedPod, family: Family): number {
  const rules =
    rulesets
      .find((one) => one.family === family)
      ?.tables.get(table)
      ?.chains.get(chain)?.rules ?? [];
  return rules.filter((one) => one.text === text).length;
}

function stillBroken({ claim, family, witness }: Finding, pod: RenderedPod, options: VerifyOptions): boolean {
  const where = witness === undefined ? {} : { where: only(witness.packet) };
  const { findings } = verifyPod(pod, { ...options, only: [claim], except: [], ...where });
  return findings.some((one) => one.family === family && (one.verdict === 'violated' || one.verdict === 'undecided'));
}

/** Packets like this one; of those headers that are not here, all. */
function only(packet: Packet): NonNullable<VerifyOptions['where']> {
  const fields = ['proto', 'src', 'dst', 'sport', 'dport', 'flags', 'icmpType', 'uid', 'gid', 'mark'] as const;
  const like: MatchExpr = and(
    ...fields.flatMap((field) => {
      const value = packet[field];
      return value === undefined ? [] : [equals(field, value)];
    }),
  );
  const expr = packet.family === 4 ? { 4: like, 6: NEVER } : { 4: NEVER, 6: like };
  return { dir: packet.dir, expr };
}

/** An argument can be taken back in two ways. */
function atDifferentPlaces(settings: readonly WrittenSetting[]): readonly WrittenSetting[] {
  const places = settings.map(({ setting, place }) => `${setting} ${place.source.file} ${place.span.start}`);
  return settings.filter((_, index) => places.indexOf(places[index] ?? '') === index);
}
