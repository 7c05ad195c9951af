/** Manifests in a test: YAML to pods and to answers. */

import { nestedReader, readYaml } from '../../../src/cli/input/yaml.ts';
import { readMeshConfiguration } from '../../../src/injection/configuration/mesh.ts';
import { type Enrolment, enrol } from '../../../src/injection/enrol/enrol.ts';
import type { Approach } from '../../../src/injection/facts/approach.ts';
import { parseVersion } from '../../../src/istio/settings/version.ts';
import { type Manifests, manifestsIn } from '../../../src/kubernetes/manifest/manifests.ts';
import { positionOf } from '../../../src/report/text/positions.ts';
import type { Diagnostic } from '../../../src/syntax/text/diagnostic.ts';

export async function readPods(text: string, file = 'deploy.yaml'): Promise<Manifests> {
  const { documents, diagnostics } = await readYaml({ file, text });
  const manifests = manifestsIn(documents);
  return { ...manifests, diagnostics: [...diagnostics, ...manifests.diagnostics] };
}

export interface Question {
  readonly pods: string;
  readonly approach: Approach;
  readonly values?: string;
  readonly istio?: string;
  /** minor version of Kubernetes 1 */
  readonly kubernetes?: number;
}

export async function enrolAll({ pods, approach, values = '', istio = '1.31', kubernetes = 32 }: Question): Promise<readonly Enrolment[]> {
  const manifests = await readPods(pods);
  const readNested = await nestedReader();
  const given = (await readYaml({ file: 'values.yaml', text: values })).documents;
  const version = parseVersion(istio);
  const mesh = readMeshConfiguration({ given, objects: manifests.configuration, readNested, ...(version !== undefined && { version }) });
  const world = { ...manifests, approach, mesh, readNested, kubernetes, ...(version === undefined ? {} : { version }) };
  return manifests.pods.map((pod) => enrol(pod, world));
}

/** `deploy.yaml:3:7: message` */
export function saying(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map((one) => {
    const { line, column } = positionOf(one);
    return `${one.source.file}:${line}:${column}: ${one.message}`;
  });
}
