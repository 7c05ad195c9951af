/** Rendered rules of pods that ask for little, and what the mesh promises: nothing of level error is broken. */
import { expect, it } from 'vitest';
import { parse, render, verify } from '../../src/api/library/index.ts';
import { PRESETS } from '../../src/istio/settings/presets.ts';

const DNS_ALL = { 'redirect-dns': true, 'capture-all-dns': true } as const;
const V6 = { host: { ipv6: true } } as const;

it.each([
  ['istio-init', V6, PRESETS.init],
  ['the CNI plugin', V6, PRESETS.cni],
  ['istio-init, DNS of every server', { ...V6, ...DNS_ALL }, PRESETS.init],
] as const)('%s', (_, settings, args = []) => {
  const { v4, v6 } = render(settings, { args });
  const { findings } = verify(parse(v6 === '' ? v4 : `${v4}# ip6tables\n${v6}`).rulesets);
  const errors = findings.filter(({ verdict, level }) => verdict === 'violated' && level === 'error').map(({ claim }) => claim);
  expect([...new Set(errors)]).toEqual([]);
});
