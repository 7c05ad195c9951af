/** What a claim does not say: nothing of packets that nobody asked about, and no excuse for what rules make the kernel discard. */
import { describe, expect, it } from 'vitest';
import { readHost } from '../../src/host/readHost.ts';
import { verifyRulesets } from '../../src/prove/judge/verifyRules.ts';
import { parsePacketSet } from '../../src/syntax/packets/parsePacketSet.ts';
import { readFixture } from '../support/fixtures.ts';
import { rulesetsOf } from '../support/rulesets.ts';

const SIDECAR = readFixture('istio-sidecar').text;

function verdictOf(claim: string, text: string, options: Parameters<typeof verifyRulesets>[1] = {}): string | undefined {
  return verifyRulesets(rulesetsOf(text), { ...options, only: [claim] }).findings[0]?.verdict;
}

describe('the bounds of a claim', () => {
  it('a claim about packets that are not looked at neither holds nor breaks', () => {
    const { set: where } = parsePacketSet({ file: 'where', text: 'out udp' });
    expect(where).toBeDefined();
    const only = where === undefined ? {} : { where };
    expect(verdictOf('outbound-captured', SIDECAR, only)).toBe('not-applicable');
    expect(verdictOf('inbound-captured', SIDECAR, only)).toBe('not-applicable');
    expect(verdictOf('proxy-egress-direct', SIDECAR, only)).toBe('holds');
  });

  it.each([
    ['istio-sidecar', false],
    ['istio-dns', true],
    ['kuma-vnet', true],
    ['broken/dns-no-answer-zone', true],
  ])('connections-complete notes connections that conntrack knows one way only: %s', (name, noted) => {
    const { notes } = verifyRulesets(rulesetsOf(readFixture(name).text), { only: ['connections-complete'] });
    expect(notes.some((note) => /^connections-complete: .* whether they open, not what follows$/.test(note))).toBe(noted);
  });

  it('connections of one way that nobody asked about are not noted', () => {
    const { set: where } = parsePacketSet({ file: 'where', text: 'out tcp' });
    expect(where).toBeDefined();
    const options = { only: ['connections-complete'], ...(where !== undefined && { where }) };
    const { notes } = verifyRulesets(rulesetsOf(readFixture('istio-dns').text), options);
    expect(notes.filter((note) => note.startsWith('connections-complete'))).toEqual([]);
  });

  it('packets that a mark makes rp_filter discard are not captured', () => {
    const marked = `${SIDECAR}\n*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i eth0 -p tcp -m tcp --dport 8080 -j MARK --set-xmark 0x7/0xffffffff\nCOMMIT\n`;
    const pod = {
      interfaces: [
        { name: 'eth0', addresses: ['10.244.0.5/24'] },
        { name: 'net1', addresses: ['10.9.0.5/24'] },
      ],
      sysctls: { 'net.ipv4.conf.all.rp_filter': '1', 'net.ipv4.conf.all.src_valid_mark': '1' },
      routes: ['default via 10.244.0.1 dev eth0'],
      ip_rules: ['fwmark 7 lookup 7'],
      route_tables: { 7: ['default via 10.9.0.1 dev net1'] },
      listeners: [15001, 15006, 15021].map((port) => ({ proto: 'tcp', port, process: 'proxy' })),
      processes: { app: { uid: 1000, gid: 1000 }, proxy: { uid: 1337, gid: 1337 } },
    };
    const { host, problems } = readHost(pod);
    expect(problems).toEqual([]);
    const around = host === undefined ? {} : { host };
    expect(verdictOf('inbound-captured', SIDECAR, around)).toBe('holds');
    expect(verdictOf('inbound-captured', marked, around)).toBe('violated');
  });
});
