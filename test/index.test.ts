import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError, parse, print, type Ruleset, trace } from '../src/api/library/index.ts';

const fixture = (name: string) => readFileSync(resolve(import.meta.dirname, '../fixtures', name), 'utf8');

function only(text: string): Ruleset {
  const { rulesets, diagnostics } = parse(text, { file: 'pod.rules' });
  expect(diagnostics).toEqual([]);
  const [ruleset] = rulesets;
  if (ruleset === undefined) throw new Error('no ruleset');
  return ruleset;
}

describe('library', () => {
  it('parse, then trace: the packet may be notation or an object', () => {
    const ruleset = only(fixture('istio-sidecar.rules'));
    const text = trace(ruleset, 'out tcp -> 203.0.113.9:443');
    const object = trace(ruleset, { dst: '203.0.113.9', dport: 443 });
    expect(text).toMatchObject({ schema: 'chainwalk/trace/v1', outcome: 'captured-out', profile: 'istio-sidecar' });
    expect(object.legs).toEqual(text.legs);
  });

  it('rules that hand packets to their own port by TPROXY have a usual host, where no socket is transparent', () => {
    const ruleset = only('# iptables-save\n*mangle\n-A PREROUTING -p tcp -j TPROXY --on-port 0 --tproxy-mark 0x1/0x1\nCOMMIT\n');
    expect(trace(ruleset, 'in tcp -> 10.244.0.5:80').legs[0]?.fate).toEqual({ kind: 'lost', reason: 'no-transparent-socket' });
  });

  it('a host description changes the world', () => {
    const host = { interfaces: [{ name: 'eth0', addresses: ['192.0.2.7/24'] }], routes: ['default via 192.0.2.1 dev eth0'] };
    const ruleset = only(fixture('istio-sidecar.rules'));
    expect(trace(ruleset, 'out tcp -> 203.0.113.9:443', { host }).packet.src).toBe('192.0.2.7');
    expect(trace(ruleset, 'out tcp -> 203.0.113.9:443', { profile: 'none' }).outcome).toBe('to-app');
  });

  it('verbose also has the rules that did not match', () => {
    const { legs } = trace(only(fixture('istio-sidecar.rules')), 'out tcp -> 203.0.113.9:443', { verbose: true });
    expect(legs[0]?.steps.filter(({ kind }) => kind === 'miss')).toHaveLength(8);
  });

  it('what cannot be read is an InputError with sentences', () => {
    const ruleset = only(fixture('istio-sidecar.rules'));
    for (const [packet, problem] of [
      ['out tcp -> 10.0.0.300:80', '10.0.0.300'],
      [{ dport: 99999 }, '`dport` is a whole number'],
      [{}, 'no destination'],
      ['out tcp -> [2001:db8::1]:80', 'the packet is IPv6, the rules are IPv4'],
    ] as const) {
      expect(() => trace(ruleset, packet)).toThrow(InputError);
      expect(() => trace(ruleset, packet)).toThrow(problem);
    }
    expect(() => trace(ruleset, 'out tcp -> 10.0.0.1', { host: { x: 1 } as never })).toThrow('unknown key `x`');
    expect(() => trace(ruleset, 'out tcp -> 10.0.0.1', { profile: 'itsio' as 'none' })).toThrow('unknown profile `itsio`');
  });

  it('parse reports and never throws; print is canonical', () => {
    expect(parse('*nat\n-A OUTPUT --dport 99x\nCOMMIT\n').diagnostics.length).toBeGreaterThan(0);
    const ruleset = only(fixture('istio-sidecar.rules'));
    expect(print(only(print(ruleset)))).toBe(print(ruleset));
  });
});
