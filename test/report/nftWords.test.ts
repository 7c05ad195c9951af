/** Advice in the words of nftables. */
import { describe, expect, it } from 'vitest';
import { istioAmbient } from '../../src/mesh/istioAmbient.ts';
import { istioSidecar } from '../../src/mesh/istioSidecar.ts';
import { REMEDIES } from '../../src/report/generated/remedies.ts';
import { nftWords } from '../../src/report/pages/nftWords.ts';
import { REMEDIES_IN_MESH } from '../../src/report/pages/remedyInMesh.ts';

describe('advice about rules of nftables', () => {
  it.each([
    [
      'Let `-p tcp --dport 15008 -j RETURN` be the first rule of ISTIO_INBOUND.',
      'Let `tcp dport 15008 return` be the first rule of istio-inbound.',
    ],
    [
      'Let `-o lo -s 127.0.0.6/32 -j RETURN` be the first rule of ISTIO_OUTPUT',
      'Let `oifname "lo" ip saddr 127.0.0.6 return` be the first rule of istio-output',
    ],
    [
      'Keep the -o lo rule with ISTIO_IN_REDIRECT for the user of the proxy, before the RETURNs for lo.',
      'Keep the rule for lo with istio-in-redirect for the user of the proxy, before the return for lo.',
    ],
    ['`iptables -t inet proxy -I out 1 -m owner --uid-owner 1337 -j RETURN`', '`nft insert rule inet proxy out meta skuid 1337 return`'],
    ['Let nat OUTPUT#1 leave alone what goes over lo (`! -o lo`)', 'Let nat OUTPUT#1 leave alone what goes over lo (`oifname != "lo"`)'],
    [
      'add `-i INTERFACE -p udp --dport 53 -j REDIRECT --to-ports 15053` to nat PREROUTING',
      'add `iifname "INTERFACE" udp dport 53 redirect to :15053` to the nat chain of PREROUTING',
    ],
    ['`-s 169.254.7.127/32 -p tcp -j ACCEPT` in ISTIO_PRERT', '`ip saddr 169.254.7.127 meta l4proto tcp accept` in istio-prerouting'],
  ])('%s', (advice, said) => {
    expect(nftWords(advice)).toBe(said);
  });

  it('leaves no option of iptables and no chain of its mode in any advice', () => {
    const all = [
      ...Object.values(REMEDIES),
      ...[istioSidecar, istioAmbient].flatMap((mesh) => Object.values(REMEDIES_IN_MESH).flatMap((advice) => advice?.(mesh) ?? [])),
    ];
    expect(all.length).toBeGreaterThan(60);
    const left = all
      .map(nftWords)
      .filter((text) => /(?:^|[\s`(])(?:-[ijpsdom] |--[sd]port |--to-ports)|\bISTIO_(?:OUTPUT|INBOUND|IN_REDIRECT)\b/.test(text));
    expect(left).toEqual([]);
  });
});
