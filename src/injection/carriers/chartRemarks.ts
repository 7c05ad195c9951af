/** Values that are given to a chart which does not read them. */

import { at, entriesOf, type Node } from '../../kubernetes/yaml/node.ts';
import { closest } from '../../lib/nearest.ts';
import type { TextFinding } from '../../syntax/text/problems.ts';
import { valuesRemarks } from '../knownNames/remarks.ts';
import { withoutKeys } from './trees.ts';

export interface Subchart {
  readonly key: string;
  readonly chart: string;
}

/** What only the chart of istiod reads. */
const OF_ISTIOD = ['pilot', 'meshConfig', 'sidecarInjectorWebhook', 'istio_cni'];

/** Of values of the CNI chart, and of charts that say nothing about capture. */
export function otherRemarks(root: Node, chart: 'cni' | 'ztunnel' | 'other'): readonly TextFinding[] {
  const name = chart === 'cni' ? 'the CNI plugin' : 'istiod alone';
  const entries = entriesOf(root);
  const misplaced = entries.filter(({ key }) => OF_ISTIOD.includes(key) && !(chart === 'ztunnel' && key === 'meshConfig'));
  const traffic = entriesOf(at(root, 'global', 'proxy')).filter(({ key }) => /^(?:in|ex)clude/.test(key));
  const own = chart === 'cni' ? valuesRemarks({ root: withoutKeys(root, OF_ISTIOD) }) : [];
  return [
    ...own,
    ...[...misplaced, ...traffic].map(({ key, keySpan }): TextFinding => {
      const message = chart === 'cni' ? `the chart of ${name} does not read \`${key}\`` : `this chart does not read \`${key}\``;
      return { kind: 'warning', message, span: keySpan, help: 'it works among the values of the chart of istiod' };
    }),
  ];
}

/** At the top of an umbrella's values only `global` is handed on. */
export function umbrellaRemarks(root: Node, subcharts: readonly Subchart[]): readonly TextFinding[] {
  if (subcharts.length === 0) return [];
  const istiod = subcharts.find(({ chart }) => chart === 'istiod')?.key ?? 'istiod';
  const names = ['global', ...OF_ISTIOD];
  return entriesOf(root).flatMap(({ key, keySpan }): TextFinding[] => {
    if (key === 'global' || subcharts.some((one) => one.key === key)) return [];
    const near = names.includes(key) ? key : closest(key, names);
    const meant = typeof near === 'string' ? near : near !== undefined && near.distance <= 2 ? near.word : undefined;
    if (meant === undefined) return [];
    const help = meant === 'global' ? 'did you mean `global`?' : `it works as \`${istiod}.${meant}\``;
    return [{ kind: 'warning', message: `no subchart is handed \`${key}\`: it is not read`, span: keySpan, help }];
  });
}
