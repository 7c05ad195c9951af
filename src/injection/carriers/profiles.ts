/** What charts and istioctl set for a profile, a compatibility version or a platform: above their own defaults, below everything that is given.
 *  source: istio/istio manifests/helm-profiles, manifests/profiles; templates/zzz_profile.yaml of the charts */
import type { Version } from '../../istio/settings/version.ts';
import { at, type Node, type ScalarNode } from '../../kubernetes/yaml/node.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { ConfigurationPart } from './parts.ts';
import { scalarNode, treeOf } from './trees.ts';

type Setting = readonly [path: string, value: string | boolean];

const MULTUS: readonly Setting[] = [
  ['pilot.cni.enabled', true],
  ['pilot.cni.provider', 'multus'],
];
const AMBIENT: readonly Setting[] = [['cni.ambient.enabled', true]];

/** What a rule follows from, of each profile that there is or was. */
const PROFILES: ReadonlyMap<string, readonly Setting[]> = new Map(
  Object.entries({
    default: [],
    demo: [],
    empty: [],
    external: [],
    gatewayapi: [],
    minimal: [],
    preview: [],
    remote: [],
    stable: [],
    openshift: MULTUS,
    ambient: AMBIENT,
    'ambient-windows': AMBIENT,
    'openshift-ambient': [...MULTUS, ...AMBIENT],
  }),
);

const PLATFORMS: ReadonlyMap<string, readonly Setting[]> = new Map([['openshift', MULTUS]]);

/** The requested version, and what holds up to it; native sidecars are a question of its own. The charts have such values since 1.20. */
const COMPATIBILITY: readonly { readonly upTo: number; readonly sets: readonly Setting[] }[] = [
  { upTo: 24, sets: [['cni.ambient.dnsCapture', false]] },
];

const OLDEST_COMPATIBILITY = 20;

export interface ProfileValues {
  readonly parts: readonly ConfigurationPart[];
  readonly diagnostics: readonly Diagnostic[];
}

/** For what these values choose. `own`: the version of the charts. */
export function profileValues(values: readonly ConfigurationPart[], own: Version): ProfileValues {
  const parts: ConfigurationPart[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const part of values) {
    const chosen = (...paths: readonly string[]) => paths.map((path) => at(part.root, ...path.split('.'))).find(isScalar);
    const sets = (node: ScalarNode | undefined, settings: readonly Setting[] | string) => {
      if (node === undefined) return;
      if (typeof settings === 'string') diagnostics.push(unknown(part, node, settings));
      else if (settings.length > 0) parts.push({ ...part, root: treeFor(settings, node) });
    };
    const platform = chosen('platform', 'global.platform');
    const compatibility = chosen('compatibilityVersion');
    const profile = chosen('profile', 'global.profile');
    // those of a later line win over those before it: platform, compatibility version, profile
    sets(platform, PLATFORMS.get(String(platform?.value)) ?? []);
    sets(compatibility, compatible(String(compatibility?.value), own));
    sets(profile, profile?.value === '' ? [] : (PROFILES.get(String(profile?.value)) ?? 'unknown profile'));
  }
  return { parts, diagnostics };
}

function compatible(text: string, own: Version): readonly Setting[] | string {
  if (text === '') return [];
  const minor = Number(/^1\.(\d{2})$/.exec(text)?.[1] ?? Number.NaN);
  if (!(minor >= OLDEST_COMPATIBILITY)) return 'unknown compatibility version';
  if (minor >= own.minor) return `the charts of 1.${own.minor} have no compatibility version`;
  return COMPATIBILITY.filter(({ upTo }) => minor <= upTo).flatMap(({ sets }) => sets);
}

function unknown({ source }: ConfigurationPart, { value, span }: ScalarNode, says: string): Diagnostic {
  const at = { message: `${says} \`${String(value)}\`: the chart fails, and what it would set is not known`, source, span };
  if (/profile/.test(says)) return { kind: 'malformed', ...at, help: `there are ${[...PROFILES.keys()].join(', ')}` };
  // two versions may be asked about with one file
  const kind = NEWER.test(says) ? 'warning' : 'malformed';
  return { kind, ...at, help: 'a version before that of the charts, which --istio says' };
}

const NEWER = /^the charts of/;

function treeFor(settings: readonly Setting[], { span }: Node): Node {
  return treeOf(
    settings.map(([path, value]) => ({ path: path.split('.'), value: scalarNode(value, span) })),
    span,
  );
}

function isScalar(node: Node | undefined): node is ScalarNode {
  return node?.kind === 'scalar';
}
