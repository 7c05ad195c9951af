/** Commands of nft on rules: --apply, and edits of --fix, which are for iptables. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const files = {
  'pod.nft': readFileSync(new URL('../../fixtures/nft/istio-sidecar.nft', import.meta.url), 'utf8'),
  'pod.rules': '*filter\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n',
};

async function apply(rules: string, commands: string) {
  const { code, out, err } = await chainwalk(['diff', rules, '--apply', commands], { files });
  return { code, text: `${out}${err}`.replaceAll(/\s+/g, ' ') };
}

describe('--apply with commands of nft', () => {
  test('a rule before the others changes packets, one that is never reached does not', async () => {
    const first = await apply('pod.nft', 'nft insert rule inet istio-proxy-nat istio-output tcp dport 9 counter return');
    expect(first).toMatchObject({ code: 1, text: expect.stringContaining('CAPTURED outbound -> DIRECT ipv4: out tcp -> !local:9') });
    const last = await apply('pod.nft', 'nft add rule inet istio-proxy-nat istio-output tcp dport 9 counter return');
    expect(last).toMatchObject({ code: 0, text: expect.stringContaining('EQUAL: no change in behaviour') });
  });

  test('a table beside rules of iptables', async () => {
    const table =
      'nft add table ip x; nft add chain ip x o { type filter hook output priority 10 \\; }; nft add rule ip x o tcp dport 9 drop';
    const { code, text } = await apply('pod.rules', table);
    expect({ code, dropped: text.includes('-> DROPPED out tcp -> !local:9') }, text).toEqual({ code: 1, dropped: true });
  });

  test('what nft would refuse', async () => {
    const { code, text } = await apply('pod.nft', 'nft delete rule inet istio-proxy-nat istio-output handle 7');
    expect(code).toBe(2);
    expect(text).toContain('no rule of `istio-output` has handle 7');
  });
});

test('--fix says that it edits rules of iptables', async () => {
  const { err, written } = await chainwalk(['verify', '--fix', '--dry-run', 'pod.nft'], { files });
  expect(err).toContain('pod.nft is not edited: edits are written for rules of iptables, and these are of nftables');
  expect(err).not.toContain('no edit is proved');
  expect(written).toEqual({});
});
