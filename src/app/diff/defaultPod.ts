/** A pod without settings of its own, for questions that are not about a manifest: modes, versions, mesh configuration. */
import type { Source } from '../../syntax/text/source.ts';

export const DEFAULT_POD: Source = {
  file: 'default pod',
  text: `apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: app
`,
};
