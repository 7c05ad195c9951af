/** A pod that asks for nothing, by the name under which it is read, for questions that are about no manifest: modes, versions, mesh configuration. */
import type { Call } from '../argv/command.ts';

export const DEFAULT_POD = 'default pod';

const TEXT = `apiVersion: v1
kind: Pod
metadata:
  name: app
spec:
  containers:
    - name: app
      image: app
`;

export function withDefaultPod({ io, input }: Call): Call {
  return { io: { ...io, read: async (path) => (path === DEFAULT_POD ? { text: TEXT } : io.read(path)) }, input };
}
