/** An exclusion that is no exception any more is a finding, whichever mesh writes it and by whatever field. */
import { describe, expect, it } from 'vitest';
import { parsePrefix, prefixRange } from '../../src/packet/address.ts';
import { areWidePorts, areWideRanges } from '../../src/packet/wideRanges.ts';
import type { VerifyReport } from '../../src/report/json/verify.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { readFixture } from '../support/fixtures.ts';

const rangesOf = (...texts: readonly string[]) =>
  texts.map((text) => {
    const prefix = parsePrefix(text);
    if (prefix === undefined) throw new Error(text);
    return prefixRange(prefix);
  });

describe('ranges are wide', () => {
  it.each([
    [['0.0.0.0/0']],
    [['0.0.0.0/1']],
    [['11.0.0.0/8', '12.0.0.0/8']],
    [['8.0.0.0/7']],
    [['9.0.0.0/9', '9.128.0.0/9', '11.0.0.0/8']],
    [['::/0']],
    [['2000::/3']],
  ])('%j', (texts) => {
    expect(areWideRanges(rangesOf(...texts))).toBe(true);
  });

  it.each([
    [['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16']],
    [['9.0.0.0/8', '9.0.0.0/8', '9.0.0.0/9']],
    [['224.0.0.0/3', '127.0.0.0/8']],
    [['fc00::/7', 'fe80::/10']],
    [['2001:db8::/32']],
    [[]],
  ])('%j are not', (texts) => {
    expect(areWideRanges(rangesOf(...texts))).toBe(false);
  });

  it('of ports: half of all', () => {
    expect([areWidePorts([{ lo: 0, hi: 32_767 }]), areWidePorts([{ lo: 30_000, hi: 32_767 }])]).toEqual([true, false]);
  });
});

interface Edit {
  readonly of: string;
  readonly add: string;
  readonly before: string;
}

async function findingsOf({ of, add, before }: Edit, ...options: readonly string[]) {
  const { text, host } = readFixture(of);
  const rules = text.replace(before, `${add}\n${before}`);
  expect(rules).not.toBe(text);
  const files = { 'a.rules': rules, 'host.json': JSON.stringify(host) };
  const { code, out } = await chainwalk(['verify', 'a.rules', '--host', 'host.json', '--json', ...options], { files });
  return { code, findings: (JSON.parse(out) as VerifyReport).findings };
}

const LAST = '-A ISTIO_OUTPUT -j ISTIO_REDIRECT';

describe('an exclusion of', () => {
  it.each<readonly [string, Edit, string | undefined]>([
    ['half of all addresses', { of: 'istio-sidecar', add: '-A ISTIO_OUTPUT -d 0.0.0.0/1 -j RETURN', before: LAST }, 'direct'],
    [
      'the way to everywhere',
      { of: 'istio-sidecar', add: '-A PREROUTING -i eth0 -j RETURN\n-A OUTPUT -o eth0 -j RETURN', before: '-A PREROUTING' },
      'direct',
    ],
    ['a network of its own', { of: 'istio-sidecar', add: '-A ISTIO_OUTPUT -d 9.0.0.0/8 -j RETURN', before: LAST }, undefined],
    [
      'most ports, by Linkerd',
      { of: 'linkerd', add: '-A PROXY_INIT_OUTPUT -p tcp -m multiport --dports 1:40000 -j RETURN', before: '-A PROXY_INIT_OUTPUT -p tcp' },
      'direct',
    ],
    [
      'most ports that arrive, by Linkerd',
      { of: 'linkerd', add: '-A PROXY_INIT_REDIRECT -p tcp -m multiport --dports 1:40000 -j RETURN', before: '-A PROXY_INIT_REDIRECT -p' },
      'to-app',
    ],
    [
      'half of all addresses, by Kuma',
      {
        of: 'kuma',
        add: '-A OUTPUT -d 0.0.0.0/1 -p tcp -m comment --comment "kuma/mesh/transparent/proxy/skip further processing" -j RETURN',
        before: '-A OUTPUT -p udp -m udp --dport 53 -m owner --uid-owner 5678 -m comment --comment "kuma/mesh/transparent/proxy: return',
      },
      'direct',
    ],
  ])('%s', async (_, edit, outcome) => {
    const { code, findings } = await findingsOf(edit);
    const [found] = findings.filter(({ claim, verdict }) => claim === 'exclusion-not-overbroad' && verdict === 'violated');
    expect([found?.level, found?.witness?.outcome]).toEqual(outcome === undefined ? [undefined, undefined] : ['warning', outcome]);
    if (outcome !== undefined) expect([code, (await findingsOf(edit, '--strict')).code]).toEqual([code, 1]);
  });
});
