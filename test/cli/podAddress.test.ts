/** Whose address a packet goes to, where no file says it: what is assumed is said, and what cannot be known is asked. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures');
const text = (name: string) => readFileSync(join(FIXTURES, name), 'utf8');
const NODE = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp --dport 9100 -j DROP
-A FORWARD -i br-3fa1 -j ACCEPT
COMMIT
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -p tcp --dport 7 -j DROP
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 172.20.0.2:80
COMMIT
`;
const SERVER = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp --dport 22 -j ACCEPT
COMMIT
`;
const DOCKER = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
-A FORWARD -d 172.18.0.2/32 ! -i br-7c6e -o br-7c6e -p tcp --dport 443 -j ACCEPT
-A FORWARD -i tailscale0 -j ACCEPT
-A FORWARD -o tun+ -j DROP
COMMIT
*nat
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -s 172.18.0.0/16 ! -o br-7c6e -j MASQUERADE
COMMIT
`;
const packetBy = (iif: string): string => `in tcp 10.0.0.9 -> 192.168.7.2:8080 iif=${iif}`;
const FILES = {
  'docker.rules': DOCKER,
  'pod.rules': text('istio-sidecar.rules'),
  'dual.rules': text('istio-dual-stack.rules'),
  'tproxy.rules': text('istio-tproxy.rules'),
  'node.rules': NODE,
  'server.rules': SERVER,
  'router.rules': NODE.replace('br-3fa1', 'lan0'),
};

interface Answer {
  readonly outcome: string;
  readonly assumptions: readonly { readonly about: string; readonly says: string; readonly options: readonly string[] }[];
}

const ask = async (...argv: readonly string[]) => chainwalk(['trace', '--quiet', ...argv], { files: FILES });
const answer = async (...argv: readonly string[]): Promise<Answer> => JSON.parse((await ask('--json', ...argv)).out) as Answer;

describe('the destination of what arrives is the pod', () => {
  it.each([
    ['pod.rules', 'in tcp -> 10.12.3.4:15021', 'to-proxy'],
    ['pod.rules', 'in tcp -> 172.29.1.124:9898', 'captured-in'],
    ['pod.rules', 'in tcp 10.12.3.9 -> 10.12.3.4:8080', 'captured-in'],
    ['dual.rules', 'in tcp -> [2001:db8:1::4]:8080', 'captured-in'],
    ['tproxy.rules', 'in tcp -> 10.12.3.4:8080', 'captured-in'],
    ['server.rules', 'in tcp -> 203.0.113.5:22', 'to-app'],
    ['server.rules', 'in tcp -> 203.0.113.5:23', 'dropped'],
  ])('%s %s: %s', async (rules, packet, outcome) => {
    const said = await answer(rules, packet);
    expect(said.outcome).toBe(outcome);
    expect(said.assumptions).toEqual([
      {
        about: 'pod-address',
        says: expect.stringMatching(/, where the packet goes, is the pod's address$/),
        options: ['--pod-ip', '--host'],
      },
    ]);
  });

  it('and so is the source that is given for what is sent: a call to itself is one', async () => {
    const self = ['out tcp 10.12.3.4 -> 10.12.3.4:8080 uid=1337 gid=1337', 'out tcp -> 10.12.3.4:8080 uid=1337 gid=1337'];
    expect((await answer('pod.rules', self[0] ?? '')).outcome).toBe('captured-in');
    expect((await answer('pod.rules', self[1] ?? '')).outcome).toBe('direct');
    expect((await answer('--pod-ip', '10.12.3.4', 'pod.rules', self[1] ?? '')).outcome).toBe('captured-in');
  });

  it('a proxy that sends with the address of its client leaves the pod where it is', async () => {
    const said = await answer('tproxy.rules', 'out tcp 10.9.9.9 -> 10.244.0.5:8080 uid=0 gid=1337 mark=0x539');
    expect(said).toMatchObject({ outcome: 'to-app', assumptions: [{ says: 'a pod with the address 10.244.0.5' }] });
  });

  it.each([
    ['in udp -> 224.0.0.251:5353', 'lost'],
    ['in udp -> 127.0.0.1:80', 'lost'],
    ['in udp -> 10.244.0.255:53', 'to-app'],
    ['in udp -> 240.0.0.1:80', 'lost'],
  ])('no pod has such an address: %s', async (packet, outcome) => {
    const said = await answer('pod.rules', packet);
    expect(said.assumptions.map(({ says }) => says)).toEqual(['a pod with the address 10.244.0.5']);
    expect(said.outcome).toBe(outcome);
  });

  it('people read it before the path', async () => {
    const { out } = await ask('pod.rules', 'in tcp -> 10.12.3.4:15021');
    expect(out.split('\n').slice(0, 5).join('\n')).toContain("assumed 10.12.3.4, where the packet goes, is the pod's address; --pod-ip or");
    const brief = await ask('--brief', 'pod.rules', 'in tcp -> 10.12.3.4:15021');
    expect(brief.out).toMatch(/\(assumed: 1\)\n$/);
  });
});

describe('--pod-ip', () => {
  it('is what a packet to another address is not for', async () => {
    const said = await answer('--pod-ip', '10.9.9.9', 'pod.rules', 'in tcp -> 10.12.3.4:15021');
    const says = 'the packet comes to this pod, though 10.12.3.4 is not its address, which is 10.9.9.9';
    expect(said).toMatchObject({ outcome: 'lost', assumptions: [{ about: 'pod-address', says }] });
  });

  it('is given for one family or both', async () => {
    const [four, six] = ['in tcp -> 10.9.9.9:8080', 'in tcp -> [fd11::7]:8080'];
    for (const packet of [four, six]) {
      const said = await answer('--pod-ip', '10.9.9.9', '--pod-ip', 'fd11::7', 'dual.rules', packet);
      expect(said).toMatchObject({ outcome: 'captured-in', assumptions: [] });
    }
    const other = await answer('--pod-ip', '10.9.9.9', 'dual.rules', six);
    expect(other.assumptions.map(({ about }) => about)).toEqual(['pod-address']);
  });

  it.each([
    [['--pod-ip', 'ten'], '--pod-ip: expected an address of a pod, not `ten`'],
    [['--pod-ip', '10.1.1.1', '--pod-ip', '10.1.1.2'], '--pod-ip: a pod has one address of each family'],
    [['--pod-ip', '10.1.1.1', '--host', 'h.yaml'], '--pod-ip: it is for the pod that is assumed without a host description'],
  ])('%j is refused', async (argv, message) => {
    const { code, err } = await ask(...argv, 'pod.rules', 'in tcp -> 10.1.1.1:80');
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(message) });
  });
});

describe('rules that are not a pod’s', () => {
  it.each(['node.rules', 'router.rules'])('%s: whose address it is, is a question', async (rules) => {
    const { out, code } = await ask(rules, 'in tcp -> 192.168.7.2:9100');
    expect(out).toMatch(/^UNDECIDED it depends on whether 192\.168\.7\.2 is an address of this host\s+\(--pod-ip\s+or --host says it\)/);
    expect(out).toContain('branch 1 of 2 (it is): DROPPED by filter INPUT#1');
    expect(code).toBe(0);
    expect((await ask('--strict', rules, 'in tcp -> 192.168.7.2:9100')).code).toBe(1);
    expect((await ask('--expect', 'dropped', rules, 'in tcp -> 192.168.7.2:9100')).code).toBe(1);
  });

  it('--pod-ip answers it', async () => {
    const said = await answer('--pod-ip', '192.168.7.2', 'node.rules', 'in tcp -> 192.168.7.2:9100');
    expect(said.outcome).toBe('dropped');
    expect(said.assumptions).toMatchObject([{ about: 'host', options: ['--host'] }]);
  });

  it('what it passes on leaves via an interface that is not named', async () => {
    const packet = 'in tcp -> 192.168.7.2:8080';
    const { out } = await ask('--pod-ip', '192.168.7.2', 'node.rules', packet);
    expect(out).toMatch(/^UNDECIDED it depends on the interface that leads to 172\.20\.0\.2 \(--host says it\)/);
    expect((await answer('node.rules', packet)).outcome).toBe('undecided');
  });

  it.each([
    ['by all of them the same policy drops it', `${packetBy('eth0')}`, 'dropped'],
    ['where a rule lets it pass, they differ', packetBy('br-3fa1'), 'undecided'],
    ['one that no rule names may be there as well', packetBy('wlan9'), 'dropped'],
  ])('that is passed on from a known interface: %s', async (_, packet, outcome) =>
    expect((await answer('--pod-ip', '192.168.7.2', 'node.rules', packet)).outcome).toBe(outcome),
  );

  it('the interfaces that rules name are those of the assumed router, and an own answer names them', async () => {
    const { out } = await ask('docker.rules', 'in tcp 203.0.113.7 -> 172.18.0.1:80 iif=tailscale0');
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      "assumed a router with eth0 at 10.244.0.5, br-7c6e at 172.18.0.1, tailscale0 and tun0, as rules name them, since `! -i br-7c6e` is not a pod's",
    );
    expect(out).toMatch(/^TO APP -> app at 172\.18\.0\.1:80/);
    const { out: proof } = await chainwalk(['verify', 'docker.rules'], { files: FILES });
    expect(proof.replaceAll(/\s+/g, ' ')).toContain(
      'an assumed router with eth0 at 10.244.0.5, br-7c6e at 172.18.0.1, tailscale0 and tun0',
    );
  });

  it('rules that end the packet before that matters decide it', async () =>
    expect((await answer('node.rules', 'in tcp -> 192.168.7.2:7')).outcome).toBe('dropped'));
});

describe('sets of packets', () => {
  const run = (...argv: readonly string[]) => chainwalk(argv, { files: { ...FILES, 'open.rules': OPEN, 'other.rules': OTHER_NODE } });
  /** nothing that arrives is captured */
  const OPEN = FILES['pod.rules'].replace('-A PREROUTING -p tcp -j ISTIO_INBOUND\n', '');
  /** another verdict for what containers send */
  const OTHER_NODE = NODE.replace('-i br-3fa1 -j ACCEPT', '-i br-3fa1 -j DROP');

  it('that all go to one address are for the pod: find and diff look at what happens there', async () => {
    const where = ['--where', 'in tcp -> 10.12.3.4:8080 flags=S'] as const;
    const found = await run('find', 'pod.rules', ...where, '--outcome', 'captured-in', '--json');
    expect(found.code).toBe(1);
    expect(JSON.parse(found.out)).toMatchObject({ answer: 'some', assumptions: [{ about: 'pod-address' }] });
    expect((await run('find', 'pod.rules', ...where, '--outcome', 'to-app')).code).toBe(0);
    expect((await run('diff', 'pod.rules', 'open.rules', ...where)).out).toContain('CAPTURED inbound -> TO APP');
    const elsewhere = await run('diff', 'pod.rules', 'open.rules', ...where, '--pod-ip', '10.9.9.9');
    expect(elsewhere.out).toContain('CAPTURED inbound -> LOST');
  });

  it('of rules that are not a pod’s: that none arrives so is not proved, and that nothing changes is not either', async () => {
    const none = await run('find', 'node.rules', '--where', 'in tcp', '--outcome', 'captured-in', '--json');
    expect({ code: none.code, answer: (JSON.parse(none.out) as { answer: string }).answer }).toEqual({ code: 1, answer: 'undecided' });
    expect((await run('find', 'node.rules', '--where', 'out tcp', '--outcome', 'captured-out')).code).toBe(0);
    const changed = await run('diff', 'node.rules', 'other.rules');
    expect(changed.out).toMatch(/^CHANGED: 1 error, 3 hints: 4 classes of packets change; 1 class of packets is\s+undecided/);
    expect(changed.out).toContain('FORWARDED -> DROPPED');
    expect((await run('diff', 'node.rules', 'other.rules', '--strict')).code).toBe(1);
    expect((await run('diff', 'node.rules', 'node.rules')).out).toMatch(/^EQUAL: no change in behaviour/);
  });
});

describe('addresses beside a host, in a file', () => {
  const host = '{"interfaces":[{"name":"eth0","addresses":["10.244.0.5/24"]}]}';
  const files = { ...FILES, 'host.json': host };

  it('a group of the configuration has one of them', async () => {
    const config = "groups: [{ files: 'pod.rules', host: host.json, podIps: 10.1.2.3 }]\n";
    const { code, out, err } = await chainwalk(['ci'], { files: { ...files, 'chainwalk.config.yaml': config } });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('podIps: ');
  });

  it('expectations have one of them', async () => {
    const expected =
      "rules: pod.rules\nhost: host.json\npodIps: 10.1.2.3\npackets: [{ packet: 'out tcp -> 10.0.0.9:80', outcome: captured-out }]\n";
    const { code, out, err } = await chainwalk(['expect', 'e.yaml'], { files: { ...files, 'e.yaml': expected } });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('podIps: ');
  });
});
