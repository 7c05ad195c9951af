/** What a document of --values says: Helm values in every form in which they are kept, a MeshConfig, an object. Anything else is an
 *  error: an answer from the defaults would look like any other. */

import { fieldName, PROXY_CONFIG_FIELDS } from '../../istio/names/proxyConfig.ts';
import { at, type Document, entriesOf, type Node, type ReadNested, stringAt } from '../../kubernetes/yaml/node.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { type ProblemSink, reportInto } from '../../syntax/text/problems.ts';
import { CHART_VALUES } from '../knownNames/chartFields.ts';
import { meantBy } from '../knownNames/elsewhere.ts';
import { hasName, namesOf } from '../knownNames/fields.ts';
import { MESH_FIELDS } from '../knownNames/meshFields.ts';
import { meshConfigRemarks } from '../knownNames/remarks.ts';
import { umbrellaRemarks } from './chartRemarks.ts';
import { chartsIn, INTERNAL_DEFAULTS, partsOfCharts, subchartsOf } from './charts.ts';
import { controlPlaneRefused } from './controlPlane.ts';
import { installedBy } from './installed.ts';
import { configuresMesh, partsOfObject } from './objects.ts';
import { packagesIn } from './packages.ts';
import { joined, NOTHING, type ObjectParts } from './parts.ts';
import { namedFields } from './trees.ts';

export interface GivenConfiguration {
  readonly document: Document;
  readonly readNested: ReadNested;
  readonly diagnostics: Diagnostic[];
}

export interface GivenSource extends Omit<GivenConfiguration, 'document'> {
  /** of one text; a List has been opened */
  readonly documents: readonly Document[];
}

/** Of several documents some may have nothing to do with a mesh, such as the rest of a chart that was rendered; not all of them. */
export function partsOfSource({ documents, ...reading }: GivenSource): ObjectParts {
  const [first] = documents;
  if (documents.length === 1 && first !== undefined) return partsOfGiven({ document: first, ...reading });
  const before = reading.diagnostics.length;
  const all = documents.map((document) =>
    at(document.root, 'kind') === undefined ? partsOfGiven({ document, ...reading }) : partsAmongManifests({ document, ...reading }, false),
  );
  const object = documents.find(({ root }) => at(root, 'kind') !== undefined);
  const none = all.every(({ values, meshConfig }) => values.length + meshConfig.length === 0) && reading.diagnostics.length === before;
  return none && object !== undefined ? partsOfGiven({ document: object, ...reading }) : joined(all.toReversed());
}

function partsOfGiven({ document, readNested, diagnostics }: GivenConfiguration): ObjectParts {
  const { source } = document;
  const report = reportInto(diagnostics, source);
  const { root } = document;
  if ((root.kind === 'scalar' && root.value === null) || (root.kind === 'map' && root.entries.length === 0)) return NOTHING;
  if (root.kind !== 'map') {
    const message = 'mesh configuration is a map: Helm values, an IstioOperator or a MeshConfig';
    report({ kind: 'malformed', message, span: { start: root.span.start, end: root.span.start + 1 } });
    return NOTHING;
  }
  const packages = packagesIn(root);
  if (packages !== undefined) {
    const { charts, versions, isIstio } = installedBy({ document, packages, readNested, report, elsewhere: report });
    if (!isIstio) report(noChart(root));
    return {
      ...partsOfCharts(
        charts.filter((chart) => !refused(chart.root, report)),
        report,
      ),
      versions,
    };
  }
  const kind = at(root, 'kind');
  if (kind !== undefined) {
    if (configuresMesh(root)) return partsOfObject({ document, readNested, diagnostics });
    report(stringAt(root, 'kind') === 'ServiceMeshControlPlane' ? controlPlaneRefused(root) : noConfiguration(kind));
    return NOTHING;
  }
  return partsOfValues({ ...document, root }, report);
}

/** The same of an object among manifests, where others of its kind have nothing to do with a mesh. */
export function partsAmongManifests({ document, readNested, diagnostics }: GivenConfiguration, isExplained: boolean): ObjectParts {
  const { source, root } = document;
  const report = reportInto(diagnostics, source);
  if (configuresMesh(root)) return partsOfObject({ document, readNested, diagnostics });
  if (stringAt(root, 'kind') === 'ServiceMeshControlPlane' && !isExplained) report(controlPlaneRefused(root));
  const packages = packagesIn(root);
  if (packages === undefined) return NOTHING;
  // what stands in files beside them is often given as well
  const soften: ProblemSink = (finding) => report({ ...finding, kind: 'warning' });
  const { charts, versions } = installedBy({ document, packages, readNested, report, elsewhere: soften });
  return {
    ...partsOfCharts(
      charts.filter((chart) => !refused(chart.root, report)),
      report,
    ),
    versions,
  };
}

