/** Annotations and labels of a running pod that Istio does not read. */
import { judgeKey } from '../../istio/names/judgeKey.ts';
import { manifestsIn } from '../../kubernetes/manifest/manifests.ts';
import { jsonDocument } from '../../kubernetes/yaml/readYaml.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';

/** `text`: of `kubectl get pod -o json`. Which version of Istio made the pod is not asked. */
export function unreadKeysOf(text: string, name: string): readonly Diagnostic[] {
  const { documents } = jsonDocument({ file: `pod/${name}`, text }) ?? { documents: [] };
  return manifestsIn(documents).pods.flatMap(({ keys }) =>
    keys.flatMap(({ source, span, ...key }): Diagnostic[] => {
      const problem = judgeKey(key);
      return problem === undefined ? [] : [{ kind: 'warning', ...problem, source, span }];
    }),
  );
}
