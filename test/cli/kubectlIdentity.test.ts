/** A running pod says who its proxy is, and where it is; what it does not say is not claimed of it. */
import { afterEach, describe, expect, it } from 'vitest';
import { type FakeKubectl, fakeKubectl, fixture, type Reply } from './fakeKubectl.ts';

const UID = 1000660001;
const RULES = fixture('istio-sidecar.rules').replaceAll('-owner 1337', `-owner ${UID}`);
const ADDRESS = [
  { ifname: 'lo', addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8 }] },
  { ifname: 'eth0', addr_info: [{ family: 'inet', local: '10.128.2.31', prefixlen: 23 }] },
];
// without its rules a kernel looks up no table, not even that of its own addresses
const IP_RULES = [
  { priority: 0, src: 'all', table: 'local' },
  { priority: 32766, src: 'all', table: 'main' },
  { priority: 32767, src: 'all', table: 'default' },
];
const ROUTE = [{ dst: 'default', gateway: '10.128.2.1', dev: 'eth0', flags: [] }];

const pod = (proxy: object, whole: object = {}) =>
  JSON.stringify({
    kind: 'Pod',
    metadata: { name: 'web-0' },
    spec: { ...whole, containers: [{ name: 'app' }, { name: 'istio-proxy', ...proxy }] },
    status: { podIPs: [{ ip: '10.128.2.31' }] },
  });
const replies = (described: string, ip: boolean): readonly Reply[] => [
  { when: '*"get pod web-0"*', out: described },
  { when: '*"-- iptables-save"|*"-- iptables-nft-save"', out: RULES },
  ...(ip
    ? [
        { when: '*"ip -json address"', out: JSON.stringify(ADDRESS) },
        { when: '*"ip -4 -json route show table all"', out: JSON.stringify(ROUTE) },
        { when: '*"ip -4 -json rule"', out: JSON.stringify(IP_RULES) },
        { when: '*"ip -"*', out: '[]' },
      ]
    : []),
  { when: '*', err: 'no such program\n', code: 127 },
];

let fake: FakeKubectl | undefined;
afterEach(() => fake?.remove());
const ask = async (described: string, argv: readonly string[], ip = true) => {
  fake?.remove();
  fake = fakeKubectl(replies(described, ip));
  return fake.plugin(['web-0', ...argv]);
};
const errors = (out: string) => [...out.matchAll(/^error: ([\w-]+)/gm)].map(([, claim]) => claim);

const OWN = { securityContext: { runAsUser: UID, runAsGroup: UID } };
const USUAL = { securityContext: { runAsUser: 1337, runAsGroup: 1337 } };

describe('the user of the proxy', () => {
  it.each([
    ['of its container', pod(OWN), true],
    ['of the pod', pod({}, OWN), true],
    ['of its container, before the pod’s', pod(OWN, USUAL), true],
    ['of its container, without `ip`', pod(OWN), false],
  ])('%s: the rules that let it past have no error', async (_, described, ip) => {
    const { code, out } = await ask(described, ['verify', '-q'], ip);
    expect({ code, errors: errors(out) }).toEqual({ code: 0, errors: [] });
    expect(out).not.toContain('the proxy runs as');
  });

  it('which they do not let past: errors', async () => {
    const { code, out } = await ask(pod(USUAL), ['verify', '-q']);
    expect({ code, errors: errors(out) }).toMatchObject({ code: 1, errors: expect.arrayContaining(['no-redirect-loop']) });
  });

  it('that is not given is taken from the rules, said, and not proved', async () => {
    const { code, out } = await ask(pod({}), ['verify', '-q']);
    expect({ code, errors: errors(out) }).toEqual({ code: 1, errors: ['proxy-identity'] });
    expect(out).toContain(`assumed the proxy runs as uid ${UID}`);
  });

  it('is what the user says, and the saved host says it for later', async () => {
    expect((await ask(pod(USUAL), ['verify', '-q', '--proxy-uid', String(UID), '--proxy-gid', String(UID)])).code).toBe(0);
    fake?.remove();
    fake = fakeKubectl(replies(pod(OWN), true));
    const { written } = await fake.plugin(['web-0', '--save', '.', 'verify', '-q']);
    expect(JSON.parse(written['./web-0.host.json'] ?? '{}')).toMatchObject({ processes: { proxy: { uid: UID, gid: UID } } });
  });
});

describe('the address of the pod', () => {
  it.each([true, false])('is what `ip` or its status says: a call to itself comes in (ip: %s)', async (ip) => {
    const { out } = await ask(pod(OWN), ['trace', `out tcp -> 10.128.2.31:8080 uid=${UID} gid=${UID}`, '-q'], ip);
    expect(out).toMatch(/^CAPTURED inbound/);
    expect(out).not.toMatch(/^assumed (?:a pod|10\.)/m);
  });
});
