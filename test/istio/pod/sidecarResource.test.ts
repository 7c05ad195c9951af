/** Sidecar resources: named for the pods that they select, as they change no rule. */
import { describe, expect, it } from 'vitest';
import { chainwalk } from '../../cli/memoryIo.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\nspec: {containers: [{name: web}]}\n';
const sidecar = (namespace: string, spec: string) =>
  `---\napiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: s, namespace: ${namespace}}\nspec: ${spec}\n`;

async function said(more: string): Promise<readonly (readonly [level: string, line: number])[]> {
  const { out } = await chainwalk(['enrol', 'a.yaml', '--json'], { files: { 'a.yaml': POD + more } });
  const [pod] = JSON.parse(out).pods as { findings: { message: string; level: string; line: number }[] }[];
  return (pod?.findings ?? []).filter(({ message }) => message.startsWith('Sidecar `s`')).map(({ level, line }) => [level, line] as const);
}

describe('a Sidecar resource', () => {
  it.each([
    ['of the namespace', sidecar('shop', '{egress: [{hosts: ["./*"]}]}'), [['info', 8]]],
    ['of the root namespace', sidecar('istio-system', '{egress: [{hosts: ["./*"]}]}'), [['info', 8]]],
    [
      'that turns capture off',
      sidecar('shop', '{workloadSelector: {labels: {app: web}}, ingress: [{captureMode: NONE}]}'),
      [['warning', 9]],
    ],
    ['that turns it on', sidecar('shop', '{ingress: [{captureMode: IPTABLES}]}'), [['info', 9]]],
    ['of another namespace', sidecar('other', '{}'), []],
    ['of other pods', sidecar('shop', '{workloadSelector: {labels: {app: api}}}'), []],
  ])('%s', async (_, text, expected) => {
    expect(await said(text)).toEqual(expected);
  });
});
