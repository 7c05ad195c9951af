/** What to do is said in the words of the mesh whose rules they are: no chain, port, option or identity of another one. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROFILES } from '../../src/mesh/allProfiles.ts';
import { CLAIMS } from '../../src/prove/claims/all.ts';
import { PAGES } from '../../src/report/generated/pages.ts';
import { remedyOf } from '../../src/report/pages/remedy.ts';
import { REMEDIES_IN_MESH } from '../../src/report/pages/remedyInMesh.ts';
import { chainwalk } from '../cli/memoryIo.ts';

const OF_ISTIO = /istio|ISTIO_|INVALID_DROP|ztunnel|\b15(?:0\d\d)\b|\b1337\b/i;
/** Claims that only Istio's rules can break. */
const ISTIO_ONLY = [
  'no-guardrail-left',
  'probe-source-rewritten',
  'init-cni-parity',
  'mode-parity',
  'backend-parity',
  'init-phase-reachable',
];
const claims = CLAIMS.map(({ id }) => id).filter((id) => !ISTIO_ONLY.includes(id));

describe('a remedy', () => {
  it.each(claims)('%s names nothing of Istio without a mesh, or with another', (claim) => {
    for (const mesh of [undefined, 'linkerd', 'consul']) expect(remedyOf(claim, mesh) ?? '', mesh).not.toMatch(OF_ISTIO);
    // Kuma has the same ports
    expect(remedyOf(claim, 'kuma') ?? '').not.toMatch(/istio|ISTIO_|INVALID_DROP|ztunnel|1337/i);
    for (const mesh of ['linkerd', 'consul', 'istio-ambient', undefined])
      expect(remedyOf(claim, mesh) ?? '', mesh).not.toContain('127.0.0.6');
  });

  it.each(Object.keys(REMEDIES_IN_MESH))('%s has a page, whose own words name no mesh', (claim) => {
    const page = PAGES.find(({ id }) => id === claim);
    expect(page?.todo).not.toMatch(OF_ISTIO);
    for (const mesh of PROFILES) expect(remedyOf(claim, mesh.name)).not.toBe('');
  });

  it.each(claims)('%s gives a pod of ambient no advice for sidecars', (claim) => {
    expect(remedyOf(claim, 'istio-ambient') ?? '').not.toMatch(/TPROXY|sidecar|as one user|istio-init|ISTIO_INBOUND|ISTIO_IN_REDIRECT/);
  });

  it('names the chains, ids and ports of its mesh', () => {
    expect(remedyOf('passthrough-returned', 'istio-sidecar')).toContain('the first rule of ISTIO_OUTPUT');
    expect(remedyOf('passthrough-returned', 'kuma')).toContain('the first rule of KUMA_MESH_OUTBOUND');
    expect(remedyOf('proxy-egress-direct', 'linkerd')).toContain('--proxy-uid of linkerd-init');
    expect(remedyOf('no-redirect-loop', 'consul')).toMatch(/the RETURN for the proxy's user come/);
    expect(remedyOf('no-redirect-loop', 'istio-ambient')).toContain('0x539/0xfff');
    expect(remedyOf('health-ports-open', 'linkerd')).toContain('4191, 4190');
    expect(remedyOf('invalid-not-to-app', 'istio-sidecar')).toContain('INVALID_DROP');
    expect(remedyOf('invalid-not-to-app', 'istio-ambient')).toContain('Drop packets in state INVALID');
  });

  it('what no page is about has no remedy', () => expect(remedyOf('nothing')).toBeUndefined());
});

it('verify says it so', async () => {
  const text = readFileSync(new URL('../../fixtures/linkerd.rules', import.meta.url), 'utf8').replace(/^.*--uid-owner 2102.*\n/m, '');
  // no fix is looked for where only some packets are judged
  const { code, out } = await chainwalk(['verify', 'l.rules', '--only', 'no-redirect-loop', '--where', 'out tcp'], {
    files: { 'l.rules': text },
  });
  expect([code, out.replaceAll(/\s+/g, ' ')]).toEqual([
    1,
    expect.stringContaining("Let the RETURN for the proxy's user come before every redirect"),
  ]);
});
