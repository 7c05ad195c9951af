/** Values inside the objects and files of those who install charts, by kind. source: argo-cd, fluxcd/helm-controller, k3s helm-controller,
 *  crossplane provider-helm, kustomize (helmCharts), helmfile and Fleet, their references of fields */
import { at, itemsOf, type Node, stringAt } from '../../kubernetes/yaml/node.ts';

/** Where one installed chart has its things, as paths from where it is described. */
interface Package {
  /** the chart's name, the first that is there */
  readonly chart: readonly string[];
  readonly version: readonly string[];
  /** those that win first */
  readonly values: readonly ValuesAt[];
  /** files and objects that are named and not read */
  readonly elsewhere: readonly string[];
}

interface ValuesAt {
  readonly path: string;
  /** tree: a map; text: YAML in a string; set: names with values; items: a list of maps, the last of which wins */
  readonly as: 'tree' | 'text' | 'set' | 'items';
  /** counts only where none before it is there */
  readonly unless?: string;
}

/** Argo CD: `valuesObject` stands in for `values`. */
const ARGO: Package = {
  chart: ['chart', 'path'],
  version: ['targetRevision'],
  values: [
    { path: 'helm.parameters', as: 'set' },
    { path: 'helm.valuesObject', as: 'tree' },
    { path: 'helm.values', as: 'text', unless: 'helm.valuesObject' },
  ],
  elsewhere: ['helm.valueFiles', 'helm.fileParameters'],
};

const FLUX: Package = {
  chart: ['spec.chart.spec.chart', 'spec.chartRef.name'],
  version: ['spec.chart.spec.version'],
  values: [
    { path: 'spec.values', as: 'tree' },
    { path: 'spec.valuesFound', as: 'items' },
  ],
  elsewhere: ['spec.valuesFrom', 'spec.chart.spec.valuesFiles', 'spec.chart.spec.valuesFile'],
};

const K3S: Package = {
  chart: ['spec.chart', 'metadata.name'],
  version: ['spec.version'],
  values: [
    { path: 'spec.set', as: 'set' },
    { path: 'spec.valuesContent', as: 'text' },
    { path: 'spec.values', as: 'tree' },
  ],
  elsewhere: ['spec.valuesSecrets'],
};

const CROSSPLANE: Package = {
  chart: ['spec.forProvider.chart.name'],
  version: ['spec.forProvider.chart.version'],
  values: [
    { path: 'spec.forProvider.set', as: 'set' },
    { path: 'spec.forProvider.values', as: 'tree' },
  ],
  elsewhere: ['spec.forProvider.valuesFrom'],
};

const KUSTOMIZE: Package = {
  chart: ['name'],
  version: ['version'],
  values: [{ path: 'valuesInline', as: 'tree' }],
  elsewhere: ['valuesFile', 'additionalValuesFiles'],
};

const HELMFILE: Package = {
  chart: ['chart', 'name'],
  version: ['version'],
  values: [
    { path: 'set', as: 'set' },
    { path: 'values', as: 'items' },
  ],
  elsewhere: ['secrets', 'valuesTemplate'],
};

const FLEET: Package = {
  chart: ['helm.chart', 'helm.releaseName'],
  version: ['helm.version'],
  values: [{ path: 'helm.values', as: 'tree' }],
  elsewhere: ['helm.valuesFiles', 'helm.valuesFrom'],
};

export interface Packaged {
  readonly at: Node;
  readonly is: Package;
}

/** What a document installs; undefined: it installs nothing. */
export function packagesIn(root: Node): readonly Packaged[] | undefined {
  const here = (is: Package, ...nodes: readonly (Node | undefined)[]): readonly Packaged[] =>
    nodes.flatMap((node) => (node === undefined ? [] : [{ at: node, is }]));
  const each = (is: Package, path: string) => here(is, ...itemsOf(at(root, ...path.split('.'))));
  switch (stringAt(root, 'kind')) {
    case 'Application':
      return [...here(ARGO, at(root, 'spec', 'source')), ...each(ARGO, 'spec.sources')];
    case 'ApplicationSet':
      return [...here(ARGO, at(root, 'spec', 'template', 'spec', 'source')), ...each(ARGO, 'spec.template.spec.sources')];
    case 'HelmRelease':
      return here(FLUX, root);
    case 'HelmChart':
    case 'HelmChartConfig':
      return here(K3S, root);
    case 'Release':
      return here(CROSSPLANE, root);
    case 'Kustomization':
      return each(KUSTOMIZE, 'helmCharts');
    case undefined:
      if (at(root, 'releases')?.kind === 'list') return each(HELMFILE, 'releases');
      if (at(root, 'helmCharts')?.kind === 'list') return each(KUSTOMIZE, 'helmCharts');
      return at(root, 'helm')?.kind === 'map' ? here(FLEET, root) : undefined;
    default:
      return undefined;
  }
}
