/** A node of a mesh in ambient mode: what is judged of probes, and what is not. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const NODE = readFileSync(resolve(import.meta.dirname, '../../fixtures/istio-ambient-host.rules'), 'utf8');
const HOST = 'interfaces: [{ name: eth0, addresses: [192.168.10.20/24] }]\nroutes: [default via 192.168.10.1 dev eth0]\n';
const UNSAID = 'which pods of the mesh run there is not given';

async function verify(...argv: readonly string[]): Promise<string> {
  const files = { 'node.rules': NODE, 'host.yaml': HOST, 'pods.yaml': `${HOST}pods: [10.42.0.7]\n` };
  return (await chainwalk(['verify', 'node.rules', '-q', ...argv], { files })).out.replaceAll(/\s+/g, ' ');
}

it('probes are not checked, and that is said, until the pods are named', async () => {
  expect(await verify()).toContain(UNSAID);
  expect(await verify('--host', 'host.yaml')).toContain(UNSAID);
  expect(await verify('--host', 'pods.yaml')).not.toContain(UNSAID);
});

it('nothing is said of them where another claim is requested', async () => {
  expect(await verify('--only', 'no-dead-rule')).not.toContain(UNSAID);
});
