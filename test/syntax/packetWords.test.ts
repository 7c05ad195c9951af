/** Packets in the words of people who have not read the page of the notation: accepted, or refused with a suggestion that works. */
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { packets } from '../../src/api/arbitraries/index.ts';
import { completePacket } from '../../src/host/completePacket.ts';
import { defaultHost } from '../../src/mesh/defaultHost.ts';
import { packetText } from '../../src/packet/notation.ts';
import { readPacketJson } from '../../src/packet/readPacketJson.ts';
import { parsePacket } from '../../src/syntax/packets/parsePacket.ts';
import { parsePacketSet } from '../../src/syntax/packets/parsePacketSet.ts';
import { hostOf } from '../support/host.ts';
import { evaluateExpr } from './evaluateExpr.ts';

const read = (text: string) => parsePacket({ file: 'packet', text });
const readSet = (text: string) => parsePacketSet({ file: 'set', text });
const POD = hostOf(defaultHost());
const PLAIN = 'out tcp -> 1.2.3.4:443 uid=0';

describe('the same packet', () => {
  it.each([
    ['out tcp → 1.2.3.4:443 uid=0'],
    ['out tcp ➜ 1.2.3.4:443 uid=0'],
    ['out tcp –> 1.2.3.4:443 uid=0'],
    ['out tcp —> 1.2.3.4:443 uid=0'],
    ['out tcp --> 1.2.3.4:443 uid=0'],
    ['out tcp => 1.2.3.4:443 uid=0'],
    ['out\u00a0tcp\u2009->\u202f1.2.3.4:443 uid=0\u200b'],
    ['“out tcp -> 1.2.3.4:443 uid=0”'],
    ['"out tcp -> 1.2.3.4:443 uid=0"'],
    ["'out tcp -> 1.2.3.4:443 uid=0'"],
    ['`out tcp -> 1.2.3.4:443 uid=0`'],
    ['$ out tcp -> 1.2.3.4:443 uid=0\n'],
    ['OUT TCP -> 1.2.3.4:443 UID=0'],
    ['Outbound tcp -> 1.2.3.4:443 user=root'],
    ['outgoing tcp -> 1.2.3.4:https uid=root'],
    ['egress tcp -> 1.2.3.4:HTTPS owner=0'],
    ['out tcp -> 1.2.3.4 dport=443 uid=0'],
    ['out tcp -> 1.2.3.4 port=https uid=0'],
  ])('%s', (text) => {
    expect(read(text)).toMatchObject({ packet: read(PLAIN).packet, diagnostics: [] });
    const sets = [text, PLAIN].map((one) => readSet(one).set);
    expect(sets[0]?.expr).toEqual(sets[1]?.expr);
    expect(sets[0]?.dir).toBe('out');
  });

  it.each([
    ['–p tcp –d 1.2.3.4 –dport https –uid-owner root', '-p tcp -d 1.2.3.4 --dport 443 --uid-owner 0'],
    ['inbound tcp -> 1.2.3.4:ssh flags=SYN', 'in tcp -> 1.2.3.4:22 flags=S'],
    ['ingress tcp -> 1.2.3.4:22 flags=SYN,ACK', 'in tcp -> 1.2.3.4:22 flags=SA'],
    ['in tcp -> 1.2.3.4:22 flags=syn+ack', 'in tcp -> 1.2.3.4:22 flags=SA'],
    ['in tcp -> 1.2.3.4:22 flags=[S.]', 'in tcp -> 1.2.3.4:22 flags=SA'],
    ['in icmp -> 1.2.3.4 icmp=echo-request', 'in icmp -> 1.2.3.4 icmp=8'],
    ['in icmp -> 1.2.3.4 icmp=port-unreachable', 'in icmp -> 1.2.3.4 icmp=3/3'],
    ['in icmpv6 -> fd00::1 icmp=echo-request', 'in icmpv6 -> fd00::1 icmp=128'],
    ['-p icmpv6 -d fd00::1 --icmpv6-type echo-reply', '-p icmpv6 -d fd00::1 --icmpv6-type 129'],
    ['in tcp -> 1.2.3.4:22 mac=aa-bb-cc-dd-ee-ff state=new', 'in tcp -> 1.2.3.4:22 mac=aa:bb:cc:dd:ee:ff ctstate=NEW'],
    ['in tcp -> [FD00::1]:domain iif=Eth0', 'in tcp -> [fd00::1]:53 iif=Eth0'],
  ])('%s is %s', (text, plain) => {
    expect(read(text)).toMatchObject({ packet: read(plain).packet, diagnostics: [] });
    expect(read(plain).packet).toBeDefined();
  });

  it.each([
    ['in icmp icmp={echo-request,echo-reply}', { proto: 1, icmpType: 0, icmpCode: 0 }, 4],
    ['icmp=neighbour-solicitation', { proto: 58, icmpType: 135 }, 6],
    ['-> :{ssh,https}', { dport: 22 }, 4],
    ['-> :!ssh', { dport: 23 }, 4],
    ['uid=!root', { uid: 1 }, 4],
    ['dport=443 proto=!udp', { proto: 6, dport: 443 }, 4],
    ['mac=aa-bb-cc-dd-ee-ff', { mac: 0xaabbccddeeff }, 4],
  ] as const)('the set %s', (text, packet, family) => {
    const { set, diagnostics } = readSet(text);
    expect(diagnostics).toEqual([]);
    expect(set && evaluateExpr(set.expr[family], packet)).toBe(true);
  });

  test('a packet of the arbitraries is the same with other arrows, blanks and capitals', () => {
    fc.assert(
      fc.property(packets(), fc.constantFrom('→', '=>', '–>', '-->'), fc.constantFrom('\u00a0', '\t', '  '), (json, arrow, blank) => {
        const { packet } = completePacket(readPacketJson(json).given ?? {}, POD);
        const text = packet === undefined ? '' : packetText(packet);
        const written = text.replace('->', arrow).replaceAll(' ', blank);
        expect(read(written).packet).toEqual(read(text).packet);
        expect(packet === undefined || read(text).packet !== undefined).toBe(true);
      }),
      { numRuns: 50, seed: 7 },
    );
  });
});

