/** A host that is described in part: what its description does not say is assumed, and said. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const SIDECAR = readFileSync(resolve(import.meta.dirname, '../../fixtures/istio-sidecar.rules'), 'utf8');
const HOST = `interfaces: [{ name: ens160, addresses: [192.168.10.20/24] }, { name: docker0, addresses: [172.17.0.1/16] }]
routes: [default via 192.168.10.1 dev ens160]
sysctls: { net.ipv4.ip_forward: "1" }
`;

interface Answer {
  readonly outcome: string;
  readonly packet: { readonly iif?: string };
  readonly assumptions: readonly { readonly about: string; readonly says: string }[];
}

async function answer(packet: string, more = ''): Promise<Answer> {
  const files = { 'vm.rules': SIDECAR, 'host.yaml': HOST + more };
  const { out } = await chainwalk(['trace', 'vm.rules', packet, '--host', 'host.yaml', '--json'], { files });
  return JSON.parse(out) as Answer;
}

describe('listeners', () => {
  it('that are not named are those of the mesh, and the answer says so', async () => {
    const said = await answer('in tcp 10.9.9.9 -> 192.168.10.20:8080');
    expect(said.outcome).toBe('captured-in');
    expect(said.assumptions.map(({ says }) => says)).toEqual([expect.stringContaining('does not say who listens')]);
  });

  it('an empty list: nothing listens', async () => {
    const said = await answer('in tcp 10.9.9.9 -> 192.168.10.20:8080', 'listeners: []\n');
    expect(said).toMatchObject({ outcome: 'refused', assumptions: [] });
  });

  it('processes that are named keep their users', async () => {
    const files = { 'vm.rules': SIDECAR.replaceAll('1337', '998'), 'host.yaml': `${HOST}processes: { proxy: { uid: 998, gid: 998 } }\n` };
    const { out } = await chainwalk(['trace', 'vm.rules', 'out tcp -> 203.0.113.9:443', '--host', 'host.yaml', '--json'], { files });
    const { outcome, assumptions } = JSON.parse(out) as Answer;
    expect([outcome, assumptions.map(({ about }) => about)]).toEqual(['captured-out', ['host']]);
  });
});

describe('a packet arrives by the interface', () => {
  it.each([
    ['that leads back to its source', 'in tcp 172.17.0.2 -> 10.1.2.3:80', 'docker0'],
    ['of the default route, for a source that is far away', 'in tcp 10.9.9.9 -> 172.17.0.1:80', 'ens160'],
    ['that has its destination, for any client', 'in tcp -> 172.17.0.1:80', 'docker0'],
    ['that comes first, for any client and another host', 'in tcp -> 10.1.2.3:80', 'ens160'],
    ['that is named', 'in tcp 10.9.9.9 -> 172.17.0.1:80 iif=docker0', 'docker0'],
  ])('%s', async (_, packet, iif) => {
    expect((await answer(packet)).packet.iif).toBe(iif);
  });
});

describe('a host with containers behind bridges', () => {
  const ask = async (files: Readonly<Record<string, string>>, ...argv: readonly string[]) =>
    (await chainwalk(argv, { files: { ...files, 'host.yaml': HOST } })).out.replaceAll(/\s+/g, ' ');
  const CONTAINER = ' ! -i docker0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.17.0.2:8080';

  it('what is sent elsewhere and dropped there is missed by the rule that sent it elsewhere', async () => {
    const published = SIDECAR.replace('-A PREROUTING', `-A PREROUTING${CONTAINER}\n-A PREROUTING`);
    const filter = '*filter\n:FORWARD DROP [0:0]\n:DOCKER-USER - [0:0]\n-A FORWARD -j DOCKER-USER\n-A DOCKER-USER -j RETURN\nCOMMIT\n';
    const out = await ask({ 'vm.rules': published + filter }, 'verify', 'vm.rules', '--host', 'host.yaml', '--only', 'inbound-captured');
    expect(out).toContain('rule nat PREROUTING#1 at ');
    expect(out).toContain('come before PREROUTING#1 in table nat');
    expect(out).not.toContain('in table filter');
  });

  it('a change for containers is shown by packets that they send', async () => {
    const mended = SIDECAR.replace('-A PREROUTING', '-A PREROUTING -i docker0 -p tcp -j ISTIO_REDIRECT\n-A PREROUTING');
    const out = await ask({ 'a.rules': SIDECAR, 'b.rules': mended }, 'diff', 'a.rules', 'b.rules', '--host', 'host.yaml');
    const [main = ''] = out.split('packets for other hosts, or');
    expect(main).not.toContain('1.0.0.0');
    expect(out).toContain(
      'FORWARDED -> CAPTURED outbound in tcp -> !{172.17.0.1,192.168.10.20}:{15008,15020-15021,15090} iif=docker0 (ordinary',
    );
    expect(out).toContain('-> 203.0.113.9:15008 iif=docker0');
    expect(main).not.toContain('LOST -> ');
  });
});
