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
import type { HostDescription } from '../../mesh/defaultHost.ts';
import type { Family } from '../../packet/address.ts';
import { resolve } from '../../ruleset/resolve.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { type Diagnostic, isError } from '../../syntax/diagnostic.ts';
import { parseRules } from '../../syntax/parse.ts';
import type { Source } from '../../syntax/source.ts';
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
  const known: Known = { rules: new Map(), hosts: new Map() };
  const scenes = loaded.manifests.pods.map((pod) => {
    const enrolment = enrol(pod, loaded.world);
    const rules = podRules(enrolment);
    const made = sceneOf(enrolment, rules, known);
    diagnostics.push(...refusals(enrolment), ...rules.diagnostics, ...made.diagnostics.filter(isError));
    return made.scene;
  });
  return { scenes, diagnostics };
}

function sceneOf(
  enrolment: Enrolment,
  rules: PodRules,
  known: Known,
): { readonly scene: PodScene; readonly diagnostics: readonly Diagnostic[] } {
  const { facts, verdict, taken } = enrolment;
  const { pod } = facts;
  const text = rules.rendered === undefined ? '' : rulesText(rules.rendered);
  // `deploy.yaml#web:17` is a line of what was rendered for web
  const source = { file: `${pod.place.source.file}#${pod.name}`, text };
  const { rulesets, diagnostics } = once(known.rules, text, () => readRules(source));
  const description = podHost(facts, transparentPorts(rulesets));
  const host = once(known.hosts, JSON.stringify(description), () => readPodHost(description));
  const meant = taken.some(({ stage }) => ['init container', 'multus', 'cni plugin'].includes(stage));
  const inMesh = verdict === 'captured' || (meant && taken.at(-1)?.step.id !== 'interception-none');
  return {
    scene: {
      enrolment,
      rules,
      findings: checkPod(enrolment, rules),
      rulesets: rulesets.map((ruleset) => ({ ...ruleset, source })),
      host,
      profile: profileOfPod(facts).name,
      inMesh,
      families: pod.addresses.some((address) => address.includes(':')) ? [4, 6] : [4],
    },
    diagnostics: diagnostics.map((one) => ({ ...one, source })),
  };
}

/** What many pods have in common, read once. */
interface Known {
  readonly rules: Map<string, ReadRules>;
  readonly hosts: Map<string, Host>;
}

interface ReadRules {
  readonly rulesets: readonly Ruleset[];
  readonly diagnostics: readonly Diagnostic[];
}

function once<T>(known: Map<string, T>, key: string, make: () => T): T {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/** Without rules: a ruleset without tables. */
function readRules(source: Source): ReadRules {
  if (source.text === '') {
    return {
      rulesets: [{ family: 4, source, tables: new Map(), usesConntrack: false, usesDefrag: false, hasOpaqueTarget: false }],
      diagnostics: [],
    };
  }
  const { rulesets, diagnostics } = parseRules(source);
  const resolved = rulesets.map((node) => resolve(node));
  return {
    rulesets: resolved.flatMap(({ ruleset }) => ruleset ?? []),
    diagnostics: [...diagnostics, ...resolved.flatMap((one) => one.diagnostics)],
  };
}

function readPodHost(description: HostDescription): Host {
  const { host, problems } = readHost(description);
  invariant(host !== undefined, `the host of a pod is wrong: ${problems.join('; ')}`);
  return host;
}
