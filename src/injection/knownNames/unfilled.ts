/** Values that decide about capture and are still to be filled in by an ApplicationSet, helmfile, or Flux' substitution. */
import { entriesOf, type Node } from '../../kubernetes/yaml/node.ts';
import type { TextFinding } from '../../syntax/text/problems.ts';

/** What is not read may stay as it is: an image, a log format. */
const DECIDES =
  /^(?:global\.proxy\.(?:(?:in|ex)clude\w+|autoInject|privileged|statusPort)|(?:pilot|istio_cni)?\.?cni\.\w+|pilot\.env\.\w+|meshConfig\.defaultConfig\.(?:interceptionMode|proxyMetadata\.\w+))$/;
const OPEN = /\{\{[^}]*\}\}|\$\{\w+(?:[:=-][^}]*)?\}/;

export function unfilledRemarks(root: Node, above = ''): readonly TextFinding[] {
  return entriesOf(root).flatMap(({ key, value }): readonly TextFinding[] => {
    const path = above === '' ? key : `${above}.${key}`;
    if (value.kind === 'map') return path.split('.').length < DEEPEST ? unfilledRemarks(value, path) : [];
    const found = value.kind === 'scalar' && DECIDES.test(path) ? OPEN.exec(String(value.value))?.[0] : undefined;
    if (found === undefined) return [];
    return [{ kind: 'malformed', message: `\`${path}\`: \`${found}\` was not filled in`, span: value.span, help: HELP }];
  });
}

const DEEPEST = 4;
const HELP = 'give the values as they are after that: helm get values RELEASE, argocd app manifests APP, or flux build';
