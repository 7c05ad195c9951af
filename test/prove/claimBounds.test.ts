/** Packets that a claim is about and that are easily left out: other loopback addresses, guests, excluded users, destinations that change. */
import { describe, expect, it } from 'vitest';
import type { VerifyReport } from '../../src/report/json/verify.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { readFixture } from '../support/fixtures.ts';

interface Case {
  readonly name: string;
  readonly of: string;
  /** before the first rule of its chain and table nat, or of table raw */
  readonly add?: { readonly table: 'nat' | 'raw'; readonly rule: string };
  readonly without?: string;
  /** claims of level error that break */
  readonly breaks: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'a stub resolver on 127.0.0.53 is on loopback as 127.0.0.1 is',
    of: 'istio-sidecar',
    add: { table: 'nat', rule: '-A ISTIO_OUTPUT -d 127.0.0.53/32 -p tcp -m owner ! --uid-owner 1337 -j ISTIO_REDIRECT' },
    breaks: ['loopback-preserved'],
  },
  {
    name: 'what is sent from 127.0.0.1 to another host is lost: DNS of a stub resolver, sent elsewhere',
    of: 'istio-sidecar',
    add: { table: 'nat', rule: '-A OUTPUT -d 127.0.0.0/8 -p udp -m udp --dport 53 -j DNAT --to-destination 10.96.0.53' },
    breaks: ['loopback-preserved'],
  },
  { name: 'Consul spares 127.0.0.1 alone', of: 'consul', breaks: ['loopback-preserved'] },
  {
    name: 'Consul with all of loopback spared first',
    of: 'consul',
    add: { table: 'nat', rule: '-A OUTPUT -d 127.0.0.0/8 -j ACCEPT' },
    breaks: [],
  },
  { name: 'DNS of an excluded user is sent elsewhere all the same', of: 'consul-dns', breaks: ['loopback-preserved', 'excluded-bypass'] },
  { name: 'without an excluded user', of: 'consul-dns', without: '--uid-owner 1234', breaks: ['loopback-preserved'] },
  {
    name: 'an excluded port 53, too',
    of: 'consul-dns',
    without: '--uid-owner 1234',
    add: { table: 'nat', rule: '-A CONSUL_PROXY_OUTPUT -p tcp -m tcp --dport 53 -j RETURN' },
    breaks: ['loopback-preserved', 'excluded-bypass'],
  },
  {
    name: 'the answer to a guest is in another zone than its question',
    of: 'kuma-vnet',
    breaks: ['conntrack-zone-symmetry', 'connections-complete'],
  },
  {
    name: 'the question of a guest in the zone of the answer',
    of: 'kuma-vnet',
    add: { table: 'raw', rule: '-A PREROUTING -i docker0 -p udp -m udp --dport 53 -j CT --zone 2' },
    breaks: [],
  },
  {
    name: "the proxy's packets leave, but for another host",
    of: 'istio-sidecar',
    add: { table: 'nat', rule: '-A OUTPUT -d 10.7.0.0/16 -p tcp -m owner --uid-owner 1337 -j DNAT --to-destination 10.8.0.1' },
    breaks: ['proxy-egress-direct'],
  },
  {
    name: "the proxy's questions leave, but for another server",
    of: 'istio-dns',
    add: { table: 'nat', rule: '-A OUTPUT -p udp -m udp --dport 53 -m owner --uid-owner 1337 -j DNAT --to-destination 10.8.0.1' },
    breaks: ['dns-proxy-direct'],
  },
  {
    name: 'what is excluded leaves, but for another host',
    of: 'istio-ports',
    add: {
      table: 'nat',
      rule: '-A OUTPUT -d 10.7.0.0/16 -p tcp -m tcp --dport 3306 -m owner --uid-owner 1000 --gid-owner 1000 -j DNAT --to-destination 10.8.0.1',
    },
    breaks: ['excluded-bypass'],
  },
];

function textOf({ of, add, without }: Case): string {
  const lines = readFixture(of)
    .text.split('\n')
    .filter((line) => without === undefined || !line.includes(without));
  if (add === undefined) return lines.join('\n');
  const start = lines.indexOf(`*${add.table}`);
  const at = lines.findIndex((line, index) => index > start && line.startsWith('-A '));
  return [...lines.slice(0, at), add.rule, ...lines.slice(at)].join('\n');
}

describe('the packets that claims are about', () => {
  it.each(CASES)('$of: $name', { timeout: 60_000 }, async (one) => {
    const files = { 'a.rules': textOf(one), 'host.json': JSON.stringify(readFixture(one.of).host) };
    const { code, out } = await chainwalk(['verify', 'a.rules', '--host', 'host.json', '--json'], { files });
    const { findings } = JSON.parse(out) as VerifyReport;
    const errors = findings.filter(({ verdict, level, family }) => verdict === 'violated' && level === 'error' && family === 'ipv4');
    expect([...new Set(errors.map(({ claim }) => claim))]).toEqual(one.breaks);
    if (one.breaks.length === 0) expect(findings.filter(({ verdict }) => verdict === 'undecided')).toEqual([]);
    expect(code).toBe(one.breaks.length > 0 ? 1 : 0);
  });
});
