/** What is said of pods stands at the manifest, and stays the same problem when lines move. */
import { describe, expect, it } from 'vitest';
import type { CiReport } from '../../../src/report/ci/json.ts';
import { chainwalk } from '../../cli/memoryIo.ts';

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  labels: { sidecar.istio.io/inject: "true" }
spec:
  containers:
    - name: a
      securityContext: { runAsUser: 1337 }
`;

async function problems(manifest: string) {
  const files = { 'chainwalk.config.yaml': 'groups: [{ files: "*.pod.yaml", mode: cni }]\n', 'web.pod.yaml': manifest };
  const { out } = await chainwalk(['ci', '--json'], { files });
  const { subjects } = JSON.parse(out) as CiReport;
  return subjects.flatMap(({ checks }) => checks.flatMap((check) => check.problems));
}

describe('problems of pods', { timeout: 30_000 }, () => {
  it('have the same fingerprints when lines move, and other places', async () => {
    const [before, after] = [await problems(POD), await problems(`# a comment\n\n${POD.replace('  name: web\n', '  name: web\n\n')}`)];
    expect(before.length).toBeGreaterThan(1);
    expect(after.map(({ id, fingerprint }) => [id, fingerprint])).toEqual(before.map(({ id, fingerprint }) => [id, fingerprint]));
    expect(after.map(({ place }) => place?.line)).not.toEqual(before.map(({ place }) => place?.line));
    expect(new Set(before.map(({ fingerprint }) => fingerprint)).size).toBe(before.length);
  });

  it('are other problems for another pod', async () => {
    const [one, other] = [await problems(POD), await problems(POD.replace('name: web', 'name: other'))];
    const known = new Set(one.map(({ fingerprint }) => fingerprint));
    expect(other.length).toBe(one.length);
    expect(other.filter(({ fingerprint }) => known.has(fingerprint))).toEqual([]);
  });
});
