/** A port to which rules hand packets over is a proxy's: until somebody says what it sends, no answer excludes a loop. */
import { describe, expect, it } from 'vitest';
import { diff, find, type HostDescription, type ProfileName, parse, trace, verify } from '../../src/api/library/index.ts';
import '../../src/api/vitest/index.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { readFixture } from '../support/fixtures.ts';

interface Listener {
  readonly proto: string;
  readonly port?: number;
  readonly process: string;
  readonly forwards?: string;
  readonly transparent?: boolean;
}

const host = (...listeners: readonly Listener[]) => ({
  interfaces: [{ name: 'eth0', addresses: ['192.0.2.7/24'] }],
  routes: ['default via 192.0.2.1 dev eth0'],
  listeners: [...listeners, { proto: 'tcp', port: 22, process: 'sshd' }],
  processes: { squid: { uid: 13, gid: 13 }, sshd: { uid: 0, gid: 0 } },
});
const squid = (more: Partial<Listener> = {}): Listener => ({ proto: 'tcp', port: 3129, process: 'squid', ...more });

const nat = (...rules: readonly string[]) => `*nat\n${rules.map((rule) => `${rule}\n`).join('')}COMMIT\n`;
const mangle = (...rules: readonly string[]) => nat(...rules).replace('*nat', '*mangle');
const REDIRECT = nat('-A OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports 3129');

const verdict = (rules: string, given?: HostDescription, profile: ProfileName = 'none') =>
  verify(parse(rules, { family: 4 }), { only: ['no-redirect-loop'], profile, ...(given && { host: given }) }).findings.map(
    (one) => one.verdict,
  );
const loops = (rules: string, given?: HostDescription, where = 'out tcp') =>
  find(parse(rules, { family: 4 }), { where, outcome: 'loop', profile: 'none', ...(given && { host: given }) }).answer;

describe('handed over to a port of this host', () => {
  it.each<[string, string, HostDescription | undefined]>([
    ['REDIRECT', REDIRECT, host(squid())],
    ['REDIRECT on the assumed host', REDIRECT, undefined],
    ['REDIRECT in a chain', nat('-N P', '-A OUTPUT -p tcp -j P', '-A P -p tcp -j REDIRECT --to-ports 3129'), host(squid())],
    ['REDIRECT to a range', nat('-A OUTPUT -p tcp -j REDIRECT --to-ports 3100-3200'), host(squid())],
    ['REDIRECT that keeps the port', nat('-A OUTPUT -p tcp --dport 3129 -j REDIRECT'), host(squid())],
    ['DNAT to 127.0.0.1', nat('-A OUTPUT -p tcp --dport 80 -j DNAT --to-destination 127.0.0.1:3129'), host(squid())],
    ['DNAT to an own address', nat('-A OUTPUT -p tcp --dport 80 -j DNAT --to-destination 192.0.2.7:3129'), host(squid())],
    [
      'an exception for another user',
      nat('-A OUTPUT -m owner --uid-owner 99 -j RETURN', '-A OUTPUT -p tcp -j REDIRECT --to-ports 3129'),
      host(squid()),
    ],
    ['TPROXY', mangle('-A PREROUTING -p tcp -j TPROXY --on-port 3129 --tproxy-mark 1'), host(squid({ transparent: true }))],
  ])('%s: undecided', (_, rules, given) => {
    expect(verdict(rules, given)).toEqual(['undecided']);
    expect(loops(rules, given, 'tcp')).toBe('undecided');
  });

  it.each<[string, string, HostDescription | undefined]>([
    ['another host', nat('-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 172.17.0.2:80'), undefined],
    ['a chain that nothing calls', nat('-N P', '-A P -p tcp -j REDIRECT --to-ports 3129'), host(squid())],
    ['a port where no process listens', REDIRECT, host()],
    ['another protocol', nat('-A OUTPUT -p udp --dport 53 -j REDIRECT --to-ports 3129'), host(squid())],
    ['a process that answers by itself', REDIRECT, host(squid({ forwards: 'nothing' }))],
    ['SNAT', nat('-A POSTROUTING -p tcp -j SNAT --to-source 192.0.2.7:3129'), host(squid())],
    [
      'what may be the assumed address of a pod',
      nat('-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.244.0.5:8080'),
      undefined,
    ],
  ])('not to %s', (_, rules, given) => {
    expect(verdict(rules, given)).not.toContain('undecided');
    // of what arrives at a host that nobody described nothing is proved where the rules are not a pod's
    expect(loops(rules, given, given === undefined ? 'out tcp' : 'tcp')).toBe('none');
  });

  it('what is said of it is proved', () => {
    expect(verdict(REDIRECT, host(squid({ forwards: '203.0.113.5:80' })))).toEqual(['violated']);
    expect(loops(REDIRECT, host(squid({ forwards: '203.0.113.5:80' })))).toBe('some');
    expect(verdict(REDIRECT, host(squid({ forwards: '203.0.113.5:3128' })))).toEqual(['holds']);
    expect(loops(REDIRECT, host(squid({ forwards: '203.0.113.5:3128' })))).toBe('none');
  });

  it('packets that do not come to it do not loop', () => {
    expect(loops(REDIRECT, host(squid()), 'out tcp -> 203.0.113.9:443')).toBe('none');
    expect(loops(REDIRECT, host(squid()), 'out udp')).toBe('none');
  });

  it('other outcomes do not depend on it', () => {
    const rules = parse(REDIRECT, { family: 4 });
    const report = find(rules, { where: 'out tcp -> 203.0.113.9:80', outcome: 'to-app', host: host(squid()) });
    expect(report).toMatchObject({ answer: 'some', undecided: [] });
  });
});