function partsOfValues({ source, root }: Document, report: ProblemSink): ObjectParts {
  if (refused(root, report)) return NOTHING;
  const isValues = subchartsOf(root).length > 0 || entriesOf(root).some(saysValues);
  if (!isValues && entriesOf(root).some(({ key }) => hasName(MESH_FIELDS, fieldName(key)))) {
    for (const remark of meshConfigRemarks(root)) report(remark);
    return { values: [], meshConfig: [{ source, root: namedFields(root) }] };
  }
  if (!isValues) {
    report(noKnownKey(root));
    return NOTHING;
  }
  const charts = chartsIn({ source, root, chart: 'shared' });
  for (const remark of umbrellaRemarks(root, subchartsOf(root))) report(remark);
  return partsOfCharts(charts, report);
}

/** Every chart has such keys. */
const ANYBODYS =
  /^(?:affinity|cpu|memory|env|envVarFrom|hub|image|tag|variant|resources|tolerations|nodeSelector|pod(?:Annotations|Labels)|replicaCount|volumes|volumeMounts|updateStrategy|seccompProfile|topologySpreadConstraints|enabled|initContainers|service(?:Account)?Annotations|terminationGracePeriodSeconds|pdb|logging|policy|plugins|privileged|deployment(?:Annotations|Labels)|base|platform|profile|gateways|revision|telemetry|provider)$/;

function saysValues({ key, value }: { readonly key: string; readonly value: Node }): boolean {
  const inside = entriesOf(value);
  if (key === INTERNAL_DEFAULTS) return true;
  if (key === 'env') return inside.some((entry) => /^(?:PILOT_|ISTIO|ENABLE_|AMBIENT_)/.test(entry.key));
  if (key === 'profile' || key === 'compatibilityVersion' || key === 'platform') return value.kind === 'scalar';
  const fields = CHART_VALUES.inner.get(key);
  if (fields !== undefined && key === 'global') {
    const known = namesOf(fields);
    return inside.length === 0 || inside.some(({ key: name }) => known.includes(name) || meantBy({ name, path: `global.${name}`, known }));
  }
  return hasName(CHART_VALUES, key) && !ANYBODYS.test(key);
}

/** `defaults` at the top: the chart fails. */
function refused(root: Node, report: ProblemSink): boolean {
  const entry = entriesOf(root).find(({ key, value }) => key === 'defaults' && value.kind === 'map');
  if (entry === undefined) return false;
  const message = 'the charts of Istio fail for values under `defaults`';
  report({ kind: 'malformed', message, span: entry.keySpan, help: 'leave out the prefix: `defaults.global` is `global`' });
  return true;
}

type Finding = Parameters<ProblemSink>[0];

function noKnownKey(root: Node): Finding {
  const keys = entriesOf(root);
  const shown = keys.slice(0, 3).map(({ key }) => `\`${key}\``);
  const more = keys.length > shown.length ? ', ...' : '';
  const ofProxy = keys.filter(({ key }) => Object.hasOwn(PROXY_CONFIG_FIELDS, fieldName(key)) && key !== 'image');
  const global = CHART_VALUES.inner.get('global');
  const ofGlobal = keys.filter(({ key }) => global !== undefined && hasName(global, key) && !ANYBODYS.test(key));
  const help =
    ofProxy.length > 0
      ? `\`${ofProxy[0]?.key}\` works under \`meshConfig.defaultConfig\``
      : ofGlobal.length > 0
        ? `\`${ofGlobal[0]?.key}\` works under \`global\``
        : 'give the values of the chart istiod: `helm get values istiod -n istio-system`, an IstioOperator, or a MeshConfig';
  const message = `none of these keys is one of Istio's values or of MeshConfig: ${shown.join(', ')}${more}`;
  return { kind: 'malformed', message, span: keys[0]?.keySpan ?? root.span, help };
}

function noChart(root: Node): Finding {
  const message = 'none of the charts here is one of Istio, and no values are those of Istio';
  const help = 'charts are known by their names, istiod and cni among them, or by values such as `global.proxy` and `meshConfig`';
  return { kind: 'malformed', message, span: (at(root, 'kind') ?? entriesOf(root)[0]?.value ?? root).span, help };
}

function noConfiguration(kind: Node): Finding {
  return {
    kind: 'malformed',
    message: 'this object does not configure a mesh: it has neither `spec.values` nor `spec.meshConfig`, and is not the ConfigMap of Istio',
    span: kind.span,
    help: 'pods and ProxyConfig resources go before --values, not after it',
  };
}
