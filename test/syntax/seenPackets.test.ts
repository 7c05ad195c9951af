/** Lines that the kernel and tcpdump wrote of packets. The lines are theirs: Linux 6.1 with -j LOG in a namespace, tcpdump 4.99.3. */
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { packets } from '../../src/api/arbitraries/index.ts';
import { parse, trace } from '../../src/api/library/index.ts';
import { completePacket } from '../../src/host/completePacket.ts';
import { defaultHost } from '../../src/mesh/defaultHost.ts';
import { formatAddress } from '../../src/packet/address.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { readPacketJson } from '../../src/packet/readPacketJson.ts';
import { parsePacket } from '../../src/syntax/packets/parsePacket.ts';
import { parsePacketSet } from '../../src/syntax/packets/parsePacketSet.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { hostOf } from '../support/host.ts';

const read = (text: string) => parsePacket({ file: 'packet', text });
const OUT =
  '[18989.196279] x: IN= OUT=d0 SRC=10.9.0.1 DST=10.9.0.7 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=13974 DF PROTO=TCP SPT=48238 DPT=80 WINDOW=64240 RES=0x00 SYN URGP=0 OPT (020405B40402080AB9826A3F000000000103030A) UID=0 GID=0 MARK=0x7 ';

describe('a line of the log', () => {
  it.each([
    ['sent', OUT, 'out tcp 10.9.0.1:48238 -> 10.9.0.7:80 ttl=64 tos=0 len=60 uid=0 gid=0 mark=7 flags=S'],
    [
      'arrives',
      '[18989.196345] in: IN=d0 OUT= MAC=a2:a1:3f:fb:93:0d:7a:5d:84:25:0d:bf:08:00 SRC=10.9.0.7 DST=10.9.0.1 LEN=40 TOS=0x00 PREC=0x00 TTL=64 ID=0 DF PROTO=TCP SPT=80 DPT=48238 WINDOW=0 RES=0x00 ACK RST URGP=0 ',
      'in tcp 10.9.0.7:80 -> 10.9.0.1:48238 iif=d0 ttl=64 tos=0 len=40 mac=7a:5d:84:25:0d:bf flags=AR',
    ],
    [
      'UDP has a second length',
      'x: IN= OUT=d0 SRC=10.9.0.1 DST=10.9.0.7 LEN=29 TOS=0x00 PREC=0x00 TTL=64 ID=9009 DF PROTO=UDP SPT=54415 DPT=53 LEN=9 UID=0 GID=0',
      'out udp 10.9.0.1:54415 -> 10.9.0.7:53 ttl=64 tos=0 len=29 uid=0 gid=0',
    ],
    [
      'an ICMP error quotes another packet',
      'in: IN=d0 OUT= MAC=a2:a1:3f:fb:93:0d:7a:5d:84:25:0d:bf:08:00 SRC=10.9.0.7 DST=10.9.0.1 LEN=57 TOS=0x00 PREC=0xC0 TTL=64 ID=40686 PROTO=ICMP TYPE=3 CODE=3 [SRC=10.9.0.1 DST=10.9.0.7 LEN=29 TOS=0x00 PREC=0x00 TTL=64 ID=9009 DF PROTO=UDP SPT=54415 DPT=53 LEN=9 ] ',
      'in icmp 10.9.0.7 -> 10.9.0.1 iif=d0 ttl=64 tos=0xc0 len=57 icmp=3/3 mac=7a:5d:84:25:0d:bf',
    ],
    [
      'IPv6',
      'in6: IN=d1 OUT= MAC=7a:5d:84:25:0d:bf:a2:a1:3f:fb:93:0d:86:dd SRC=fd00:0009:0000:0000:0000:0000:0000:0001 DST=fd00:0009:0000:0000:0000:0000:0000:0007 LEN=48 TC=0 HOPLIMIT=64 FLOWLBL=156518 PROTO=ICMPv6 TYPE=128 CODE=0 ID=1 SEQ=1 ',
      'in icmpv6 fd00:9::1 -> fd00:9::7 iif=d1 ttl=64 tos=0 len=48 icmp=128/0 mac=a2:a1:3f:fb:93:0d',
    ],
  ])('%s', (_, line, plain) => {
    expect(read(line).packet).toEqual(read(plain).packet);
    expect(read(line).notes?.[0]).toMatch(/read as (?:sent|arriving)/);
  });

  test('any packet, in the format of the kernel', () => {
    const pod = hostOf(defaultHost());
    fc.assert(
      fc.property(packets(), (json) => {
        const { packet } = completePacket(readPacketJson(json).given ?? {}, pod);
        if (packet === undefined || packet.fragOffset > 0) return;
        const seen = read(logLine(packet)).packet;
        const { dir, proto, src, dst, sport, dport, flags, icmpType, icmpCode, ttl, tos, length } = packet;
        expect(seen).toMatchObject(
          Object.fromEntries(
            Object.entries({ dir, proto, src, dst, sport, dport, flags, icmpType, icmpCode, ttl, tos, length }).filter(
              ([, value]) => value !== undefined,
            ),
          ),
        );
      }),
      { numRuns: 100, seed: 3 },
    );
  });
});

