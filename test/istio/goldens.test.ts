/** Istio's own golden files, where they are at hand: what is rendered is what they say, character for character. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderRequest } from '../../src/istio/render/request.ts';

const IPTABLES = new URL('../../../shared/istio/goldens/', import.meta.url);
const NFTABLES = new URL('../../../shared/nft/goldens/', import.meta.url);

interface GoldenCase {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly mode?: string;
  readonly podOverrides?: Readonly<Record<string, unknown>>;
  readonly golden: string;
  readonly format?: string;
}

const HOST_FACTS = '_derived:';
const VARIABLE = '_env:';

/** The case in the JSON form of `render --settings`. */
function settingsOf({ settings, mode, podOverrides, format }: GoldenCase): Readonly<Record<string, unknown>> {
  const entries = Object.entries(settings).filter(([key]) => !key.startsWith(HOST_FACTS) && key !== 'enableIPv6');
  const nameservers = [settings['_derived:dnsServersV4'] ?? [], settings['_derived:dnsServersV6'] ?? []].flat();
  return {
    ...Object.fromEntries(entries.map(([key, value]) => [key.replace(VARIABLE, ''), value])),
    ...(mode !== undefined && { mode: mode === 'ambient-inpod' ? 'ambient' : mode }),
    ...podOverrides,
    ...(format === 'nft-commands' && mode !== undefined && { nativeNftables: true }),
    host: { ipv6: settings['_derived:enableIPv6'] ?? settings.enableIPv6, nameservers, kubeletUid: settings['_derived:kubeletUid'] },
  };
}

function rulesOf(golden: string): string {
  const lines = golden.split('\n').filter((line) => line !== '' && !/^ip6?tables-save$/.test(line));
  return lines.map((line) => `${line}\n`).join('');
}

function casesOf(goldens: URL): readonly GoldenCase[] {
  const cases = new URL('cases.json', goldens);
  return existsSync(cases) ? (JSON.parse(readFileSync(cases, 'utf8')) as { readonly cases: readonly GoldenCase[] }).cases : [];
}

for (const [backend, goldens] of [
  ['iptables', IPTABLES],
  ['nftables', NFTABLES],
] as const) {
  const cases = casesOf(goldens);
  describe.runIf(cases.length > 0)(`Istio's golden files of ${backend}`, () => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
      const { rendered, diagnostics } = renderRequest({ settings: { file: 'settings.json', text: JSON.stringify(settingsOf(one)) } });
      expect(diagnostics.filter(({ kind }) => kind !== 'warning')).toEqual([]);
      const golden = readFileSync(new URL(one.golden, goldens), 'utf8');
      expect(rendered?.nft ?? `${rendered?.v4}${rendered?.v6}`).toBe(rulesOf(golden));
      expect(rendered?.nft !== undefined).toBe(one.format === 'nft-commands');
    });
  });
}
