import { describe, expect, it, test } from 'vitest';
import { parseIPv4, parseIPv6 } from '../../src/packet/address.ts';
import { parsePacket } from '../../src/syntax/packets/parsePacket.ts';
import { parsePacketSet } from '../../src/syntax/packets/parsePacketSet.ts';
import { evaluateExpr } from './evaluateExpr.ts';

const source = (text: string) => ({ file: 'packet', text });
const v4 = (text: string) => parseIPv4(text) as number;
const v6 = (text: string) => parseIPv6(text) as bigint;

describe('one packet', () => {
  it.each([
    ['tcp -> 10.0.0.9:80', { proto: 6, dst: v4('10.0.0.9'), dport: 80 }],
    ['tcp > 10.0.0.9:80', { proto: 6, dst: v4('10.0.0.9'), dport: 80 }],
    [
      'out tcp 10.244.0.5:40000 -> 10.0.0.9:80 uid=1000 gid=0',
      { dir: 'out', proto: 6, src: v4('10.244.0.5'), sport: 40000, dst: v4('10.0.0.9'), dport: 80, uid: 1000, gid: 0 },
    ],
    ['in udp fd00::1 -> [fd00::2]:53', { dir: 'in', proto: 17, src: v6('fd00::1'), dst: v6('fd00::2'), dport: 53 }],
    ['icmp6 -> ::1 icmp=128/0', { proto: 58, dst: 1n, icmpType: 128, icmpCode: 0 }],
    ['icmpv6 -> [::1] icmp=1', { proto: 58, dst: 1n, icmpType: 1 }],
    ['132 10.0.0.1->10.0.0.2', { proto: 132, src: v4('10.0.0.1'), dst: v4('10.0.0.2') }],
    [
      'tcp -> 10.0.0.9 flags=SA mark=0x539 socket=no oif=eth0',
      { proto: 6, dst: v4('10.0.0.9'), flags: 18, mark: 1337, socket: false, oif: 'eth0' },
    ],
    [
      'tcp -> 10.0.0.9 ctstate=ESTABLISHED ttl=1 tos=0x10 len=60 frag=185 iif=eth0',
      { proto: 6, dst: v4('10.0.0.9'), ctstate: 'ESTABLISHED', ttl: 1, tos: 16, length: 60, fragOffset: 185, iif: 'eth0' },
    ],
    ['-p tcp -d 203.0.113.9 --dport 443 --uid-owner 1000', { proto: 6, dst: v4('203.0.113.9'), dport: 443, uid: 1000 }],
    [
      '-ptcp -d 203.0.113.9 --dport=443 -m mark --mark 1 -i eth0',
      { dir: 'in', proto: 6, dst: v4('203.0.113.9'), dport: 443, mark: 1, iif: 'eth0' },
    ],
    ['-p tcp -s ::1 -d ::2 --syn ! --socket-exists -o lo', { dir: 'out', proto: 6, src: 1n, dst: 2n, flags: 2, socket: false, oif: 'lo' }],
  ])('%s', (text, packet) => expect(parsePacket(source(text))).toMatchObject({ packet, diagnostics: [] }));

  it.each([
    ['tcp -> 10.0.0.9:70000', '70000', 'dport: expected a port from 0 to 65535, found `70000`'],
    ['tcp 10.0.0.1:65536 -> 10.0.0.9', '65536', 'sport: expected a port from 0 to 65535, found `65536`'],
    ['tcp -> 10.0.0.9 color=red', 'color', 'unknown key `color`'],
    ['tcp -> 10.0.0.9 uid=app', 'app', 'uid: expected a numeric user id, found `app`'],
    ['tcp -> 10.0.0.9 uid=010', '010', 'uid: expected a numeric user id, found `010`'],
    ['tcp -> 10.0.0.9 uid=1 uid=2', '2', '`uid` is given twice'],
    ['tpc -> 10.0.0.9', 'tpc', 'proto: expected a protocol such as `tcp`, or its number, found `tpc`'],
    ['tcp -> 10.0.0.300', '10.0.0.300', 'dst: expected an address, found `10.0.0.300`'],
    ['tcp fd00::1 -> 10.0.0.9', '10.0.0.9', 'the source is IPv6 and the destination IPv4'],
    ['tcp -> 10.0.0.9:80-90', 'tcp -> 10.0.0.9:80-90', 'a set of packets, where one packet is needed'],
    ['tcp -> example.com', 'example.com', '`example.com` is a name, and no DNS is asked'],
    ['tcp 10.0.0.1', '1', 'no `->` before the destination'],
    ['tcp -> 10.0.0.9 flags=SX', 'SX', 'flags: expected letters of `FSRPAU`, found `SX`'],
    ['-p tcp -d 10.0.0.9 -j ACCEPT', '-j', 'option `-j` says nothing about a packet'],
    ['-p tcp --dport 80', '-p tcp --dport 80', 'a set of packets, where one packet is needed'],
    ['-p tcp ! -d 10.0.0.9 --ttl 1 --ttl 2', '! -d 10.0.0.9', 'one packet cannot be `! -d`'],
    ['-p tcp ! -d 10.0.0.9', '-p tcp ! -d 10.0.0.9', 'a set of packets, where one packet is needed'],
    ['-p', '-p', 'option `-p` needs a value'],
  ])('%s', (text, place, message) => {
    const { packet, diagnostics } = parsePacket(source(text));
    expect(packet).toBeUndefined();
    expect(diagnostics[0]).toMatchObject({ kind: 'malformed', message });
    const { start, end } = diagnostics[0]?.span ?? { start: 0, end: 0 };
    expect(text.slice(start, end)).toBe(place);
  });

  test('every part has its place', () => {
    const text = 'in tcp 10.0.0.1:1 -> 10.0.0.9:80 mark=7';
    const { spans } = parsePacket(source(text));
    const parts = Object.fromEntries(Object.entries(spans).map(([key, { start, end }]) => [key, text.slice(start, end)]));
    expect(parts).toEqual({ dir: 'in', proto: 'tcp', src: '10.0.0.1', sport: '1', dst: '10.0.0.9', dport: '80', mark: '7' });
  });
});

