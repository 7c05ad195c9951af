/** The pods of one side, ready to be compared. */
import { enrol } from '../../injection/enrol/enrol.ts';
import { checkPod } from '../../injection/podChecks/checks.ts';
import { keyWarnings } from '../../injection/podChecks/knownKey.ts';
import { podAssumptions } from '../../injection/podRules/podAssumptions.ts';
import { refusals } from '../../injection/world/refusals.ts';
import type { MetadataKey } from '../../kubernetes/manifest/objectKeys.ts';
import type { Pod } from '../../kubernetes/manifest/pod.ts';
import { assumptionTexts } from '../../mesh/assumption.ts';
import { comparedPod, type DiffSubject } from '../../pods/compareSubjects.ts';
import type { PodMemory } from '../../pods/podMemory.ts';
import { renderPod } from '../../pods/renderedPod.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { type PodTexts, readPodTexts } from '../load/podTexts.ts';
import { DEFAULT_POD } from './defaultPod.ts';
import type { Side } from './side.ts';

export interface PodsQuestion {
  readonly side: Side;
  readonly pods: PodTexts;
  /** that each pod has besides those of its manifest */
  readonly annotations: ReadonlyMap<string, string>;
  readonly memory: PodMemory;
}

export interface SidePods {
  /** not those that do not start */
  readonly subjects: readonly DiffSubject[];
  readonly notes: readonly string[];
  /** what the rules of the pods assume */
  readonly assumed: readonly string[];
  /** that a pod does not start on the base is no longer an error */
  readonly diagnostics: readonly Diagnostic[];
}

export function readSidePods({ side, pods, annotations, memory }: PodsQuestion): SidePods {
  const { manifests, world, diagnostics } = readPodTexts(pods);
  const wrong: Diagnostic[] = [...diagnostics];
  const subjects: DiffSubject[] = [];
  const notes: string[] = [];
  const assumed: string[] = [];
  for (const pod of manifests.pods) {
    const enrolment = enrol(annotated(pod, annotations, side), world);
    const rendered = renderPod(enrolment, memory);
    const found = [
      ...refusals(enrolment),
      ...rendered.rules.diagnostics,
      ...rendered.diagnostics.filter(isError),
      ...keyWarnings(checkPod(enrolment, rendered.rules)),
    ];
    const refused = found.find(isError);
    if (side === 'base' && refused !== undefined)
      notes.push(`${pod.kind} ${pod.namespace}/${pod.name} does not start on the base: ${refused.message}`);
    else wrong.push(...found);
    if (refused !== undefined) continue;
    subjects.push(comparedPod(rendered));
    if (pod.place.source !== DEFAULT_POD) assumed.push(...assumptionTexts(podAssumptions(enrolment, rendered.rules)));
  }
  return { subjects, notes: [...new Set(notes)], assumed: [...new Set(assumed)], diagnostics: wrong };
}

function annotated(pod: Pod, added: ReadonlyMap<string, string>, side: Side): Pod {
  if (added.size === 0) return pod;
  const annotations = new Map(pod.annotations);
  const keys: MetadataKey[] = [...pod.keys];
  for (const [key, value] of added) {
    const source = { file: `--${side}-annotation`, text: `${key}=${value}` };
    const place = { source, span: { start: 0, end: source.text.length } };
    annotations.set(key, { value, ...place });
    keys.push({ name: key, side: 'annotation', kind: 'Pod', value, ...place });
  }
  return { ...pod, annotations, keys };
}