describe('beside a mesh', () => {
  it('the listeners of the mesh are known, another one is not', () => {
    const { text, host: pod } = readFixture('istio-sidecar');
    expect(verdict(text, pod, 'auto')).not.toContain('undecided');
    const rules = text.replace(/^(\*nat\n(?::.*\n)*)/m, '$1-A OUTPUT -p tcp --dport 8443 -j REDIRECT --to-ports 9443\n');
    expect(verdict(rules, undefined, 'auto')).toEqual(['undecided']);
  });

  it('without the profile nothing is known of its proxy', () => {
    expect(verdict(readFixture('istio-sidecar').text)).toContain('undecided');
  });
});

describe('every answer says it', () => {
  it('trace, in words and in JSON', async () => {
    const files = { 'r.rules': REDIRECT, 'h.json': JSON.stringify(host(squid())) };
    const args = ['trace', 'r.rules', 'out tcp -> 203.0.113.9:80', '--host', 'h.json', '--family', '4'];
    const { out } = await chainwalk(args, { files });
    expect(out.slice(0, out.indexOf('packet')).replaceAll(/\s+/g, ' ')).toContain(
      'what `squid` sends for a connection that it takes at tcp port 3129 is not known',
    );
    expect(trace(parse(REDIRECT, { family: 4 }), 'out tcp -> 203.0.113.9:80', { host: host(squid()) }).unknown).toContain('tcp port 3129');
    expect(trace(parse(REDIRECT, { family: 4 }), 'out tcp -> 203.0.113.9:443', { host: host(squid()) }).unknown).toBeUndefined();
  });

  it('find, with exit 1 and what to say', async () => {
    const files = { 'r.rules': REDIRECT, 'h.json': JSON.stringify(host(squid())) };
    const args = ['find', 'r.rules', '--where', 'out tcp', '--outcome', 'loop', '--host', 'h.json', '--family', '4'];
    const { code, out } = await chainwalk(args, { files });
    expect([code, out.replaceAll(/\s+/g, ' ')]).toEqual([
      1,
      expect.stringMatching(/undecided: what `squid` sends .*`- {process: squid, listens: \[tcp 3129\], dials: original, uid: UID}`/),
    ]);
    expect((await chainwalk(['verify', 'r.rules', '--host', 'h.json', '--family', '4', '--strict'], { files })).code).toBe(1);
  });

  it('diff', () => {
    const head = nat('-A OUTPUT -p tcp --dport 80 -m owner ! --uid-owner 13 -j REDIRECT --to-ports 3129');
    const [one, other] = [parse(REDIRECT, { family: 4 }), parse(head, { family: 4 })];
    expect(diff(one, other, { host: host(squid()) }).notes.join()).toContain('`squid`');
    expect(diff(one, one, { host: host(squid()) }).equivalent).toBe(true);
    const where = diff(one, other, { host: host(squid()), where: 'out tcp uid=1000' });
    expect([where.equivalent, where.undecided.map(({ reason }) => reason).join()]).toEqual([false, expect.stringContaining('`squid`')]);
  });

  it('the matchers', () => {
    const rules = parse(REDIRECT, { family: 4 });
    const options = { host: host(squid()) };
    expect(() => expect(rules).not.toReach('out tcp', 'loop', options)).toThrow(/`squid`/);
    expect(() => expect(rules).not.toReach('out tcp -> 203.0.113.9:80', 'loop', options)).toThrow();
    expect(rules).not.toReach('out tcp -> 203.0.113.9:443', 'loop', options);
    // a rule leads it away from where it goes: that is the application's only where no mesh is said to be there
    expect(() => expect(rules).toReach('out tcp -> 203.0.113.9:80', 'to-app', options)).toThrow();
    expect(rules).toReach('out tcp -> 203.0.113.9:80', 'to-app', { ...options, profile: 'none' });
  });
});