describe('a set of packets', () => {
  const packet = {
    proto: 6,
    src: v4('10.244.0.5'),
    dst: v4('10.0.0.9'),
    sport: 40000,
    dport: 80,
    uid: 1000,
    flags: 2,
    mark: 0x105,
    iif: 'eth0',
    icmpType: 8,
    icmpCode: 0,
  };

  it.each<[string, boolean]>([
    ['', true],
    ['tcp', true],
    ['!tcp', false],
    ['{tcp,udp}', true],
    ['!{tcp, udp}', false],
    ['-> 10.0.0.0/8', true],
    ['-> 10.0.0.0/255.255.0.0', true],
    ['-> 10.1.0.0/255.255.0.0', false],
    ['-> 10.0.0.1-10.0.0.9', true],
    ['-> !10.0.0.0/8', false],
    ['-> {192.168.0.0/16,10.0.0.9}:{443,80}', true],
    ['-> fd00::/8', false],
    ['-> !fd00::/8', true],
    ['-> [fd00::/8]:80', false],
    ['-> :80-90', true],
    ['-> :!80', false],
    ['10.244.0.0/16:40000 ->', true],
    [':1-1023 ->', false],
    ['uid=!1337', true],
    ['uid=1000-2000', true],
    ['uid={0,1337}', false],
    ['uid=!{0,1337}', true],
    ['gid=!1337', true],
    ['gid=1337', false],
    ['socket=no', true],
    ['mark=0x5/0xff', true],
    ['mark=5', false],
    ['iif=eth+', true],
    ['iif=!eth+', false],
    ['icmp=8/0', true],
    ['icmp={8/1,9}', false],
    ['-p tcp ! --dport 443 --sport 40000:', true],
    ['-d 10.0.0.0/8,192.168.0.0/16 -m multiport --dports 1:79,81:99', false],
    ['! -s 10.244.0.5', false],
    ['--tcp-flags SYN,ACK SYN', true],
    ['! --syn', false],
    ['-f', false],
  ])('%s holds the packet: %s', (text, holds) => {
    const { set, diagnostics } = parsePacketSet(source(text));
    expect(diagnostics).toEqual([]);
    expect(set && evaluateExpr(set.expr[4], packet)).toBe(holds);
  });

  test('the direction is kept apart', () => {
    expect(parsePacketSet(source('in tcp')).set?.dir).toBe('in');
    expect(parsePacketSet(source('tcp')).set?.dir).toBeUndefined();
  });

  test('IPv6 packets are in no IPv4 network and outside all of them', () => {
    expect(evaluateExpr(parsePacketSet(source('-> 0.0.0.0/0')).set?.expr[6], { dst: 1n })).toBe(false);
    expect(evaluateExpr(parsePacketSet(source('-> !0.0.0.0/0')).set?.expr[6], { dst: 1n })).toBe(true);
    expect(evaluateExpr(parsePacketSet(source('-> {10.0.0.0/8,::/64}')).set?.expr[6], { dst: 1n })).toBe(true);
  });

  it.each([
    ['-> 10.0.0.0/33', '10.0.0.0/33'],
    ['-> 10.0.0.9-10.0.0.1', '10.0.0.9-10.0.0.1'],
    ['-> :90-80', '90-80'],
    ['-> :{80,70000}', '70000'],
    ['uid=x', 'x'],
    ['colour=red', 'colour'],
    ['{tcp,tpc} -> :80', 'tpc'],
    ['tcp -> 10.0.0.0/8:', ':'],
    ['-p tcp --dports 80,x', 'x'],
    ['tcp =+ 10.0.0.0/8', '=+ 10.0.0.0/8'],
  ])('%s is refused at %s', (text, place) => {
    const { set, diagnostics } = parsePacketSet(source(text));
    expect(set).toBeUndefined();
    const { start, end } = diagnostics[0]?.span ?? { start: 0, end: 0 };
    expect(text.slice(start, end)).toBe(place);
  });
});
