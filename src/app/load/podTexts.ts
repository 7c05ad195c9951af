/** Manifests and mesh configuration, read as trees, to the pods that they make. */
import type { Approach } from '../../injection/facts/approach.ts';
import { type PodWorld, readWorld } from '../../injection/world/world.ts';
import type { Version } from '../../istio/settings/version.ts';
import type { UnreadPod } from '../../kubernetes/manifest/manifests.ts';
import { at, type Document, type ReadNested } from '../../kubernetes/yaml/node.ts';
import { type PodScenes, scenesOf } from '../../pods/scenes.ts';
import { type Diagnostic, isError, stopsAll } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';

/** YAML or JSON that has been parsed, and what is wrong with it. */
export interface ReadTexts {
  readonly sources: readonly Source[];
  readonly documents: readonly Document[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Who writes the rules, and of which version of Istio they are. */
export interface PodReading {
  /** absent: as the mesh is installed */
  readonly mode?: Approach;
  /** absent: the one that is installed, or else the newest */
  readonly version?: Version;
  /** rules of nftables, or of iptables; absent: as the mesh is told */
  readonly native?: boolean;
  /** minor version of Kubernetes 1; absent: as the nodes say, or else a usual one */
  readonly kubernetes?: number;
  /** of resolv.conf; absent: as the cluster's objects say, or else the usual one */
  readonly nameservers?: readonly string[];
  /** of the pods; absent: as their status says */
  readonly addresses?: readonly string[];
}

export interface PodTexts {
  readonly manifests: ReadTexts;
  /** mesh configuration, before which that among the manifests counts for nothing */
  readonly values: ReadTexts;
  readonly readNested: ReadNested;
  readonly reading: PodReading;
}

/** Texts without a pod are an error. Mesh configuration is everybody's: an error in it stops all. */
export function readPodTexts({ manifests, values, readNested, reading: { mode, ...said } }: PodTexts): PodWorld {
  const read = readWorld({ manifests: manifests.documents, values: values.documents, readNested, approach: mode, ...said });
  const ofMesh = values.diagnostics.map(({ ofOneObject: _, ...one }) => one);
  const diagnostics = [...manifests.diagnostics, ...ofMesh, ...read.diagnostics];
  const none = read.manifests.pods.length === 0 && !diagnostics.some(isError);
  const pods = diagnostics.some(stopsAll) ? [] : read.manifests.pods;
  return { ...read, manifests: { ...read.manifests, pods }, diagnostics: none ? [...diagnostics, ...noPod(manifests)] : diagnostics };
}

export interface ReadScenes extends PodScenes {
  /** pods that cannot be asked */
  readonly unread: readonly UnreadPod[];
}

/** The pods with their rules and hosts, ready to be asked. */
export function podScenesOf(texts: PodTexts): ReadScenes {
  const world = readPodTexts(texts);
  const made = scenesOf(world);
  const refused = made.scenes.flatMap((scene) => (scene.refused ? [scene.enrolment.facts.pod] : []));
  return { ...made, unread: [...world.manifests.unread, ...refused], diagnostics: [...world.diagnostics, ...made.diagnostics] };
}

/** At the kind of what is there in place of a pod, or where the first file begins. */
function noPod({ sources, documents }: ReadTexts): readonly Diagnostic[] {
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
  const there = kinds.length === 0 ? 'found no objects' : `found ${[...new Set(kinds)].join(', ')}`;
  return `${there}; a pod is a Pod, or the pod template of a Deployment, StatefulSet, DaemonSet, Job, CronJob or any other kind that has one`;
}
