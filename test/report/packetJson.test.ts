import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPacketJson } from '../../src/packet/packetJson.ts';
import { PACKET_KEYS, readPacketJson } from '../../src/packet/readPacketJson.ts';
import { address, packet } from './handmade.ts';

describe('object form of a packet', () => {
  it('what is written is read again', () => {
    const packets = [
      packet(),
      packet({ family: 6, src: address('fd00::5'), dst: address('2001:db8::1'), mark: 0x539, ctstate: 'NEW', oif: 'eth0' }),
      packet({ proto: 132, flags: 0, fragOffset: 3 }),
    ];
    for (const one of packets) expect({ ...one, ...readPacketJson(toPacketJson(one)).given }).toEqual(one);
  });

  it.each([
    [{ dst: '10.0.0.300' }, '`dst` is an IPv4 or IPv6 address, not `"10.0.0.300"`'],
    [{ dport: 65536 }, '`dport` is a whole number from 0 to 65535, not `65536`'],
    [{ dport: '80' }, '`dport` is a whole number from 0 to 65535, not `"80"`'],
    [{ flags: 'SX' }, '`flags` is letters of FSRPAUEC, not `"SX"`'],
    [{ dir: 'sideways' }, '`dir` is `in` or `out`, not `"sideways"`'],
    [{ mark: 2 ** 32 }, '`mark` is a number up to 0xffffffff, hexadecimal as a string, not `4294967296`'],
    [{ icmp: '8/256' }, '`icmp` is `TYPE` or `TYPE/CODE`, as a string, not `"8/256"`'],
    [{ __proto__x: 1 }, `a packet has no key \`__proto__x\`; its keys are ${PACKET_KEYS.join(' ')}`],
  ])('%j is refused with a reason', (value, problem) => {
    expect(readPacketJson(value)).toEqual({ problems: [problem] });
  });

  it('marks may be hexadecimal, protocols numbers', () => {
    expect(readPacketJson({ mark: '0x539', proto: 6, icmp: 8 }).given).toEqual({ mark: 1337, proto: 6, icmpType: 8 });
  });

  it('no JSON value makes it throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { given, problems } = readPacketJson(value);
        expect(given === undefined).toBe(problems.length > 0);
      }),
    );
  });
});
