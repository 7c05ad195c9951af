/** Each fault of docs/findings.md that verify finds, and rules of the same products that have none. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chainwalk } from '../cli/memoryIo.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/findings');

interface Found {
  readonly claim: string;
  readonly verdict: string;
  readonly level: string;
  readonly reason?: string;
}

type Edit = (text: string) => string;

async function broken(name: string, edit: Edit = (text) => text): Promise<readonly Found[]> {
  const text = readFileSync(join(FOLDER, `${name}.rules`), 'utf8');
  const host = /host: (\S+)$/m.exec(text)?.[1] ?? '';
  const files = { 'a.rules': edit(text), 'host.json': readFileSync(join(dirname(`${FOLDER}/${name}`), host), 'utf8') };
  const { out } = await chainwalk(['verify', 'a.rules', '--host', 'host.json', '-o', 'json'], { files });
  return (JSON.parse(out) as { findings: readonly Found[] }).findings.filter(({ verdict }) => verdict === 'violated');
}

const errors = (found: readonly Found[]): readonly string[] => [
  ...new Set(found.flatMap(({ claim, level }) => (level === 'error' ? [claim] : []))),
];
const reasons = (found: readonly Found[], of: string): readonly string[] =>
  found.flatMap(({ claim, reason }) => (claim === of && reason !== undefined ? [reason] : []));

const without =
  (part: string): Edit =>
  (text) =>
    text
      .split('\n')
      .filter((line) => !line.includes(part))
      .join('\n');
const inFront =
  (part: string, rule: string): Edit =>
  (text) =>
    text.replace(part, `${rule}\n${part}`);

const DNS_OVER_TCP = '-A OUTPUT -p tcp -m tcp --dport 53 -m owner ! --uid-owner 5678 -j RETURN';
const JUMP = '-A OUTPUT -p tcp -j KUMA_MESH_OUTBOUND';
const SHIPPED: Edit = (text) => inFront(JUMP, DNS_OVER_TCP)(without(DNS_OVER_TCP)(text));

describe('verify finds', () => {
  it.each([
    ['kuma-vnet', ['conntrack-zone-symmetry', 'connections-complete']],
    ['kuma-insert', ['excluded-bypass']],
    ['kuma-excluded-user', ['conntrack-zone-symmetry', 'connections-complete']],
    ['consul-exclusions', ['loopback-preserved', 'excluded-bypass']],
    ['consul-stub-resolver', ['loopback-preserved']],
    ['consul-loopback', ['loopback-preserved']],
    ['gluetun-neighbours', ['icmpv6-nd-open']],
  ])('%s', async (name, claims) => expect(errors(await broken(name))).toEqual(claims));

  it('the rule that puts an answer into another zone', async () => {
    expect(reasons(await broken('kuma-vnet'), 'conntrack-zone-symmetry')).toEqual([
      'the connection is in conntrack zone 0, its answer is looked up in zone 2 (OUTPUT#2 in table raw)',
    ]);
  });

  it.each([
    ['sshuttle-nat', 'sshuttle-12300#1, sshuttle-12300#4'],
    ['gluetun-mtu', 'OUTPUT#1, OUTPUT#2, OUTPUT#5'],
    ['kuma-insert', 'OUTPUT#3'],
  ])('%s: the rules that come before one without effect', async (name, takers) => {
    expect(reasons(await broken(name), 'no-dead-rule')).toContain(
      `redundant: without it every packet is treated the same; packets that it matches are taken before it by ${takers}`,
    );
  });
});

describe('Kuma as it is today has no errors', () => {
  it.each<readonly [string, string, Edit]>([
    ['DNS over TCP let past before the jump', 'kuma-insert', SHIPPED],
    ['the same with the comment that Kuma writes', 'kuma-insert', (text) => SHIPPED(text).replace(DNS_OVER_TCP, commented(DNS_OVER_TCP))],
    ['DNS over TCP taken by the outbound listener, without any rule of its own', 'kuma-insert', without(DNS_OVER_TCP)],
    ['ports of users', 'kuma-excluded-user', without('--ctstate')],
  ])('%s', async (_, name, edit) => {
    const found = errors(await broken(name, (text) => without('-A INPUT')(without('CT --zone')(edit(text)))));
    expect(found).toEqual([]);
  });

  it('with the question of a guest in the zone of its answer', async () => {
    const rule = '-A PREROUTING -i docker0 -p udp -m udp --dport 53 -j CT --zone 2';
    expect(errors(await broken('kuma-vnet', inFront('-A PREROUTING -p udp -m udp --sport 53', rule)))).toEqual([]);
  });

  it('and an address that is let past without a comment is a hole all the same', async () => {
    const hole = inFront(JUMP, '-A OUTPUT -d 10.0.0.1/32 -j RETURN');
    expect(errors(await broken('kuma-insert', (text) => hole(SHIPPED(text))))).toContain('outbound-captured');
  });

  it('and a zone by the destination of answers, which it had before kumahq/kuma#11684, is found', async () => {
    const one = (text: string): string =>
      text
        .replace('-A PREROUTING -p udp -m udp --sport 53', '-A PREROUTING -d 10.96.0.10/32 -p udp -m udp --sport 53')
        .replaceAll(/-A OUTPUT -p udp -m udp --dport 53 -j (CT|REDIRECT)/g, '-A OUTPUT -d 10.96.0.10/32 -p udp -m udp --dport 53 -j $1');
    expect(errors(await broken('kuma-insert', (text) => one(SHIPPED(text))))).toEqual(['conntrack-zone-symmetry']);
  });
});

function commented(rule: string): string {
  const comment = 'kuma/mesh/transparent/proxy/allow applications to perform DNS queries over TCP';
  return rule.replace(' -j', ` -m comment --comment "${comment}" -j`);
}
