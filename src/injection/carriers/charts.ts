/** Values as each chart of Istio reads them, and as an umbrella chart hands them to its subcharts.
 *  source: istio/istio manifests/charts, templates/zzz_profile.yaml and zzy_descope_legacy.yaml; helm pkg/chartutil coalesce.go */

import { at, type Entry, entriesOf, type Node } from '../../kubernetes/yaml/node.ts';
import type { ProblemSink } from '../../syntax/text/problems.ts';
import type { Source } from '../../syntax/text/source.ts';
import { hasName } from '../knownNames/fields.ts';
import { MESH_FIELDS } from '../knownNames/meshFields.ts';
import { valuesRemarks } from '../knownNames/remarks.ts';
import { otherRemarks } from './chartRemarks.ts';
import { type ConfigurationPart, joined, NOTHING, type ObjectParts } from './parts.ts';
import { namedFields, treeOf, withoutKeys } from './trees.ts';

/** A chart; `shared`: values that are handed to several of them. */
export type Chart = 'istiod' | 'cni' | 'ztunnel' | 'other' | 'shared';

/** Values that belong to a chart, or an umbrella's. */
export interface ChartValues {
  readonly source: Source;
  readonly root: Node;
  readonly chart: Chart;
}

export const INTERNAL_DEFAULTS = '_internal_defaults_do_not_set';

/** Keys by which values of Istio are known, whatever other charts' keys stand beside them. */
const SIGNS = ['global', 'pilot', 'meshConfig', 'sidecarInjectorWebhook', 'istio_cni', INTERNAL_DEFAULTS];
/** Of the CNI chart alone. */
const CNI_SIGNS = ['ambient', 'excludeNamespaces', 'cniBinDir', 'cniConfDir', 'cniConfFileName', 'chained', 'repair'];

/** Of the chart of istiod everything under `pilot` may stand at the top, and here is what a rule follows from. */
const OF_PILOT = ['cni', 'env'];
/** Of the CNI chart everything under `cni` may stand at the top. */
const OF_CNI = ['ambient', 'chained', 'excludeNamespaces', 'provider', 'env'];
/** What the CNI chart reads besides. */
const CNI_READS = ['cni', 'global', 'profile', 'platform', 'compatibilityVersion', 'revision', INTERNAL_DEFAULTS];

/** The chart that a name stands for: of a chart, a subchart or its alias. */
export function chartNamed(name: string): Chart | undefined {
  const last = name.toLowerCase().split('/').at(-1) ?? '';
  if (/(^|[-_])cni$/.test(last)) return 'cni';
  if (/^(istio[-_]?d?|istiod.*|istio-discovery|istio-control|discovery|pilot)$/.test(last)) return 'istiod';
  if (/^(istio[-_])?ztunnel$/.test(last)) return 'ztunnel';
  if (/^(istio[-_])?(base|gateway|ingress|egress|ingress-?gateway|egress-?gateway)$|^istio-(ingress|egress)/.test(last)) return 'other';
  return undefined;
}

const DEEPEST = 3;
/** No other chart has such a name. */
const OURS = /^(?:istiod|istio[-_](?:discovery|base|cni|ztunnel))$/;

/** Subcharts of an umbrella chart, by the keys of their values; empty: it is none. `cni` and `base` alone are keys of a chart's own values. */
export function subchartsOf(root: Node, depth = DEEPEST): readonly (Entry & { readonly chart: Chart })[] {
  const found = entriesOf(root).flatMap((entry) => {
    const { key, value } = entry;
    if (value.kind !== 'map' || isOwnKey(key)) return [];
    if (!OURS.test(key) && !looksLikeValues(value) && (depth === 0 || subchartsOf(value, depth - 1).length === 0)) return [];
    return [{ ...entry, chart: chartNamed(key) ?? chartOf(value) }];
  });
  if (found.length === 0 && !nestsItself(root)) return [];
  const beside = entriesOf(root).flatMap((entry): readonly (Entry & { readonly chart: Chart })[] => {
    if (entry.value.kind !== 'map') return [];
    if (entry.key === 'cni') return [{ ...entry, chart: 'cni' }];
    if (entry.key === 'ztunnel') return [{ ...entry, chart: 'ztunnel' }];
    return entry.key === 'base' ? [{ ...entry, chart: 'other' }] : [];
  });
  return [...found, ...beside];
}

/** `cni: {cni: ...}`, `base: {global: ...}` */
function nestsItself(root: Node): boolean {
  return at(root, 'cni', 'cni') !== undefined || ['base', 'cni', 'ztunnel'].some((key) => at(root, key, 'global') !== undefined);
}

