/** The pods of one side, ready to be compared. */
import { enrol } from '../../injection/enrol/enrol.ts';
import { refusals } from '../../injection/world/refusals.ts';
import type { Pod } from '../../kubernetes/manifest/pod.ts';
import { type DiffSubject, podSubject } from '../../pods/compareSubjects.ts';
import { type PodMemory, renderPod } from '../../pods/renderedPod.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import type { Call } from '../argv/command.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { loadPods } from '../input/loadPods.ts';
import { DEFAULT_POD } from './defaultPod.ts';
import { annotationsOf, type Side } from './side.ts';

export interface PodFiles {
  readonly side: Side;
  readonly files: readonly string[];
  readonly memory: PodMemory;
}

export interface ReadPods {
  readonly subjects: readonly DiffSubject[];
  readonly notes: readonly string[];
}

/** Undefined when something cannot be used, which has been said. A pod that does not start on the base is no error any more. */
export async function readPods(call: Call, { side, files, memory }: PodFiles): Promise<ReadPods | undefined> {
  if (files.length === 0) return { subjects: [], notes: [] };
  const added = await annotationsOf(call, side);
  const loaded = added === undefined ? undefined : await loadPods(call, files);
  if (added === undefined || loaded === undefined) return undefined;
  const wrong: Diagnostic[] = [...loaded.diagnostics];
  const subjects: DiffSubject[] = [];
  const notes: string[] = [];
  for (const pod of loaded.manifests.pods) {
    const enrolment = enrol(annotated(pod, added, side), loaded.world);
    const rendered = renderPod(enrolment, memory);
    const found = [...refusals(enrolment), ...rendered.rules.diagnostics, ...rendered.diagnostics.filter(isError)];
    const refused = found.find(isError);
    if (side === 'base' && refused !== undefined)
      notes.push(`${pod.kind} ${pod.namespace}/${pod.name} does not start on the base: ${refused.message}`);
    else wrong.push(...found);
    if (refused !== undefined) continue;
    subjects.push(podSubject(rendered));
    if (pod.place.source.file !== DEFAULT_POD) notes.push(...enrolment.facts.assumptions, ...rendered.rules.assumptions);
  }
  await showDiagnostics(call, wrong);
  return wrong.some(isError) ? undefined : { subjects, notes: [...new Set(notes)] };
}

function annotated(pod: Pod, added: ReadonlyMap<string, string>, side: Side): Pod {
  if (added.size === 0) return pod;
  const annotations = new Map(pod.annotations);
  for (const [key, value] of added) {
    const source = { file: `--${side}-annotation`, text: `${key}=${value}` };
    annotations.set(key, { value, source, span: { start: 0, end: source.text.length } });
  }
  return { ...pod, annotations };
}
