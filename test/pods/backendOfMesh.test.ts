/** The backend that the files of a mesh name, in each command that asks about pods. */
import { describe, expect, it, vi } from 'vitest';
import { chainwalk } from '../cli/memoryIo.ts';

vi.setConfig({ testTimeout: 240_000 });

const POD = `kind: Namespace
metadata: {name: s, labels: {istio-injection: enabled}}
---
kind: Pod
metadata: {name: a, namespace: s}
spec: {containers: [{name: a}]}
`;
const ISTIOD = `---
kind: ConfigMap
metadata: {name: istio-sidecar-injector, namespace: istio-system}
data: {values: '{"global": {"nativeNftables": true}, "pilot": {"cni": {"enabled": true}}}'}
`;
const AGENT = (value: string) => `---
kind: ConfigMap
metadata: {name: istio-cni-config, namespace: istio-system}
data: {NATIVE_NFTABLES: "false"}
---
kind: DaemonSet
metadata: {name: istio-cni-node, namespace: istio-system}
spec:
  template:
    metadata: {labels: {k8s-app: istio-cni-node}}
    spec: {containers: [{name: install-cni, env: [{name: NATIVE_NFTABLES, value: "${value}"}]}]}
`;

async function ask(command: readonly string[], text: string): Promise<string> {
  const { out, err } = await chainwalk([...command, 'mesh.yaml', '--istio', '1.31'], { files: { 'mesh.yaml': text } });
  return out === '' ? err : out;
}

describe('the DaemonSet of the CNI plugin', () => {
  it('goes before the ConfigMap that it names', async () => {
    const text = `${POD}${ISTIOD}${AGENT('true')}`;
    expect(await ask(['enrol'], text)).toMatch(/--native-nftables true \(global\.nativeNftables, mesh\.yaml:\d+\)/);
    expect(await ask(['verify', '--only', 'setting-has-effect'], text)).not.toContain('nativeNftables');
  });

  it('is not told what istiod is told', async () => {
    const text = `${POD}${ISTIOD}${AGENT('false')}`;
    expect(await ask(['enrol'], text)).not.toContain('--native-nftables');
    expect(await ask(['verify', '--only', 'setting-has-effect'], text)).toMatch(
      /nativeNftables\s+is\s+set\s+for\s+istiod\s+and\s+not\s+for\s+the\s+CNI\s+plugin/,
    );
  });

  it('and approaches has the backend of each', async () => {
    const [rules] = /^rules .*/m.exec(await ask(['approaches'], `${POD}${ISTIOD}${AGENT('false')}`)) ?? [''];
    expect(rules).toMatch(/^rules +\d+ of nftables \d+ /);
  });

  it('and diff says what becomes of it with the other backend', async () => {
    const text = `${POD}${ISTIOD}${AGENT('true')}`;
    const { out } = await chainwalk(['diff', 'old.yaml', 'new.yaml', '--istio', '1.31'], {
      files: { 'old.yaml': `${POD}${ISTIOD}${AGENT('false')}`, 'new.yaml': text },
    });
    expect(out).toContain('nft-no-user');
  });
});
