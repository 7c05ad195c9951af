/** Names in `spec` of an operator's object. source: istio/istio operator/pkg/apis/types.go; sailoperator.io/v1 */
import { at, type Entry, entriesOf, type Node } from '../../kubernetes/yaml/node.ts';
import type { TextFinding } from '../../syntax/text/problems.ts';
import { meantBy } from './elsewhere.ts';

const SPECS: Readonly<Record<string, string>> = {
  IstioOperator: `addonComponents compatibilityVersion components defaultRevision hub installPackagePath meshConfig namespace profile
    resourceSuffix revision tag unvalidatedValues values`,
  Istio: 'namespace profile updateStrategy values version',
  IstioRevision: 'namespace type values version',
  IstioCNI: 'namespace profile values version',
};

const COMPONENTS = `base citadel cni egressGateways galley ingressGateways istiodRemote nodeAgent pilot policy sidecarInjector telemetry ztunnel`;
const COMPONENT = 'enabled hub k8s label name namespace spec tag';

/** Of a kind that is one of those. */
export function specRemarks(kind: string, spec: Node | undefined): readonly TextFinding[] {
  const names = Object.hasOwn(SPECS, kind) ? SPECS[kind] : undefined;
  if (names === undefined) return [];
  const own = unknownOf(spec, names, `${kind} has no \`spec.`, (name) => {
    if (name === 'meshConfig') return 'it works as `spec.values.meshConfig`';
    return /^(?:global|pilot|cni|sidecarInjectorWebhook)$/.test(name) ? `it works as \`spec.values.${name}\`` : undefined;
  });
  if (kind !== 'IstioOperator') return own;
  const components = at(spec, 'components');
  const inner = entriesOf(components).flatMap(({ key, value }) =>
    unknownOf(value, COMPONENT, `a component has no \`${key}.`, (name) => (name === 'enable' ? 'write `enabled`' : undefined)),
  );
  return [...own, ...unknownOf(components, COMPONENTS, 'unknown component `', () => undefined), ...inner];
}

function unknownOf(
  node: Node | undefined,
  names: string,
  says: string,
  place: (name: string) => string | undefined,
): readonly TextFinding[] {
  const known = names.split(/\s+/);
  return entriesOf(node)
    .filter(({ key }) => !known.includes(key))
    .map(({ key, keySpan }: Entry): TextFinding => {
      const help = place(key) ?? meantBy({ name: key, path: key, known });
      return { kind: 'warning', message: `${says}${key}\`: it is not read`, span: keySpan, ...(help !== undefined && { help }) };
    });
}
