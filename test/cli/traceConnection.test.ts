/** Whether a connection completes, as `trace` says it: edits of a sidecar's rules that real connections have died of, each with the
 *  packet that dies and the rule, and every packet of a connection with --connection. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const SIDECAR = readFileSync(new URL('../../fixtures/istio-sidecar.rules', import.meta.url), 'utf8');
const APP = 'out tcp -> 10.0.0.9:80 uid=1000';
const PROXY = 'out tcp -> 10.0.0.9:80 uid=1337 gid=1337';
const PEER = 'in tcp 10.244.0.1 -> 10.244.0.5:8080';
const LOCAL = 'out tcp -> 127.0.0.1:8080 uid=1000';

interface Table {
  readonly name: string;
  /** policy */
  readonly output?: 'ACCEPT' | 'DROP';
}

const FILTER: Table = { name: 'filter' };

/** The rule is at line 5 of the text. */
function edited({ name, output = 'ACCEPT' }: Table, rule: string): string {
  const chains = name === 'mangle' ? ':POSTROUTING ACCEPT' : name === 'raw' ? ':PREROUTING ACCEPT' : ':INPUT ACCEPT';
  return `*${name}\n${chains}\n:OUTPUT ${output}\n\n-A ${rule}\nCOMMIT\n${SIDECAR}`;
}

const trace = (rules: string, ...more: readonly string[]) => chainwalk(['trace', 'pod.rules', ...more], { files: { 'pod.rules': rules } });

/** What is said of the first leg's connection, on one line. */
async function saidOf(rules: string, packet: string): Promise<string> {
  const { out } = await trace(rules, packet);
  const lines = out.split('\n');
  const at = lines.findIndex((line) => /^ {3}(?:completes|STALLS|may stall):/.test(line));
  const end = lines.findIndex((line, index) => index > at && !/^ {5}\S/.test(line));
  return lines
    .slice(at, end)
    .map((line) => line.trim())
    .join(' ');
}

const PASSES = 'completes: SYN-ACK and ACK pass';
const dies = (packet: string, chain: string) => `STALLS: the ${packet} is dropped by ${chain}#1 at pod.rules:5`;
const OUT = dies('SYN-ACK', 'filter OUTPUT');

/** Of the application, the proxy, a peer, and the application to itself. */
const EDITS: readonly (readonly [Table, string, readonly string[]])[] = [
  [FILTER, 'OUTPUT -p tcp --sport 15006 -j DROP', [PASSES, PASSES, OUT, PASSES]],
  [FILTER, 'OUTPUT -p tcp --tcp-flags SYN,ACK SYN,ACK -j DROP', [OUT, PASSES, OUT, OUT]],
  [
    { name: 'raw' },
    'OUTPUT -p tcp --sport 15001 -j CT --notrack',
    [
      'STALLS: the SYN-ACK arrives as 127.0.0.1:15001, not 10.0.0.9:80: it is not tracked, so its addresses are not translated back',
      PASSES,
      PASSES,
      PASSES,
    ],
  ],
  [
    { name: 'filter', output: 'DROP' },
    'OUTPUT -m conntrack --ctstate NEW -j ACCEPT',
    [
      'STALLS: the SYN-ACK is dropped by the policy of filter OUTPUT',
      'STALLS: the ACK is dropped by the policy of filter OUTPUT',
      'STALLS: the SYN-ACK is dropped by the policy of filter OUTPUT',
      'STALLS: the SYN-ACK is dropped by the policy of filter OUTPUT',
    ],
  ],
  [FILTER, 'OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j DROP', [OUT, dies('ACK', 'filter OUTPUT'), OUT, OUT]],
  [
    FILTER,
    'INPUT -m conntrack ! --ctstate NEW -j DROP',
    ['SYN-ACK', 'SYN-ACK', 'ACK', 'SYN-ACK'].map((name) => dies(name, 'filter INPUT')),
  ],
  [FILTER, 'OUTPUT -m conntrack --ctdir REPLY -j DROP', [OUT, PASSES, OUT, OUT]],
  [FILTER, 'OUTPUT -o eth0 -p tcp -m conntrack --ctstate ESTABLISHED --ctorigdstport 8080 -j DROP', [PASSES, PASSES, OUT, PASSES]],
  [
    FILTER,
    'INPUT -i eth0 -p tcp --tcp-flags SYN,ACK ACK -j DROP',
    [PASSES, dies('data of the server', 'filter INPUT'), dies('ACK', 'filter INPUT'), PASSES],
  ],
  [
    { name: 'mangle' },
    'POSTROUTING -o eth0 -m conntrack --ctstate ESTABLISHED -j DROP',
    [PASSES, dies('ACK', 'mangle POSTROUTING'), dies('SYN-ACK', 'mangle POSTROUTING'), PASSES],
  ],
];

