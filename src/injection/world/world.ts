/** Manifests and mesh configuration, read, to pods and the world that they are asked about in. */

import { judgeKey } from '../../istio/names/judgeKey.ts';
import { LATEST, parseVersion, type Version, versionName } from '../../istio/settings/version.ts';
import { type Manifests, manifestsIn } from '../../kubernetes/manifest/manifests.ts';
import { at, type Document, openLists, type ReadNested, stringAt } from '../../kubernetes/yaml/node.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import type { WrittenVersion } from '../carriers/parts.ts';
import { istiodParts } from '../configuration/istiod.ts';
import { type MeshConfiguration, plainVersion, readMeshConfiguration, valueAt } from '../configuration/mesh.ts';
import type { Approach, EnrolWorld } from '../facts/facts.ts';

export interface WorldInput {
  readonly manifests: readonly Document[];
  /** mesh configuration, before which that among the manifests counts for nothing */
  readonly values: readonly Document[];
  readonly readNested: ReadNested;
  /** absent: as the mesh is installed */
  readonly approach?: Approach | undefined;
  /** absent: the one that is installed, or else the newest */
  readonly version?: Version | undefined;
  /** minor version of Kubernetes 1; absent: as the nodes say, or else a usual one */
  readonly kubernetes?: number | undefined;
}

export interface PodWorld {
  readonly manifests: Manifests;
  readonly world: EnrolWorld & { readonly version: Version };
  readonly diagnostics: readonly Diagnostic[];
}

export function readWorld({ manifests: documents, values, readNested, approach, version, kubernetes }: WorldInput): PodWorld {
  const manifests = manifestsIn(documents);
  const { namespaces, attachments, proxyConfigs, nodes, tags, configuration } = manifests;
  const operated = operatedVersions([...configuration, ...values.flatMap(openLists)]);
  const own = version ?? (operated.length > 0 ? installedVersion(operated).version : undefined);
  const written = readMeshConfiguration({ given: values, objects: configuration, readNested, ...(own !== undefined && { version: own }) });
  // what somebody is about to install counts before what runs
  const mesh = { ...written, values: [...written.values, ...istiodParts(manifests.pods)] };
  const installed = version === undefined ? installedVersion([...operated, ...mesh.versions]) : { version, diagnostics: [] };
  return {
    // an answer from the defaults would look like any other
    manifests: mesh.diagnostics.some(isError) ? { ...manifests, pods: [] } : manifests,
    world: {
      approach: approach ?? approachOf(mesh),
      version: installed.version,
      namespaces,
      attachments,
      proxyConfigs,
      ...(kubernetes !== undefined && { kubernetes }),
      nodes,
      tags,
      mesh,
      readNested,
    },
    diagnostics: [...manifests.diagnostics, ...unreadKeys(manifests, installed.version), ...mesh.diagnostics, ...installed.diagnostics],
  };
}

/** Of objects that are no pods: those of pods are claims about them. */
function unreadKeys({ keys }: Manifests, version: Version): readonly Diagnostic[] {
  return keys.flatMap(({ source, span, ...key }): Diagnostic[] => {
    const problem = judgeKey(key, version);
    return problem === undefined ? [] : [{ kind: 'warning', ...problem, source, span }];
  });
}

function approachOf(mesh: MeshConfiguration): Approach {
  const on = (...paths: readonly string[]) => valueAt(mesh, ...paths)?.value === 'true';
  if (valueAt(mesh, 'pilot.cni.provider', 'istio_cni.provider')?.value === 'multus') return 'multus';
  return on('pilot.cni.enabled', 'istio_cni.enabled', 'components.cni.enabled') ? 'cni' : 'init';
}

/** What the Sail operator installs: `spec.version: v1.24.2`. */
function operatedVersions(objects: readonly Document[]): readonly WrittenVersion[] {
  return objects.flatMap(({ source, root }) => {
    const version = at(root, 'spec', 'version');
    const operated = ['Istio', 'IstioRevision'].includes(stringAt(root, 'kind') ?? '');
    return operated && version?.kind === 'scalar' ? [{ text: String(version.value), source, span: version.span }] : [];
  });
}

/** Of operators and of charts. */
function installedVersion(said: readonly WrittenVersion[]): { readonly version: Version; readonly diagnostics: readonly Diagnostic[] } {
  const [first] = said;
  if (first === undefined) return { version: LATEST, diagnostics: [] };
  const read = (text: string) => parseVersion(plainVersion(text));
  const version = read(first.text);
  const others = said.filter(({ text }) => read(text)?.minor !== version?.minor);
  if (version !== undefined && others.length === 0) return { version, diagnostics: [] };
  const message =
    version === undefined
      ? `the rules of Istio \`${first.text}\` are not known: those of ${versionName(LATEST)} are taken`
      : `more than one version of Istio is installed: rules are those of ${versionName(version)}`;
  const { source, span } = version === undefined ? first : (others[0] ?? first);
  const help = 'say another with --istio';
  return { version: version ?? LATEST, diagnostics: [{ kind: 'warning', message, source, span, help }] };
}
