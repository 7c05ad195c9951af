/** A pod that asks for nothing, for questions that are about no manifest: modes, versions, mesh configuration. */
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