describe('one line for each leg', () => {
  it.each(EDITS)('%o %s', async (table, rule, said) => {
    const rules = edited(table, rule);
    const packets = [APP, PROXY, PEER, LOCAL];
    expect(await Promise.all(packets.map((packet) => saidOf(rules, packet)))).toEqual(said);
    const outcomes = await Promise.all(packets.map((packet) => trace(rules, packet, '--brief')));
    expect(outcomes.map(({ out }) => out.startsWith('stalled'))).toEqual(said.map((one) => one.startsWith('STALLS')));
  });

  it('says first which packet stops the connection, and the rule', async () => {
    const rules = edited(FILTER, 'OUTPUT -p tcp --sport 15006 -j DROP');
    const { out, code } = await trace(rules, PEER, '--expect', 'captured-in');
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(
      /^STALLED the SYN-ACK is dropped by filter OUTPUT#1 at pod\.rules:5: -p tcp -m tcp --sport 15006 -j DROP /,
    );
    expect(code).toBe(1);
    expect((await trace(rules, PEER, '--expect', 'stalled')).code).toBe(0);
  });

  it('is of the second leg too: the proxy has a connection of its own', async () => {
    const { out } = await trace(edited(FILTER, 'INPUT -p tcp --sport 80 -i eth0 -j DROP'), APP);
    expect(out).toMatch(/^CAPTURED outbound/);
    expect(out).toMatch(
      /completes: SYN-ACK and ACK pass\n2 {2}proxy[\s\S]*STALLS: the SYN-ACK is dropped by filter INPUT#1 at pod\.rules:5/,
    );
  });

  it('has the packet that dies on the one line of --brief, and its rule in --why-not', async () => {
    const rules = edited(FILTER, 'OUTPUT -p tcp --sport 15006 -j DROP');
    const { out } = await trace(rules, PEER, '--brief');
    expect(out).toContain(' => proxy:15006; SYN-ACK -> OUTPUT#1 -> pod.rules:5 => dropped');
    const asked = await trace(rules, PEER, '--why-not', 'captured-in');
    expect(asked.out.replaceAll(/\s+/g, ' ')).toContain('with rule OUTPUT 1 (pod.rules:5) deleted this packet would be CAPTURED inbound');
  });

  it('ends the trace where the proxy accepts nothing', async () => {
    const { out } = await trace(edited(FILTER, 'OUTPUT -p tcp --tcp-flags SYN,ACK SYN,ACK -j DROP'), APP);
    expect(out).not.toMatch(/^2 {2}proxy/m);
  });

  it('names what it depends on', async () => {
    const { out } = await trace(edited(FILTER, 'INPUT -i eth0 -m string --string x --algo bm -j DROP'), PROXY);
    expect(out).toMatch(/^UNDECIDED between direct and stalled\n {2}depends on filter INPUT#1 at pod\.rules:5/);
    const later = await trace(edited(FILTER, 'INPUT -i eth0 -m string --string x --algo bm -j DROP'), APP);
    expect(later.out).toMatch(/^CAPTURED outbound[\s\S]*may stall: it depends on filter INPUT#1 at pod\.rules:5/);
  });

  it('of a question of DNS says why the answer has another address', async () => {
    const rules = edited({ name: 'raw' }, 'OUTPUT -p udp --sport 15053 -j CT --zone 2').replace(
      '-A OUTPUT -j ISTIO_OUTPUT\n',
      '-A OUTPUT -p udp --dport 53 -m owner ! --uid-owner 1337 -j REDIRECT --to-ports 15053\n-A OUTPUT -j ISTIO_OUTPUT\n',
    );
    expect(await saidOf(rules, 'out udp -> 8.8.8.8:53 uid=1000')).toBe(
      'STALLS: the answer arrives as 127.0.0.1:15053, not 8.8.8.8:53: conntrack zone 2 does not know its connection',
    );
  });
});

describe('--connection', () => {
  it('shows every later packet, those that go the same way together', async () => {
    const { out } = await trace(SIDECAR, PEER, '-c');
    expect(out).toContain('   SYN-ACK, data, FIN, reset from proxy: 10.244.0.5:15006 -> 10.244.0.1:40000\n');
    expect(out).toContain('   => leaves via eth0 as 10.244.0.5:8080 -> 10.244.0.1:40000\n');
    expect(out).toContain('   SYN-ACK, data, FIN, reset from app: 10.244.0.5:8080 -> 127.0.0.6:40000\n');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows every step with --verbose', async () => {
    const { out } = await trace(SIDECAR, APP, '-c', '-v');
    expect(out).toMatch(/\nleg 1, SYN-ACK: proxy sends tcp 127\.0\.0\.1:15001 -> 10\.244\.0\.5:40000\n {2}route: local dev lo\n/);
    expect(out).toMatch(/\nleg 2, FIN of the server: server sends/);
  });

  it('says which FIN dies of an open connection, whose outcome it does not change', async () => {
    const rules = edited(FILTER, 'INPUT -i eth0 -p tcp --tcp-flags FIN FIN -j DROP');
    const [plain, whole] = await Promise.all([trace(rules, PROXY), trace(rules, PROXY, '-c')]);
    expect(whole.out.replaceAll(/\s+/g, ' ')).toContain('pass; but not FIN of the server: dropped by filter INPUT#1 at pod.rules:5');
    expect(whole.out.split('\n')[0]).toBe(plain.out.split('\n')[0]);
  });

  it('is drawn in every format', async () => {
    const formats = ['mermaid', 'mermaid-sequence', 'xtables'];
    const drawn = await Promise.all(formats.map((format) => trace(SIDECAR, APP, '-c', '-o', format)));
    const plain = await Promise.all(formats.map((format) => trace(SIDECAR, APP, '-o', format)));
    expect(drawn[0]?.out).toContain('["SYN-ACK, data, FIN, reset  tcp 127.0.0.1 → 10.244.0.5:40000"]');
    expect(drawn[1]?.out).toContain('p3->>p2: SYN-ACK, data, FIN, reset  tcp 127.0.0.1 → 10.244.0.5:40000');
    expect(drawn[2]?.out).toContain('SRC=127.0.0.1 DST=10.244.0.5 LEN=60 TOS=0x0 TTL=64 SPORT=15001 DPORT=40000 SYN ACK');
    for (const { out } of plain) expect(out).not.toContain('SYN ACK');
    for (const { out } of plain) expect(out).not.toContain('SYN-ACK');
  });
});

it.each(['mermaid', 'mermaid-sequence', 'xtables'])('%s shows the packet that stops a connection', async (format) => {
  const { out } = await trace(edited(FILTER, 'OUTPUT -p tcp --sport 15006 -j DROP'), PEER, '-o', format);
  expect(out).toMatch(/SYN-ACK|SYN ACK/);
  expect(out).toContain('DROP');
});

describe('as JSON', () => {
  const answer = async (rules: string, ...more: readonly string[]) => JSON.parse((await trace(rules, ...more, '--json')).out);
  it('has the handshake and the data of each leg, and that of the first beside the outcome', async () => {
    const { connection, legs } = await answer(SIDECAR, APP);
    expect(connection).toEqual(legs[0].connection);
    expect(connection.completes).toBe(true);
    expect(connection.packets.map(({ name, direction, sender }: Record<string, string>) => [name, direction, sender])).toEqual([
      ['syn-ack', 'reply', 'proxy'],
      ['ack', 'original', 'app'],
      ['data', 'original', 'app'],
      ['data-back', 'reply', 'proxy'],
    ]);
    expect(legs[1].connection.packets.map(({ name, sender }: Record<string, string>) => [name, sender])).toEqual([
      ['syn-ack', 'server'],
      ['ack', 'proxy'],
      ['data', 'proxy'],
      ['data-back', 'server'],
    ]);
    expect(connection.packets[0].after).toMatchObject({ src: '10.0.0.9', sport: 80, dst: '10.244.0.5', dport: 40000 });
  });
  it('says why it does not complete', async () => {
    const { outcome, connection } = await answer(edited(FILTER, 'OUTPUT -p tcp --sport 15006 -j DROP'), PEER);
    expect(outcome).toBe('stalled');
    expect(connection).toMatchObject({ completes: false, reason: 'the SYN-ACK is dropped by filter OUTPUT#1 at pod.rules:5' });
    expect(connection.packets.at(-1).fate).toMatchObject({ kind: 'dropped', by: { line: 5 } });
  });
  it('says on what it depends', async () => {
    const rules = edited(FILTER, 'INPUT -i eth0 -m string --string x --algo bm -j DROP');
    expect((await answer(rules, APP)).legs[1].connection).toMatchObject({ completes: null, dependsOn: [{ rule: { line: 5 } }] });
    const { outcome, branches } = await answer(rules, PROXY);
    expect([outcome, branches.map(({ outcome: one }: { outcome: string }) => one)]).toEqual([
      'undecided',
      ['direct', 'stalled', 'stalled'],
    ]);
  });
  it('has all packets with --connection, and none of a packet that opens nothing', async () => {
    const { connection } = await answer(SIDECAR, APP, '-c');
    expect(connection.packets.map(({ name }: { name: string }) => name)).toEqual([
      'syn-ack',
      'ack',
      'data',
      'data-back',
      'fin',
      'fin-back',
      'reset',
      'reset-back',
    ]);
    expect((await answer(SIDECAR, `${APP} flags=A ctstate=INVALID`)).connection).toBeUndefined();
  });
});

describe('where a network would have to bring the answer from another side', () => {
  const HOST = JSON.stringify({
    interfaces: [
      { name: 'eth0', addresses: ['10.1.0.1/24'] },
      { name: 'eth1', addresses: ['10.2.0.1/24'] },
    ],
    sysctls: { 'net.ipv4.ip_forward': '1' },
    ip_rules: ['ipproto udp lookup 101', 'fwmark 1 lookup 101'],
    route_tables: { '101': ['default via 10.2.0.3 dev eth1'] },
  });
  const asked = async (rules: string, packet: string) => {
    const files = { 'pod.rules': rules, 'host.json': HOST };
    const { out } = await chainwalk(['trace', 'pod.rules', '--host', 'host.json', '--profile', 'none', packet, '--json'], { files });
    return JSON.parse(out).connection;
  };
  const OPEN = '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n';

  it('an answer that leaves by another interface is told, forwarded or from here', async () => {
    for (const to of ['10.2.0.2:53', '10.1.0.1:53'])
      expect(await asked(OPEN, `in udp 10.1.0.2 -> ${to} iif=eth0`)).toMatchObject({
        completes: true,
        reason: 'the answer leaves via eth1, not eth0, by which the first packet came',
      });
  });
  it('one that leaves where the first packet came is not', async () => {
    expect(await asked(OPEN, 'in tcp 10.1.0.2 -> 10.2.0.2:53 iif=eth0')).not.toHaveProperty('reason');
  });
  it('a later packet that takes another way than the first is told', async () => {
    const rules = '*mangle\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -m conntrack --ctstate ESTABLISHED -j MARK --set-mark 1\nCOMMIT\n';
    expect(await asked(rules, 'out tcp -> 10.1.0.2:80')).toMatchObject({
      completes: true,
      reason: 'the ACK leaves via eth1, not eth0, as the first packet does',
    });
  });
  it('the error with which REJECT answers is told too', async () => {
    const rules = '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -p udp -j REJECT\nCOMMIT\n';
    const files = { 'pod.rules': rules, 'host.json': HOST.replace('ipproto udp', 'not from 10.1.0.0/24') };
    const { out } = await chainwalk(
      ['trace', 'pod.rules', '--host', 'host.json', '--profile', 'none', 'in udp 10.1.0.2 -> 10.2.0.2:53 iif=eth0'],
      { files },
    );
    expect(out).toContain('the ICMP error leaves via eth1, not eth0, by which the first packet came');
  });
});

describe('sockets to which TPROXY hands packets', () => {
  const RULES = '*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -j TPROXY --on-port 15001 --tproxy-mark 1\nCOMMIT\n';
  const SS = 'Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nudp UNCONN 0 0 0.0.0.0:15001 0.0.0.0:* ';
  const asked = async (socket: string) => {
    const host = `2: eth0: <UP> mtu 1500\n    inet 10.1.0.1/24 scope global eth0\n${SS}users:(("${socket}",pid=7,fd=8))\n`;
    const files = { 'pod.rules': RULES, 'host.txt': host };
    return (await chainwalk(['trace', 'pod.rules', '--host', 'host.txt', 'in udp 10.1.0.2 -> 10.1.0.1:53', '--json'], { files })).out;
  };

  it('are taken to be transparent where `ss` does not say it, and the answer says so', async () => {
    const { outcome, assumptions } = JSON.parse(await asked('python3'));
    expect(outcome).toBe('to-app');
    expect(assumptions).toContainEqual({
      about: 'host',
      says: '`python3` on port 15001 has a transparent socket, as TPROXY hands packets to it; to any other they are lost',
      options: ['`transparent` of a listener in --host'],
    });
  });
  it('of a mesh are known', async () => {
    expect(await asked('envoy')).not.toContain('has a transparent socket');
  });
});