/** kernel net/netfilter/nf_log_syslog.c */
function logLine({ family, dir, iif = 'eth0', proto, src, dst, ...rest }: Packet): string {
  const { sport, dport, flags = 0, icmpType, icmpCode = 0, ttl, tos, length, uid, gid } = rest;
  const names = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'].filter((_, bit) => (flags & (1 << bit)) !== 0).reverse();
  const header =
    family === 4
      ? `TOS=0x${(tos & 0x1e).toString(16)} PREC=0x${(tos & 0xe1).toString(16)} TTL=${ttl} ID=1`
      : `TC=${tos} HOPLIMIT=${ttl} FLOWLBL=0`;
  const name = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 58: 'ICMPv6' }[proto] ?? String(proto);
  const ports = sport === undefined ? '' : `SPT=${sport} DPT=${dport} `;
  const tcp = proto === 6 ? `WINDOW=1 RES=0x00 ${names.join(' ')} URGP=0 ` : '';
  const icmp = icmpType === undefined ? '' : `TYPE=${icmpType} CODE=${icmpCode} `;
  const owner = uid === undefined ? '' : `UID=${uid} GID=${gid}`;
  const ways = dir === 'in' ? `IN=${iif} OUT=` : 'IN= OUT=eth0';
  return `${ways} SRC=${formatAddress(src)} DST=${formatAddress(dst)} LEN=${length} ${header} PROTO=${name} ${ports}${tcp}${icmp}${owner}`;
}

describe('a line of tcpdump', () => {
  it.each([
    [
      '11:56:38.088759 d0    Out IP 10.9.0.1.48238 > 10.9.0.7.80: Flags [S], seq 1650579537, win 64240, options [mss 1460,sackOK], length 0',
      'out tcp 10.9.0.1:48238 -> 10.9.0.7:80 flags=S',
    ],
    [
      '11:56:38.088779 d0    In  IP 10.9.0.7.80 > 10.9.0.1.48238: Flags [R.], seq 0, ack 1650579538, win 0, length 0',
      'in tcp 10.9.0.7:80 -> 10.9.0.1:48238 iif=d0 flags=RA',
    ],
    ['11:56:38.091030 IP 10.9.0.1.54415 > 10.9.0.7.53: domain [length 1 < 12] (invalid)', 'udp 10.9.0.1:54415 -> 10.9.0.7:53'],
    ['11:56:38.091151 IP 10.9.0.7 > 10.9.0.1: ICMP 10.9.0.7 udp port 53 unreachable, length 37', 'icmp 10.9.0.7 -> 10.9.0.1 icmp=3/3'],
    [
      '11:56:38.094542 IP6 fd00:9::1 > ff02::1:ff00:7: ICMP6, neighbor solicitation, who has fd00:9::7, length 32',
      'icmpv6 fd00:9::1 -> ff02::1:ff00:7 icmp=135',
    ],
    [
      '2026-11-29 11:56:38.088760 IP (tos 0x0, ttl 64, id 13974, offset 0, flags [DF], proto TCP (6), length 60)\n    10.9.0.1.48238 > 10.9.0.7.80: Flags [S], cksum 0x1448 (incorrect -> 0x1dbf), seq 1650579537, win 64240, length 0',
      'tcp 10.9.0.1:48238 -> 10.9.0.7:80 flags=S ttl=64 tos=0 len=60',
    ],
    [
      '2026-11-29 11:56:37.111478 IP6 (hlim 1, next-header Options (0) payload length: 56) :: > ff02::16: HBH (rtalert: 0x0000) (padn) [icmp6 sum ok] ICMP6, multicast listener report v2, 2 group record(s)',
      'icmpv6 :: -> ff02::16 icmp=143 ttl=1 len=96',
    ],
    ['IP 10.0.0.1.40000 > 10.0.0.2.80: Flags [P.], seq 1:5, ack 1, win 502, length 4: HTTP', 'tcp 10.0.0.1:40000 -> 10.0.0.2:80 flags=PA'],
  ])('%s', (line, plain) => {
    expect(read(line).packet).toEqual(read(plain).packet);
    expect(read(line).notes).toHaveLength(/\s(?:In|Out)\s/.test(line) ? 1 : 0);
  });

  test('with names is refused with what to run', () => {
    expect(read('12:00:00.000 IP web-0.40000 > reviews.http: Flags [S], seq 1').diagnostics[0]?.help).toContain('tcpdump -nn');
  });
});