/** text -> what is suggested in its place */
const MEANT: readonly (readonly [text: string, meant: string])[] = [
  ['out tcp 1.2.3.4:80', 'out tcp -> 1.2.3.4:80'],
  ['tcp 10.0.0.1:4000 1.2.3.4:80', 'tcp 10.0.0.1:4000 -> 1.2.3.4:80'],
  ['tpc -> 1.2.3.4:80', 'tcp -> 1.2.3.4:80'],
  ['uot tcp -> 1.2.3.4:80', 'out tcp -> 1.2.3.4:80'],
  ['out https -> 1.2.3.4', 'out tcp -> 1.2.3.4:443'],
  ['out dns -> 1.2.3.4', 'out udp -> 1.2.3.4:53'],
  ['out tcp to 1.2.3.4 port 80', 'out tcp -> 1.2.3.4:80'],
  ['in from 10.0.0.1 to 1.2.3.4:80', 'in 10.0.0.1 -> 1.2.3.4:80'],
  ['tcp 1.2.3.4:80 <- 10.0.0.1', 'tcp 10.0.0.1 -> 1.2.3.4:80'],
  ['out tcp -> 1.2.3.4:80, uid=1000', 'out tcp -> 1.2.3.4:80 uid=1000'],
  ['out tcp -> 1.2.3.4:80 uid 1000', 'out tcp -> 1.2.3.4:80 uid=1000'],
  ['out tcp -> 1.2.3.4 80', 'out tcp -> 1.2.3.4:80'],
  ['out -> 1.2.3.4:80/tcp', 'out tcp -> 1.2.3.4:80'],
  ['out tcp -> 1.2.3.4/32:80 uid=', 'such as'],
  ['curl https://1.2.3.4:8443/x -k', 'out tcp -> 1.2.3.4:8443'],
  ['curl -v http://[fd00::1]/', 'out tcp -> [fd00::1]:80'],
  ['https://1.2.3.4', 'tcp -> 1.2.3.4:443'],
  ['nc -zv 1.2.3.4 80', 'out tcp -> 1.2.3.4:80'],
  ['ping 1.2.3.4', 'out icmp -> 1.2.3.4'],
  ['out tcp -> google.com:443', 'out tcp -> 203.0.113.9:443'],
  ['out tcp -> svc/reviews:9080', 'out tcp -> 203.0.113.9:9080'],
  ['curl http://reviews.shop:9080/x', 'out tcp -> 203.0.113.9:9080'],
  ['out tcp -> 10.0.0.0/8:!443 uid=!1337', 'out tcp -> 10.0.0.1:80 uid=1000'],
  ['out tcp', 'out tcp -> 203.0.113.9:443'],
  ['1.2.3.0/24', '-> 1.2.3.1'],
  ['-p tcp -d fd00::/8', 'tcp -> [fd00::1]:443'],
  ['', 'such as'],
  ['what is this', 'such as'],
];

