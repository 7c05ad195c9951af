/** A claim about a requested set is about what starts there, wherever proxies lead it; of an empty set nothing holds. */
import { describe, expect, it } from 'vitest';
import { diff, parse, verify } from '../../src/api/library/index.ts';
import { matchers } from '../../src/api/matchers/index.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { LOOP_RULES, MESH_RULES } from '../support/ownProxy.ts';

const sidecar = { profile: 'istio-sidecar' } as const;
const loop = parse(LOOP_RULES);
const mesh = parse(MESH_RULES);
const REQUESTED = ['in tcp -> 10.244.0.5:80', 'out tcp -> 203.0.113.9:443 uid=1000', 'out tcp -> 203.0.113.9:443 uid=1337'];
const EMPTY_SETS = ['out tcp -> [2001:db8::1]:443', 'out tcp -> 10.0.0.0/8 dst=!10.0.0.0/8', 'in tcp dport=80 dport=!80'];

describe('no-redirect-loop of a requested set', () => {
  it.each(REQUESTED)('follows %s through the proxy', (where) => {
    const options = { ...sidecar, where };
    const [broken] = verify(loop, { ...options, only: ['no-redirect-loop'] }).findings;
    expect(broken).toMatchObject({ verdict: 'violated', witness: { outcome: 'loop' } });
    expect(matchers.toHold.call({}, loop, 'no-redirect-loop', options).pass).toBe(false);
    expect(matchers.toReach.call({}, loop, { where }, 'loop', sidecar).pass).toBe(true);
    expect(verify(mesh, { ...options, only: ['no-redirect-loop'] }).findings[0]?.verdict).toBe('holds');
  });
});

describe('a set without packets', () => {
  it.each(EMPTY_SETS)('%s is refused by all that prove something of sets', async (where) => {
    const options = { ...sidecar, where };
    expect(() => verify(loop, options)).toThrow('the set contains no packets');
    expect(() => diff(loop, mesh, options)).toThrow('the set contains no packets');
    for (const isNot of [false, true]) {
      for (const claim of ['no-redirect-loop', undefined] as const)
        expect(matchers.toHold.call({ isNot }, loop, claim, options).pass, String(isNot)).toBe(isNot);
      expect(matchers.toBeEquivalentTo.call({ isNot }, loop, mesh, options).pass).toBe(isNot);
      expect(matchers.toReach.call({ isNot }, loop, { where }, 'loop', sidecar).pass).toBe(isNot);
    }
    const files = { 'a.rules': LOOP_RULES, 'b.rules': MESH_RULES };
    for (const argv of [
      ['verify', 'a.rules'],
      ['diff', 'a.rules', 'b.rules'],
    ]) {
      const { code, err, out } = await chainwalk([...argv, '--where', where], { files });
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('the set contains no packets');
    }
  });

  it('in one of two families proves nothing of that family', () => {
    const both = parse(LOOP_RULES);
    const six = parse(MESH_RULES, { family: 6 });
    const findings = verify([...both.rulesets, ...six.rulesets], { ...sidecar, where: 'out tcp -> 203.0.113.9:443' }).findings;
    expect(findings.filter(({ family, verdict }) => family === 'ipv6' && verdict === 'holds')).toEqual([]);
  });
});
