/** Manifests and mesh configuration, read, to pods and the world that they are asked about in. */

import { judgeKey } from '../../istio/names/judgeKey.ts';
import type { Version } from '../../istio/settings/version.ts';
import { type Manifests, manifestsIn } from '../../kubernetes/manifest/manifests.ts';
import { type Document, openLists, type ReadNested } from '../../kubernetes/yaml/node.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { agentParts } from '../configuration/agent.ts';
import { istiodParts } from '../configuration/istiod.ts';
import { readMeshConfiguration } from '../configuration/mesh.ts';
import type { Approach } from '../facts/approach.ts';
import { backendPart } from '../facts/backend.ts';
import type { EnrolWorld } from '../facts/facts.ts';
import { unreadValueKeys } from '../knownNames/valueKeys.ts';
import { installedApproach, installedVersion, operatedVersions } from './installed.ts';
import { kubeletResolvers } from './kubeletResolvers.ts';

export interface WorldInput {
  readonly manifests: readonly Document[];
  /** mesh configuration, before which that among the manifests counts for nothing */
  readonly values: readonly Document[];
  readonly readNested: ReadNested;
  /** absent: as the mesh is installed */
  readonly approach?: Approach | undefined;
  /** absent: the one that is installed, or else the newest */
  readonly version?: Version | undefined;
  /** rules of nftables, or of iptables; absent: as the mesh is told */
  readonly native?: boolean | undefined;
  /** minor version of Kubernetes 1; absent: as the nodes say, or else a usual one */
  readonly kubernetes?: number | undefined;
  /** of resolv.conf; absent: as the cluster's objects say, or else the usual one */
  readonly nameservers?: readonly string[] | undefined;
  /** of the pods; absent: as their status says */
  readonly addresses?: readonly string[] | undefined;
}

export interface PodWorld {
  readonly manifests: Manifests;
  readonly world: EnrolWorld & { readonly version: Version };
  readonly diagnostics: readonly Diagnostic[];
}

export function readWorld({ manifests: documents, values, readNested, approach, version, kubernetes, ...given }: WorldInput): PodWorld {
  const manifests = withAddresses(manifestsIn(documents), given.addresses);
  const { namespaces, attachments, proxyConfigs, sidecars, nodes, resolvers, tags, configuration } = manifests;
  const operated = operatedVersions([...configuration, ...values.flatMap(openLists)]);
  const own = version ?? (operated.length > 0 ? installedVersion(operated, []).version : undefined);
  const written = readMeshConfiguration({ given: values, objects: configuration, readNested, ...(own !== undefined && { version: own }) });
  // what is to be installed counts before what runs
  const agent = agentParts(manifests.pods);
  const said = values.length === 0 ? [...agent, ...written.values] : [...written.values, ...agent];
  const mesh = { ...written, values: [...said, ...istiodParts(manifests.pods)] };
  const { diagnostics: ofVersion, ...installed } = installedVersion([...operated, ...mesh.versions], manifests.pods);
  const targeted = version ?? installed.version;
  return {
    // an answer from the defaults would look like any other
    manifests: mesh.diagnostics.some(isError) ? { ...manifests, pods: [] } : manifests,
    world: {
      ...(approach === undefined ? installedApproach(mesh) : { approach, approachBy: 'option' }),
      ...(version === undefined ? installed : { version, versionBy: 'option' }),
      namespaces,
      attachments,
      proxyConfigs,
      sidecars,
      ...(kubernetes !== undefined && { kubernetes }),
      nodes,
      ...(given.nameservers !== undefined && { nameservers: given.nameservers }),
      resolvers: [...resolvers, ...kubeletResolvers(configuration, readNested)],
      tags,
      mesh: given.native === undefined ? mesh : { ...mesh, values: [backendPart(given.native), ...mesh.values] },
      readNested,
    },
    diagnostics: [
      ...manifests.diagnostics,
      ...unreadKeys(manifests, targeted),
      ...unreadValueKeys([...configuration, ...values], targeted),
      ...mesh.diagnostics,
      ...(version === undefined ? ofVersion : []),
    ],
  };
}

function withAddresses(manifests: Manifests, addresses: readonly string[] | undefined): Manifests {
  return addresses === undefined ? manifests : { ...manifests, pods: manifests.pods.map((pod) => ({ ...pod, addresses })) };
}

/** Of objects that are no pods: those of pods are claims about them. */
function unreadKeys({ keys }: Manifests, version: Version): readonly Diagnostic[] {
  return keys.flatMap(({ source, span, ...key }): Diagnostic[] => {
    const problem = judgeKey(key, version);
    return problem === undefined ? [] : [{ kind: 'warning', ...problem, source, span }];
  });
}
