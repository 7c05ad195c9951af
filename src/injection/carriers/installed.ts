/** The values that a document of packages holds: read where they stand, with a word about what stands elsewhere. */
import { readNestedText } from '../../kubernetes/manifest/nested.ts';
import { at, type Document, itemsOf, type Node, type ReadNested, type ScalarNode } from '../../kubernetes/yaml/node.ts';
import type { ProblemSink } from '../../syntax/text/problems.ts';
import { type Chart, type ChartValues, chartNamed, chartsIn, INTERNAL_DEFAULTS, subchartsOf } from './charts.ts';
import type { Packaged } from './packages.ts';
import { setValues } from './parameters.ts';
import type { WrittenVersion } from './parts.ts';

export interface Installing {
  readonly document: Document;
  readonly packages: readonly Packaged[];
  readonly readNested: ReadNested;
  readonly report: ProblemSink;
  /** hears of values that stand elsewhere */
  readonly elsewhere: ProblemSink;
}

export interface Installed {
  /** a chart of Istio is among them */
  readonly isIstio: boolean;
  /** those that win first */
  readonly charts: readonly ChartValues[];
  readonly versions: readonly WrittenVersion[];
}

export function installedBy({ packages, ...reading }: Installing): Installed {
  const all = packages.map((one) => ofPackage({ one, ...reading }));
  // of two releases of one chart the later one wins, as with files
  return {
    isIstio: all.some(({ isIstio }) => isIstio),
    charts: all.toReversed().flatMap(({ charts }) => charts),
    versions: all.flatMap(({ versions }) => versions),
  };
}

interface OnePackage extends Omit<Installing, 'packages'> {
  readonly one: Packaged;
}

function ofPackage({ document: { source }, one: { at: root, is }, readNested, report, elsewhere }: OnePackage): Installed {
  const find = (path: string) => at(root, ...path.split('.'));
  const named = is.chart.map(find).find(isScalar);
  const known = named === undefined ? undefined : chartNamed(String(named.value));
  const trees = is.values.flatMap(({ path, as, unless }): readonly Node[] => {
    const node = unless !== undefined && find(unless) !== undefined ? undefined : find(path);
    if (node === undefined) return [];
    if (as === 'text')
      return [readNestedText({ source, node, readNested, report })].flatMap((read) => (read === undefined ? [] : [read.root]));
    if (as === 'set') return [setValues({ node, report })].filter((made) => made !== undefined);
    return as === 'tree' ? [node] : itemsOf(node).toReversed();
  });
  const maps = trees.filter((node) => node.kind === 'map');
  const ours = known !== undefined || maps.some(isIstios);
  if (!ours) return { isIstio: false, charts: [], versions: [] };
  const chart: Chart = known ?? 'shared';
  const files = [...trees.filter(isScalar), ...is.elsewhere.map(find).filter((node) => node !== undefined)];
  for (const node of known === 'other' || known === 'ztunnel' ? [] : files)
    elsewhere(notRead(node, known === 'istiod' && maps.length === 0));
  const charts = maps.flatMap((map) => chartsIn({ source, root: map, chart: subchartsOf(map).length > 0 ? 'shared' : chart }));
  const version = is.version.map(find).find(isScalar);
  const written = version === undefined || known !== 'istiod' ? [] : [{ text: String(version.value), source, span: version.span }];
  return { isIstio: true, charts, versions: written };
}

/** Where all values of the chart stand elsewhere, an answer would be one from the defaults. */
function notRead(node: Node, isAll: boolean): Parameters<ProblemSink>[0] {
  const what = node.kind === 'scalar' ? `\`${String(node.value)}\` is` : 'values elsewhere are';
  return {
    kind: isAll ? 'malformed' : 'warning',
    message: `${what} named here and not read: ${isAll ? 'nothing else is said of the mesh' : 'what it says of the mesh does not count'}`,
    span: node.span,
    help: 'give those values as well, before this file: --values FILE --values THIS',
  };
}

function isIstios(root: Node): boolean {
  return (
    subchartsOf(root).length > 0 ||
    at(root, INTERNAL_DEFAULTS) !== undefined ||
    ['pilot', 'meshConfig', 'sidecarInjectorWebhook', 'istio_cni'].some((key) => at(root, key)?.kind === 'map') ||
    at(root, 'global', 'proxy') !== undefined
  );
}

function isScalar(node: Node | undefined): node is ScalarNode {
  return node?.kind === 'scalar';
}
