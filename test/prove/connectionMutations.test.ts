/** Edits of a sidecar's rules that only data, FIN, RST and ICMP errors about connections meet: diff and verify name the packet and the rule. */
import { describe, expect, it } from 'vitest';
import { diff } from '../../src/api/library/index.ts';
import { verifyRulesets } from '../../src/prove/judge/verifyRules.ts';
import { readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { rulesetsOf } from '../support/rulesets.ts';

const HOST = {
  interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24'] }],
  routes: ['default via 10.244.0.1 dev eth0'],
  listeners: [
    { proto: 'tcp', port: 15001, process: 'proxy' },
    { proto: 'tcp', port: 15006, process: 'proxy' },
    { proto: 'tcp', port: 8080, process: 'app' },
  ],
  processes: { app: { uid: 1000, gid: 1000 }, proxy: { uid: 1337, gid: 1337 } },
} as const;
const BASE = readFixture('istio-sidecar').text;
const edited = (table: string, rule: string) => `${BASE}\n*${table}\n${rule}\nCOMMIT\n`;

const MUTATIONS: readonly (readonly [table: string, rule: string, packet: string, level: 'error' | 'warning' | 'info'])[] = [
  ['filter', '-A INPUT -i eth0 -p tcp --tcp-flags PSH PSH -j DROP', 'data of the client', 'error'],
  ['filter', '-A OUTPUT -p tcp --tcp-flags PSH,ACK PSH,ACK -j DROP', 'data of the client', 'error'],
  ['filter', '-A OUTPUT -p tcp --tcp-flags PSH PSH -m conntrack --ctdir REPLY -j REJECT', 'data of the server', 'error'],
  ['mangle', '-A PREROUTING -p tcp --tcp-flags SYN,PSH PSH -j DROP', 'data of the client', 'error'],
  ['filter', '-A INPUT -p tcp -m length --length 53 -j DROP', 'data of the client', 'error'],
  ['filter', '-A INPUT -p tcp -m conntrack --ctstatus ASSURED -j DROP', 'ACK', 'error'],
  ['filter', '-A INPUT -p tcp --tcp-flags FIN FIN -j DROP', 'FIN of the client', 'warning'],
  ['filter', '-A OUTPUT -p tcp --tcp-flags FIN FIN -m conntrack --ctdir REPLY -j DROP', 'FIN of the server', 'warning'],
  ['mangle', '-A POSTROUTING -p tcp --tcp-flags FIN,ACK FIN,ACK -j DROP', 'FIN of the client', 'warning'],
  [
    'mangle',
    '-A INPUT -p tcp --tcp-flags FIN FIN -m conntrack --ctstate ESTABLISHED --ctdir ORIGINAL -j DROP',
    'FIN of the client',
    'warning',
  ],
  ['filter', '-A INPUT -p tcp --tcp-flags RST RST -j DROP', 'reset of the client', 'warning'],
  ['filter', '-A OUTPUT -p tcp --tcp-flags RST RST -m conntrack --ctstate ESTABLISHED -j DROP', 'reset of the client', 'warning'],
  ['raw', '-A PREROUTING -p tcp --tcp-flags RST RST -j DROP', 'reset of the client', 'warning'],
  ['filter', '-A INPUT -p icmp -j DROP', 'ICMP error "too big"', 'warning'],
  ['filter', '-A INPUT -m conntrack --ctstate RELATED -j DROP', 'ICMP error "too big"', 'warning'],
  ['filter', '-A INPUT -p icmp --icmp-type 3/4 -m conntrack --ctorigdstport 8080 -j DROP', 'ICMP error "too big" to the server', 'warning'],
  ['raw', '-A PREROUTING -p icmp --icmp-type fragmentation-needed -j DROP', 'ICMP error "too big"', 'warning'],
  ['mangle', '-A PREROUTING -p icmp --icmp-type ttl-exceeded -j DROP', 'ICMP error "TTL exceeded"', 'info'],
  [
    'filter',
    '-A INPUT -p icmp --icmp-type port-unreachable -m conntrack --ctstate RELATED -j DROP',
    'ICMP error "port unreachable"',
    'info',
  ],
];

describe.each(MUTATIONS)('%s %s: the %s', (table, rule, packet, level) => {
  const text = edited(table, rule);
  const chain = rule.split(' ')[1];

  it('diff', () => {
    const { changes, undecided } = diff(BASE, text, { host: HOST, profile: 'istio-sidecar' });
    // what goes to all hosts of a network opens no connection
    const toOne = changes.filter(({ example, usual }) => usual === 'ordinary' && !String(example.dst).endsWith('.255'));
    const named = toOne.filter(({ head }) => head.connection?.reason?.includes(packet));
    expect(named.length).toBeGreaterThan(0);
    expect(new Set(named.map(({ head }) => `${head.rule?.table} ${head.rule?.chain}`))).toEqual(new Set([`${table} ${chain}`]));
    expect(named.every((change) => change.level === (level === 'error' ? 'error' : 'warning'))).toBe(true);
    expect(undecided).toEqual([]);
  });

  it('verify', () => {
    const host = hostOf(HOST);
    const { findings } = verifyRulesets(rulesetsOf(text, { family: 4 }), { host, only: ['connections-complete'] });
    const named = findings.filter(({ verdict, reason = '' }) => verdict === 'violated' && reason.includes(packet));
    expect(named.length).toBeGreaterThan(0);
    expect(new Set(named.map((finding) => finding.level))).toEqual(new Set([level]));
    expect(new Set(named.flatMap(({ blame }) => blame.map((one) => `${one.table} ${one.chain}`)))).toEqual(new Set([`${table} ${chain}`]));
  });
});

it('what counts bytes goes both ways, and is named all the same', () => {
  const rule = '-A INPUT -i eth0 -p tcp -m connbytes --connbytes 4 --connbytes-dir both --connbytes-mode packets -j DROP';
  const { changes, equivalent } = diff(BASE, edited('filter', rule), { host: HOST, profile: 'istio-sidecar' });
  expect(equivalent).toBe(false);
  expect(changes.some(({ head }) => head.rule?.table === 'filter' && head.rule.chain === 'INPUT')).toBe(true);
});
