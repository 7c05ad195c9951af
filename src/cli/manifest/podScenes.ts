/** The pods of manifests, ready to be asked: their rules, and the host around them. */
import type { Host } from '../../host/host.ts';
import { readHost } from '../../host/readHost.ts';
import { type Enrolment, enrol } from '../../istio/enrol/enrol.ts';
import type { PodFinding } from '../../istio/podChecks/check.ts';
import { checkPod } from '../../istio/podChecks/checks.ts';
import { podHost, profileOfPod } from '../../istio/podRules/podHost.ts';
import { type PodRules, podRules } from '../../istio/podRules/podRules.ts';
import { transparentPorts } from '../../journey/setting.ts';
import { invariant } from '../../lib/invariant.ts';
import type { Family } from '../../packet/address.ts';
import { resolve } from '../../ruleset/resolve.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { type Diagnostic, isError } from '../../syntax/diagnostic.ts';
import { parseRules } from '../../syntax/parse.ts';
import type { Call } from '../command.ts';
import { rulesText } from '../rulesText.ts';
import { type LoadedPods, loadPods } from './loadPods.ts';
import { refusals } from './refusals.ts';

export interface PodScene {
  readonly enrolment: Enrolment;
  readonly rules: PodRules;
  /** claims about its fields and settings that do not hold */
  readonly findings: readonly PodFinding[];
  readonly rulesets: readonly Ruleset[];
  readonly host: Host;
  readonly profile: string;
  /** a proxy runs there, and traffic is meant to be captured */
  readonly inMesh: boolean;
  readonly families: readonly Family[];
}

export interface PodScenes {
  readonly scenes: readonly PodScene[];
  readonly loaded: LoadedPods;
  readonly diagnostics: readonly Diagnostic[];
}

/** Undefined when a file or an option cannot be read, which has been said. */
export async function loadScenes(call: Call, files: readonly string[]): Promise<PodScenes | undefined> {
  const loaded = await loadPods(call, files);
  if (loaded === undefined) return undefined;
  const { scenes, diagnostics } = scenesOf(loaded);
  return { scenes, loaded, diagnostics: [...loaded.diagnostics, ...diagnostics] };
}

/** `diagnostics`: of the pods' settings and rules. */
export function scenesOf(loaded: LoadedPods): Pick<PodScenes, 'scenes' | 'diagnostics'> {
  const diagnostics: Diagnostic[] = [];
  const scenes = loaded.manifests.pods.map((pod) => {
    const enrolment = enrol(pod, loaded.world);
    const rules = podRules(enrolment);
    const made = sceneOf(enrolment, rules);
    diagnostics.push(...refusals(enrolment), ...rules.diagnostics, ...made.diagnostics.filter(isError));
    return made.scene;
  });
  return { scenes, diagnostics };
}

function sceneOf(enrolment: Enrolment, rules: PodRules): { readonly scene: PodScene; readonly diagnostics: readonly Diagnostic[] } {
  const { facts, verdict, taken } = enrolment;
  const { pod } = facts;
  const text = rules.rendered === undefined ? '' : rulesText(rules.rendered);
  // `deploy.yaml#web:17` is a line of what was rendered for web
  const source = { file: `${pod.place.source.file}#${pod.name}`, text };
  const parsed = text === '' ? { rulesets: [], diagnostics: [] } : parseRules(source);
  const resolved = parsed.rulesets.map((node) => resolve(node));
  const rulesets = resolved.flatMap(({ ruleset }) => ruleset ?? []);
  const { host, problems } = readHost(podHost(facts, transparentPorts(rulesets)));
  invariant(host !== undefined, `the host of a pod is wrong: ${problems.join('; ')}`);
  const meant = taken.some(({ stage }) => ['init container', 'multus', 'cni plugin'].includes(stage));
  const inMesh = verdict === 'captured' || (meant && taken.at(-1)?.step.id !== 'interception-none');
  const empty: Ruleset = { family: 4, source, tables: new Map(), usesConntrack: false, usesDefrag: false, hasOpaqueTarget: false };
  return {
    scene: {
      enrolment,
      rules,
      findings: checkPod(enrolment, rules),
      rulesets: rulesets.length === 0 ? [empty] : rulesets,
      host,
      profile: profileOfPod(facts).name,
      inMesh,
      families: pod.addresses.some((address) => address.includes(':')) ? [4, 6] : [4],
    },
    diagnostics: [...parsed.diagnostics, ...resolved.flatMap((one) => one.diagnostics)],
  };
}
