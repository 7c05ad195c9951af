/** What charts of other versions read: values that came, moved and went. source: istio/istio manifests/charts at its release tags; pull requests
 *  #49352 (pilot.cni), #52036 (no prefix) */
import type { Version } from '../../istio/settings/version.ts';
import { at, entriesOf, type Node } from '../../kubernetes/yaml/node.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { ConfigurationPart } from '../carriers/parts.ts';
import { withoutKeys } from '../carriers/trees.ts';

/** Values that a rule follows from, and the first minor version whose charts read them. */
const SINCE: Readonly<Record<string, number>> = {
  'pilot.cni.enabled': 22,
  'pilot.cni.provider': 22,
  'global.proxy_init.forceApplyIptables': 24,
  'cni.ambient.reconcileIptablesOnStartup': 25,
  'global.nativeNftables': 27,
};

/** What stood in for `pilot.cni`; since this minor version injection does not get it. */
const OLD_PLUGIN_KEYS = ['istio_cni', 'istioCni'];
const OLD_PLUGIN_UNTIL = 29;

export interface OfVersion {
  readonly values: readonly ConfigurationPart[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Values as charts of this version read them, and what they do not read. */
export function valuesOfVersion(given: readonly ConfigurationPart[], own: Version): OfVersion {
  const read = given.filter(({ since = 0 }) => own.minor >= since);
  const early = given.filter(({ since = 0 }) => own.minor < since).flatMap((part) => withPrefix(part, own));
  const isOld = own.minor >= OLD_PLUGIN_UNTIL;
  return {
    values: isOld ? read.map((part) => (part.made ? part : { ...part, root: withoutKeys(part.root, OLD_PLUGIN_KEYS) })) : read,
    diagnostics: [
      ...early,
      ...read.filter(({ made }) => !made).flatMap((part) => [...earlyValues(part, own), ...(isOld ? oldKeys(part, own) : [])]),
    ],
  };
}

function earlyValues({ source, root }: ConfigurationPart, own: Version): readonly Diagnostic[] {
  return Object.entries(SINCE).flatMap(([path, since]): readonly Diagnostic[] => {
    const node = own.minor >= since ? undefined : at(root, ...path.split('.'));
    if (node?.kind !== 'scalar' || node.value === false) return [];
    const help = path.startsWith('pilot.cni') ? { help: `it was \`${path.replace('pilot.cni', 'istio_cni')}\`` } : {};
    return [
      {
        kind: 'warning',
        message: `${charts(own)} have no value \`${path}\`: it is read since 1.${since}`,
        source,
        span: node.span,
        ...help,
      },
    ];
  });
}

/** What changes rules among values without the prefix of their chart. */
function withPrefix({ source, root, since }: ConfigurationPart, own: Version): readonly Diagnostic[] {
  const enabled = at(root, 'pilot', 'cni', 'enabled');
  const nodes: readonly (readonly [Node | undefined, string])[] = [
    [enabled?.kind === 'scalar' && enabled.value === true ? enabled : undefined, 'pilot.cni.enabled'],
    [at(root, 'pilot', 'env', 'ENABLE_NATIVE_SIDECARS'), 'pilot.env.ENABLE_NATIVE_SIDECARS'],
  ];
  return nodes.flatMap(([node, path]): readonly Diagnostic[] => {
    if (node === undefined) return [];
    const message = `${charts(own)} read no value without the prefix of its chart: that is since 1.${since}`;
    return [{ kind: 'warning', message, source, span: node.span, help: `write \`${path}\`` }];
  });
}

function oldKeys({ source, root }: ConfigurationPart, own: Version): readonly Diagnostic[] {
  return entriesOf(root)
    .filter(({ key }) => OLD_PLUGIN_KEYS.includes(key))
    .map(({ key, keySpan }): Diagnostic => {
      const message = `${charts(own)} have no value \`${key}\`: it is not read`;
      return { kind: 'warning', message, source, span: keySpan, help: 'write `pilot.cni`' };
    });
}

function charts({ minor }: Version): string {
  return `charts of 1.${minor}`;
}
