/** A user that somebody's own rule lets past is not the proxy: what it sends is not captured, and that is said. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trace, verify } from '../../src/api/library/index.ts';
import { chainwalk } from '../cli/memoryIo.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures');
const MESHES = {
  'istio-sidecar': { chain: 'ISTIO_OUTPUT', uid: 1337 },
  linkerd: { chain: 'PROXY_INIT_OUTPUT', uid: 2102 },
  consul: { chain: 'CONSUL_PROXY_OUTPUT', uid: 5995 },
  kuma: { chain: 'KUMA_MESH_OUTBOUND', uid: 5678 },
} as const;
type Mesh = keyof typeof MESHES;
const textOf = (mesh: Mesh) => readFileSync(join(FIXTURES, `${mesh}.rules`), 'utf8');

/** Before the first rule of nat, with the chains that it needs. */
function insertFirst(rules: string, inserted: string, chains = ''): string {
  const nat = rules.indexOf('*nat');
  const first = rules.indexOf('\n-A', nat) + 1;
  return `${rules.slice(0, nat)}*nat\n${chains}${rules.slice(nat + '*nat\n'.length, first)}${inserted}\n${rules.slice(first)}`;
}

const EXEMPTIONS: Readonly<Record<string, (rules: string, chain: string) => string>> = {
  'RETURN for a user': (rules) => insertFirst(rules, '-A OUTPUT -m owner --uid-owner 1000 -j RETURN'),
  'ACCEPT for a user, for TCP': (rules) => insertFirst(rules, '-A OUTPUT -p tcp -m owner --uid-owner 1000 -j ACCEPT'),
  'RETURN for a group': (rules) => insertFirst(rules, '-A OUTPUT -m owner --gid-owner 1000 -j RETURN'),
  'both, on lo too': (rules) =>
    insertFirst(
      rules,
      ['-o lo -m owner --uid-owner 1000', '-m owner --uid-owner 1000', '-m owner --gid-owner 1000']
        .map((who) => `-A OUTPUT ${who} -j RETURN`)
        .join('\n'),
    ),
  'RETURN for all users but one': (rules) => insertFirst(rules, '-A OUTPUT -m owner ! --uid-owner 1001 -j RETURN'),
  'in a chain of its own': (rules) =>
    insertFirst(rules, '-A OUTPUT -j SPARED\n-A SPARED -m owner --uid-owner 1000 -j ACCEPT', ':SPARED - [0:0]\n'),
  'by a mark': (rules) =>
    `*mangle\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -m owner --uid-owner 1000 -j MARK --set-mark 5\nCOMMIT\n${insertFirst(rules, '-A OUTPUT -m mark --mark 5 -j RETURN')}`,
  "in the mesh's own chain, after its rules for the proxy": (rules, chain) =>
    rules.replace(
      new RegExp(`(?<=^-A ${chain} -m owner --[ug]id-owner \\d+ [^\\n]*-j RETURN\\n)(?!-A ${chain} [^\\n]*owner)`, 'm'),
      `-A ${chain} -m owner --uid-owner 1000 -j RETURN\n`,
    ),
};
const claims = (rules: string) => {
  const { findings } = verify(rules, { only: ['outbound-captured', 'proxy-identity'] });
  return findings
    .filter(({ verdict, level }) => (verdict === 'violated' || verdict === 'undecided') && level === 'error')
    .map(({ claim, verdict }) => `${claim} ${verdict}`);
};

describe.each(Object.keys(MESHES) as readonly Mesh[])('%s', (mesh) => {
  const { chain, uid } = MESHES[mesh];
  const rules = textOf(mesh);

  it('as it is, every application is captured', () => {
    expect(claims(rules)).toEqual([]);
  });

  it.each(Object.keys(EXEMPTIONS))('%s: not captured', (name) => {
    const spared = EXEMPTIONS[name]?.(rules, chain) ?? '';
    expect(spared).not.toBe(rules);
    expect(claims(spared)).toContain('outbound-captured violated');
    expect(trace(spared, 'out tcp -> 203.0.113.9:443 uid=1000 gid=1000')).toMatchObject({
      outcome: 'direct',
      assumptions: [{ about: 'pod-address' }],
    });
  });

  it('the proxy is no user whom a rule of another program lets past, where the mesh lets another one past or none', () => {
    const foreign = '-A OUTPUT -m owner --uid-owner 1000 -j RETURN';
    const none = insertFirst(
      rules.replaceAll(new RegExp(`-A ${chain} .*-owner ${uid} .*RETURN\\n|-A ${chain} .*-owner ${uid} -j RETURN\\n`, 'g'), ''),
      foreign,
    );
    expect(trace(none, `out tcp -> 203.0.113.9:443 uid=${uid} gid=${uid}`).outcome).toBe('loop');
    const other = insertFirst(rules.replaceAll(`-owner ${uid}`, `-owner ${uid + 1}`), foreign);
    const { assumptions } = trace(other, 'out tcp -> 203.0.113.9:443');
    expect(assumptions.map(({ says }) => says).join('\n')).toContain(`the proxy runs as uid ${uid + 1}`);
  });
});

describe('the same by exit code', () => {
  const spared = insertFirst(textOf('linkerd'), '-A OUTPUT -m owner --uid-owner 1000 -j RETURN');
  const files = { 'base.rules': textOf('linkerd'), 'spared.rules': spared };
  it.each([
    [['verify', '--only', 'outbound-captured', 'spared.rules'], 1],
    [['diff', 'base.rules', 'spared.rules'], 1],
    [['find', '--outcome', 'direct', 'spared.rules', '--where', 'out tcp -> 203.0.113.9:443 uid=1000 gid=1000'], 1],
    [['trace', '--expect', 'captured-out', 'base.rules', 'out tcp -> 203.0.113.9:443 uid=1000 gid=1000'], 0],
    [['trace', '--expect', 'captured-out', 'spared.rules', 'out tcp -> 203.0.113.9:443 uid=1000 gid=1000'], 1],
  ])('%j: %i', async (argv, code) => {
    expect((await chainwalk(argv, { files })).code).toBe(code);
  });
});
