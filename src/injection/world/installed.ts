/** Who writes the rules in a mesh, and which version of Istio it is, as files about the mesh say it. */
import { LATEST, parseVersion, versionName } from '../../istio/settings/version.ts';
import type { Pod } from '../../kubernetes/manifest/pod.ts';
import { at, type Document, stringAt } from '../../kubernetes/yaml/node.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { WrittenVersion } from '../carriers/parts.ts';
import { type MeshConfiguration, plainVersion, valueAt } from '../configuration/mesh.ts';
import type { MeshOrigins } from '../facts/origins.ts';
import { shownVersion } from '../facts/shownVersion.ts';

type InstalledApproach = Required<Pick<MeshOrigins, 'approach' | 'approachBy'>>;
type InstalledVersion = Required<Pick<MeshOrigins, 'version' | 'versionBy'>>;

export function installedApproach(mesh: MeshConfiguration): InstalledApproach {
  const on = (...paths: readonly string[]) => valueAt(mesh, ...paths)?.value === 'true';
  if (valueAt(mesh, 'pilot.cni.provider', 'istio_cni.provider')?.value === 'multus') return { approach: 'multus', approachBy: 'files' };
  const isOn = on('pilot.cni.enabled', 'istio_cni.enabled', 'components.cni.enabled');
  // the chart has no plugin unless values say so
  return isOn ? { approach: 'cni', approachBy: 'files' } : { approach: 'init', approachBy: mesh.values.length > 0 ? 'files' : 'default' };
}

/** What the Sail operator installs: `spec.version: v1.24.2`. */
export function operatedVersions(objects: readonly Document[]): readonly WrittenVersion[] {
  return objects.flatMap(({ source, root }) => {
    const version = at(root, 'spec', 'version');
    const operated = ['Istio', 'IstioRevision'].includes(stringAt(root, 'kind') ?? '');
    return operated && version?.kind === 'scalar' ? [{ text: String(version.value), source, span: version.span }] : [];
  });
}

/** Of operators and of charts, or else of istiod itself. */
export function installedVersion(
  said: readonly WrittenVersion[],
  pods: readonly Pod[],
): InstalledVersion & { readonly diagnostics: readonly Diagnostic[] } {
  const [first] = said;
  if (first === undefined) return { ...istiodVersion(pods), diagnostics: [] };
  const read = (text: string) => parseVersion(plainVersion(text));
  const version = read(first.text);
  const others = said.filter(({ text }) => read(text)?.minor !== version?.minor);
  if (version !== undefined && others.length === 0) return { version, versionBy: 'files', diagnostics: [] };
  const message =
    version === undefined
      ? `the rules of Istio \`${first.text}\` are not known: those of ${versionName(LATEST)} are assumed`
      : `more than one version of Istio is installed: rules are those of ${versionName(version)}`;
  const { source, span } = version === undefined ? first : (others[0] ?? first);
  const help = 'say another with --istio';
  return { version: version ?? LATEST, versionBy: 'files', diagnostics: [{ kind: 'warning', message, source, span, help }] };
}

/** Of the image of istiod's own Deployment. */
function istiodVersion(pods: readonly Pod[]): InstalledVersion {
  const istiod = pods.find(({ containers }) => containers.some(({ name }) => name.value === 'discovery'));
  const shown = istiod && shownVersion(istiod);
  return shown === undefined ? { version: LATEST, versionBy: 'default' } : { version: shown.version, versionBy: 'files' };
}