describe('what is refused', () => {
  it.each(MEANT)('%s: %s is suggested, and parses', (text, meant) => {
    const { packet, diagnostics } = read(text);
    expect(packet).toBeUndefined();
    const help = diagnostics[0]?.help ?? '';
    expect(help).toContain(meant);
    const suggested = [...help.matchAll(/(?:mean|such as|them:) `([^`]+)`/g)].map(([, one]) => one ?? '');
    expect(suggested.filter((one) => !one.startsWith('chainwalk'))).not.toEqual([]);
    for (const one of suggested) {
      const where = /--where "(.*)" --outcome/.exec(one)?.[1];
      expect(where === undefined ? read(one).packet : readSet(where).set).toBeDefined();
    }
  });

  test('what arrives is for the pod', () => {
    expect(read('in tcp -> :8080').diagnostics[0]?.help).toContain('one of them: `in tcp -> 10.244.0.5:8080`');
  });

  test('a set that is given for a packet shows one that is in it', () => {
    for (const text of [
      '-> !10.0.0.0/8',
      'udp -> :53',
      'uid=!0-1500 proto=!{tcp,udp}',
      'in -> {fd00::/8}:!{443,80}',
      'tcp flags=!S mark=!0',
    ]) {
      const one = /one of them: `([^`]+)`/.exec(read(text).diagnostics[0]?.help ?? '')?.[1] ?? '';
      const { packet } = read(one);
      const set = readSet(text).set;
      const values = { ...packet, socket: packet?.socket === undefined ? undefined : Number(packet.socket) };
      const family = typeof packet?.dst === 'bigint' ? 6 : 4;
      expect([text, one, set && evaluateExpr(set.expr[family], values as never)]).toEqual([text, one, true]);
    }
  });

  test('what is said of names', () => {
    expect(read('out tcp -> google.com:443').diagnostics[0]?.message).toBe('`google.com` is a name, and no DNS is asked');
    expect(readSet('out tcp -> google.com:443').diagnostics[0]?.message).toBe('`google.com` is a name, and no DNS is asked');
    expect(read('out tcp -> 1.2.3.4:1 uid=app').diagnostics[0]?.help).toContain('id -u app');
    expect(read('out tcp -> 1.2.3.4:1 usr=1').diagnostics[0]?.help).toContain('did you mean `uid`?');
  });

  test('any text of words is refused with a suggestion that parses, if with one', () => {
    const word = fc.constantFrom(
      'out',
      'in',
      'tcp',
      'tpc',
      '->',
      '1.2.3.4:80',
      'fd00::1',
      'a.b:1',
      'uid=1',
      'uid',
      '80',
      'curl',
      '!',
      '{',
      'http://x/',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const { packet, diagnostics } = read(words.join(' '));
        const said = packet === undefined ? [...(diagnostics[0]?.help ?? '').matchAll(/(?:mean|such as|them:) `([^`]+)`/g)] : [];
        for (const [, one = ''] of said) {
          if (!one.startsWith('chainwalk') && !/^\w+=?\S*$/.test(one))
            expect([words.join(' '), one, read(one).packet]).not.toContain(undefined);
        }
      }),
      { numRuns: 300, seed: 11 },
    );
  });
});