describe('a line without a direction', () => {
  const files = { 'p.rules': '*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n' };
  const ends = '10.1.1.1.40000 > 10.12.3.4.8080: Flags [S], seq 1, win 64240, length 0';
  const line = `03:00:01.123456 IP ${ends}`;
  const ask = (text: string, ...more: string[]) => chainwalk(['trace', 'p.rules', text, ...more], { files });

  it.each([
    ['goes to the pod', line, '10.12.3.4', 'in tcp 10.1.1.1:40000 -> 10.12.3.4:8080'],
    ['comes from the pod', line, '10.1.1.1', 'out tcp 10.1.1.1:40000 -> 10.12.3.4:8080'],
    ['of the log', 'IN= OUT= SRC=10.1.1.1 DST=10.12.3.4 LEN=60 PROTO=TCP SPT=40000 DPT=8080 SYN ', '10.12.3.4', 'in tcp 10.1.1.1:40000'],
    ['typed', 'tcp 10.1.1.1:40000 -> 10.12.3.4:8080', '10.12.3.4', 'in tcp 10.1.1.1:40000'],
    ['typed, with an owner', 'tcp 10.1.1.1:40000 -> 10.12.3.4:8080 uid=0', '10.12.3.4', 'out tcp 10.1.1.1:40000'],
  ])('%s', async (name, text, podIp, packet) => {
    const { out } = await ask(text, '--pod-ip', podIp);
    expect(out).toContain(`packet  ${packet}`);
    expect(out.includes('note    no direction in the line')).toBe(!name.startsWith('typed'));
  });

  test('of addresses that no host has is refused, and a word before it says the way', async () => {
    const { err, out, code } = await ask(line);
    expect([out, code]).toEqual(['', 2]);
    expect(err.replaceAll(/\s+/g, ' ')).toContain('put `in` or `out` before it, or give --pod-ip ADDRESS');
    expect((await ask(`in ${line}`)).out).toContain('packet  in tcp 10.1.1.1:40000 -> 10.12.3.4:8080');
    expect((await ask(`out ${line}`)).out).toContain('packet  out tcp 10.1.1.1:40000 -> 10.12.3.4:8080');
    expect(() => trace(parse(files['p.rules']), line)).toThrow('put `in` or `out` before it');
  });
});

describe('in a question', () => {
  const files = {
    'p.rules':
      '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp --dport 80 -m owner --uid-owner 0 -j DROP\nCOMMIT\n',
  };

  test('what was made of the line is said with the answer', async () => {
    const { out, code } = await chainwalk(['trace', 'p.rules', OUT], { files });
    expect([out.split('\n')[0]?.slice(0, 7), code]).toEqual(['DROPPED', 0]);
    const plain = out.replaceAll(/\s+/g, ' ');
    expect(plain).toContain('note OUT=d0 without IN=: read as sent by this host');
    expect(plain).toContain('note MARK=0x7: assumed to be there from the start');
  });

  test('a stream takes lines in words, beside JSON', async () => {
    const lines = { ...files, packets: `out tcp -> 1.2.3.4:80 uid=root\n{"packet":"out tcp -> 1.2.3.4:80 uid=1"}\n${OUT}\nnonsense\n` };
    const { out, code } = await chainwalk(['trace', 'p.rules', '--packets', 'packets'], { files: lines });
    const answers = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers.map(({ outcome }) => outcome)).toEqual(['dropped', 'direct', 'dropped', undefined]);
    expect(answers[3].errors[0].help).toContain('out tcp -> 203.0.113.9:443');
    expect(code).toBe(2);
  });

  test('as a set it is refused with one that works', () => {
    const [, meant = ''] = /did you mean `([^`]+)`/.exec(parsePacketSet({ file: 'set', text: OUT }).diagnostics[0]?.help ?? '') ?? [];
    expect(meant).toBe('out tcp 10.9.0.1 -> 10.9.0.7:80');
    expect(parsePacketSet({ file: 'set', text: meant }).set).toBeDefined();
  });
});
