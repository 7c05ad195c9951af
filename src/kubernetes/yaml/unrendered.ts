/** Templates that are not rendered. Annotations of other programs may hold `{{ }}` rightly, such as those of Vault; Istio's may not. */

import type { ProblemSink } from '../../syntax/text/problems.ts';
import { at, type Entry, entriesOf, type Node } from './node.ts';

const OURS = /(^|\.)istio\.io\/|^k8s\.v1\.cni\.cncf\.io\//;

/** In the names, the labels and our annotations of an object and its pod. */
export function reportTemplates({ report }: { readonly report: ProblemSink }, ...objects: readonly (Node | undefined)[]): void {
  const metadata = [...new Set(objects)].map((object) => at(object, 'metadata'));
  const entries = metadata.flatMap((node) => [
    ...entriesOf(node).filter(({ key }) => key === 'name' || key === 'namespace'),
    ...entriesOf(at(node, 'labels')),
    ...entriesOf(at(node, 'annotations')).filter(({ key }) => OURS.test(key)),
  ]);
  const ours = metadata.flatMap((node) => [...entriesOf(at(node, 'labels')), ...entriesOf(at(node, 'annotations'))]);
  for (const { key, value } of ours) {
    const found = OURS.test(key) && value.kind === 'scalar' ? /\$\{\w+(?:[:=-][^}]*)?\}/.exec(String(value.value))?.[0] : undefined;
    if (found === undefined) continue;
    report({ kind: 'malformed', message: `\`${key}\`: \`${found}\` was not filled in`, span: value.span, help: FILL_IN_FIRST });
  }
  for (const { key, value } of entries.filter(isTemplate)) {
    report({
      kind: 'malformed',
      message: `\`${key}\` is a template that was not rendered: \`${String((value as { readonly value: unknown }).value)}\``,
      span: value.span,
      help: RENDER_FIRST,
    });
  }
}

export const RENDER_FIRST = 'render it first, for example: helm template CHART | chainwalk enrol -';

const FILL_IN_FIRST = 'fill it in first, with oc process, flux build or envsubst';

function isTemplate({ value }: Entry): boolean {
  return value.kind === 'scalar' && typeof value.value === 'string' && value.value.includes('{{');
}
