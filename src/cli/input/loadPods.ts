/** The files and options that every question about pods has: manifests, mesh configuration, mode, version. */
import type { Approach } from '../../injection/facts/facts.ts';
import { type PodWorld, readWorld } from '../../injection/world/world.ts';
import { at, type Document } from '../../kubernetes/yaml/node.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { type Call, listOf, textOf } from '../argv/command.ts';
import { complain } from '../io/messages.ts';
import { readVersion } from './istioVersion.ts';
import { nestedReader, readYaml } from './readYaml.ts';

export type LoadedPods = PodWorld;

/** Undefined when a file or an option cannot be read, which has been said. */
export async function loadPods(call: Call, files: readonly string[]): Promise<LoadedPods | undefined> {
  const asked = await readVersion(call);
  const pods = await readFiles(call, files);
  const values = await readFiles(call, listOf(call.input, 'values'));
  if (asked === undefined || pods === undefined || values === undefined) return undefined;
  const approach = textOf(call.input, 'mode') as Approach | undefined;
  const readNested = await nestedReader();
  const read = readWorld({ manifests: pods.documents, values: values.documents, readNested, approach, version: asked.version });
  const diagnostics = [...pods.diagnostics, ...values.diagnostics, ...read.diagnostics];
  const none = read.manifests.pods.length === 0 && !diagnostics.some(isError);
  return { ...read, diagnostics: none ? [...diagnostics, ...noPod(pods)] : diagnostics };
}

interface ReadFiles {
  readonly sources: readonly Source[];
  readonly documents: readonly Document[];
  readonly diagnostics: readonly Diagnostic[];
}

async function readFiles({ io }: Call, files: readonly string[]): Promise<ReadFiles | undefined> {
  const sources: Source[] = [];
  const documents: Document[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    const content = await io.read(file);
    if ('problem' in content) {
      await complain(io, { message: `cannot read \`${file}\`: ${content.problem}` });
      return undefined;
    }
    const source: Source = { file, text: content.text };
    sources.push(source);
    const read = await readYaml(source);
    documents.push(...read.documents);
    diagnostics.push(...read.diagnostics);
  }
  return { sources, documents, diagnostics };
}

/** At the kind of what is there in place of a pod, or where the first file begins. */
function noPod({ sources, documents }: ReadFiles): readonly Diagnostic[] {
  const [first] = sources;
  const kind = documents[0] && at(documents[0].root, 'kind');
  const source = kind === undefined ? first : documents[0]?.source;
  if (source === undefined) return [];
  const message = `there is no pod in ${sources.map(({ file }) => `\`${file}\``).join(', ')}`;
  return [{ kind: 'malformed', message, source, span: kind?.span ?? { start: 0, end: 1 }, help: found(documents) }];
}

function found(documents: readonly Document[]): string {
  const kinds = documents.flatMap(({ root }) =>
    root.kind === 'map'
      ? root.entries.flatMap(({ key, value }) => (key === 'kind' && value.kind === 'scalar' ? [String(value.value)] : []))
      : [],
  );
  const there = kinds.length === 0 ? 'there is no object at all' : `there is ${[...new Set(kinds)].join(', ')}`;
  return `${there}; a pod is a Pod, or the template of a Deployment, StatefulSet, DaemonSet, ReplicaSet, Job or CronJob`;
}