const OWN_KEYS = [
  ...SIGNS,
  'cni',
  'base',
  'ztunnel',
  'gateways',
  'istiodRemote',
  'telemetry',
  'experimental',
  'defaults',
  ...OF_CNI,
  ...CNI_SIGNS,
];

function isOwnKey(key: string): boolean {
  return OWN_KEYS.includes(key) || hasName(MESH_FIELDS, key);
}

function looksLikeValues(node: Node): boolean {
  return SIGNS.some((key) => at(node, key)?.kind === 'map') || CNI_SIGNS.filter((key) => at(node, key) !== undefined).length > 1;
}

/** An alias that says nothing: by what only the CNI chart reads. */
function chartOf(node: Node): Chart {
  const istiod = ['pilot', 'meshConfig', 'sidecarInjectorWebhook', 'istio_cni'].some((key) => at(node, key) !== undefined);
  return !istiod && CNI_SIGNS.some((key) => at(node, key) !== undefined) ? 'cni' : 'istiod';
}

/** Values of one chart, or of the charts beneath an umbrella: of the umbrella all of them have `global`, and that wins. */
export function chartsIn(given: ChartValues, depth = 0): readonly ChartValues[] {
  const subcharts = given.chart === 'shared' && depth < DEEPEST ? subchartsOf(given.root) : [];
  if (subcharts.length === 0) return [given];
  const { source, root } = given;
  const shared = at(root, 'global');
  const globals =
    shared === undefined ? [] : [{ source, root: treeOf([{ path: ['global'], value: shared }], root.span), chart: 'shared' as const }];
  const inner = subcharts.flatMap(({ value, chart }) =>
    subchartsOf(value).length > 0
      ? chartsIn({ source, root: value, chart: 'shared' }, depth + 1)
      : [{ source, root: value, chart } satisfies ChartValues],
  );
  const first = (chart: Chart) => (chart === 'istiod' ? 0 : 1);
  return [...globals, ...inner.toSorted((a, b) => first(a.chart) - first(b.chart))];
}

export function partsOfCharts(charts: readonly ChartValues[], report: ProblemSink): ObjectParts {
  return joined(charts.map((chart) => partsOfChart(chart, report)));
}

function partsOfChart({ source, root, chart }: ChartValues, report: ProblemSink): ObjectParts {
  const own = withoutKeys(root, [INTERNAL_DEFAULTS]);
  for (const remark of chart === 'istiod' || chart === 'shared' ? valuesRemarks({ root: own }) : otherRemarks(own, chart)) report(remark);
  if (chart === 'other' || chart === 'ztunnel') return NOTHING;
  const part = (node: Node): ConfigurationPart => ({ source, root: node });
  const mesh = chart === 'cni' ? undefined : at(own, 'meshConfig');
  const internal = at(root, INTERNAL_DEFAULTS);
  return {
    values: scoped({ source, root: own, chart }),
    meshConfig: mesh === undefined ? [] : [part(namedFields(mesh))],
    beneath: internal === undefined ? [] : scoped({ source, root: internal, chart }),
    plugins: chart === 'cni' ? [{ source, span: root.span }] : [],
  };
}

/** First minor version whose chart of istiod takes values without the prefix. */
const WITHOUT_PREFIX = 24;

/** Where the prefix of a chart may be left out, it is put in; what stands under the prefix wins. */
function scoped({ source, root, chart }: ChartValues): readonly ConfigurationPart[] {
  const read = chart === 'cni' ? withoutOthers(root) : root;
  const [prefix, keys] = chart === 'cni' ? (['cni', OF_CNI] as const) : (['pilot', OF_PILOT] as const);
  const leaves = entriesOf(root).filter(({ key }) => keys.includes(key));
  const moved = treeOf(
    leaves.map(({ key, keySpan, value }) => ({ path: [prefix, key], value, keySpan })),
    root.span,
  );
  const own = chart === 'shared' ? {} : { of: chart === 'cni' ? ('plugin' as const) : ('istiod' as const) };
  return [
    { source, root: read, ...own },
    ...(leaves.length === 0 ? [] : [{ source, root: moved, ...own, ...(chart !== 'cni' && { since: WITHOUT_PREFIX }) }]),
  ];
}

/** The CNI chart reads neither `pilot` nor `global.proxy`. */
function withoutOthers(root: Node): Node {
  const own = entriesOf(root).filter(({ key }) => CNI_READS.includes(key));
  const entries = own.map((entry) =>
    entry.key === 'global' ? { ...entry, value: withoutKeys(entry.value, ['proxy', 'proxy_init']) } : entry,
  );
  return { kind: 'map', entries, span: root.span };
}
