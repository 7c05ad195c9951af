/** A pod ready to be asked: its rules as the kernel would have them, and the host around them. What many pods have in common is made once. */

import type { Host } from '../host/host.ts';
import { readHost } from '../host/readHost.ts';
import type { Enrolment } from '../injection/enrol/enrol.ts';
import { wantsNoRules } from '../injection/enrol/injection.ts';
import { type OtherMesh, otherMesh, saidOf } from '../injection/facts/otherMesh.ts';
import { familiesOfAddresses, podHost, profileOfPod } from '../injection/podRules/podHost.ts';
import { type PodRules, podRules, renderSettings } from '../injection/podRules/podRules.ts';
import type { PodSetting } from '../injection/podRules/podSetting.ts';
import { rulesText } from '../istio/render/rulesText.ts';
import { invariant } from '../lib/invariant.ts';
import type { MeshName } from '../mesh/names.ts';
import type { Family } from '../packet/address.ts';
import type { WhileInit } from '../prove/proof/podQuestions.ts';
import { emptyRuleset } from '../ruleset/emptyRuleset.ts';
import { type ReadRules, readRules } from '../ruleset/readRules.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import { transparentPorts } from '../ruleset/transparentPorts.ts';
import type { Diagnostic } from '../syntax/text/diagnostic.ts';
import type { Source } from '../syntax/text/source.ts';
import { emptyMemory, type Numbered, type PodMemory } from './podMemory.ts';

export interface RenderedPod {
  readonly enrolment: Enrolment;
  readonly rules: PodRules;
  readonly rulesets: readonly Ruleset[];
  readonly host: Host;
  readonly profile: MeshName;
  /** a proxy runs there, and traffic is meant to be captured */
  readonly inMesh: boolean;
  /** its rules are another mesh's, and not known: nothing about them can be answered */
  readonly otherMesh?: OtherMesh;
  readonly families: readonly Family[];
  /** as it is while init containers run */
  readonly whileInit?: WhileInit;
  /** of the rules as text; not of the settings */
  readonly diagnostics: readonly Diagnostic[];
  /** equal for pods of which everything above is equal that a packet could notice */
  readonly key: string;
}

export function renderPod(enrolment: Enrolment, memory: PodMemory = emptyMemory()): RenderedPod {
  return withRules(enrolment, podRules(enrolment), memory);
}

/** The pod if these settings followed for it. */
export function renderPodWith({ enrolment }: RenderedPod, settings: readonly PodSetting[], memory: PodMemory): RenderedPod {
  return withRules(enrolment, { ...renderSettings(enrolment.facts, settings), settings }, memory);
}

function withRules(enrolment: Enrolment, rules: PodRules, memory: PodMemory): RenderedPod {
  const { facts, verdict, taken } = enrolment;
  const { pod } = facts;
  const text = rules.rendered === undefined ? '' : rulesText(rules.rendered);
  // `deploy.yaml#web:17` is a line of what was rendered for web
  const source: Source = { file: `${pod.place.source.file}#${pod.name}`, text, rendered: true };
  const read = once(memory.rules, text, () => rulesOf(source));
  const description = podHost(facts, transparentPorts(read.value.rulesets));
  const host = once(memory.hosts, JSON.stringify(description), () => readPodHost(description));
  const meant = !wantsNoRules(pod) && taken.some(({ stage }) => ['init container', 'multus', 'cni plugin'].includes(stage));
  const other = otherMesh(facts);
  const inMesh = other === undefined && (verdict === 'captured' || (meant && taken.at(-1)?.step.id !== 'interception-none'));
  const profile = profileOfPod(facts).name;
  const families: readonly Family[] = pod.addresses.length === 0 ? [4] : familiesOfAddresses(pod);
  return {
    enrolment,
    rules,
    rulesets: read.value.rulesets.filter(isMet(rules, families)).map((ruleset) => ({ ...ruleset, source })),
    host: host.value,
    profile,
    inMesh,
    ...(other !== undefined && { otherMesh: other }),
    families,
    diagnostics: read.value.diagnostics.map((one) => ({ ...one, source })),
    key: `${read.id} ${host.id} ${profile} ${inMesh} ${families}${other === undefined ? '' : ` ${saidOf(facts)}`}`,
  };
}

/** A table of nftables is of both families; a pod without an address of one sends and gets none of its packets. */
function isMet({ rendered }: PodRules, families: readonly Family[]): (ruleset: Ruleset) => boolean {
  return ({ family }) => rendered?.nft === undefined || families.includes(family);
}

function once<T>(known: Map<string, Numbered<T>>, key: string, make: () => T): Numbered<T> {
  const numbered = known.get(key) ?? { id: known.size, value: make() };
  known.set(key, numbered);
  return numbered;
}

/** Without rules: a ruleset without tables. */
function rulesOf(source: Source): ReadRules {
  if (source.text === '') {
    return { rulesets: [emptyRuleset(4, source)], diagnostics: [] };
  }
  return readRules(source);
}

function readPodHost(description: Parameters<typeof readHost>[0]): Host {
  const { host, problems } = readHost(description);
  invariant(host !== undefined, `the host of a pod is wrong: ${problems.join('; ')}`);
  return host;
}
