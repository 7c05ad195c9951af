/** Who the proxy is, every command takes alike: from what somebody says, or from rules that let nobody of the usual name past, which is
 *  said, and which these rules alone never prove. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { find, parse, diff as sameOrNot, trace, verify } from '../../src/api/library/index.ts';
import { chainwalk } from './memoryIo.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures');
const text = (name: string) => readFileSync(join(FIXTURES, name), 'utf8');
const SIDECAR = text('istio-sidecar.rules');
const DUAL = text('istio-dual-stack.rules');
const owners = (rules: string, to: string) => rules.replaceAll('-owner 1337', `-owner ${to}`);
const uids = (rules: string, to: string) => rules.replaceAll('--uid-owner 1337', `--uid-owner ${to}`);
const gids = (rules: string, to: string) => rules.replaceAll('--gid-owner 1337', `--gid-owner ${to}`);
/** IPv6 stands last */
const ofFamily6 = (rules: string, change: (part: string) => string) => {
  const at = rules.lastIndexOf('*nat');
  return rules.slice(0, at) + change(rules.slice(at));
};
const HOST = (uid: number, gid: number) =>
  JSON.stringify({
    interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24'] }],
    routes: ['default via 10.244.0.1 dev eth0'],
    listeners: [15001, 15006, 15021, 15090]
      .map((port) => ({ proto: 'tcp', port, process: 'proxy' }))
      .concat([{ proto: 'tcp', process: 'app' } as never]),
    processes: { app: { uid: 1000, gid: 1000 }, proxy: { uid, gid } },
  });
const FILES = {
  'usual.rules': SIDECAR,
  'dual.rules': DUAL,
  '1338.rules': owners(SIDECAR, '1338'),
  '998.rules': owners(SIDECAR, '998'),
  'uid.rules': uids(SIDECAR, '1338'),
  'gid.rules': gids(SIDECAR, '1338'),
  'dual1338.rules': owners(DUAL, '1338'),
  'six.rules': ofFamily6(DUAL, (part) => owners(part, '1338')),
  'sixes.rules': ofFamily6(owners(DUAL, '1339'), (part) => part.replaceAll('-owner 1339', '-owner 1338')),
  'tproxy.rules': owners(text('istio-tproxy.rules'), '1338'),
  'linkerd.rules': text('linkerd.rules').replaceAll('-owner 2102', '-owner 2103'),
  'kuma.rules': text('kuma.rules').replaceAll('-owner 5678', '-owner 5679'),
  'consul.rules': text('consul.rules').replaceAll('-owner 5995', '-owner 5996'),
  'mismatch.rules': text('broken/uid-mismatch.rules'),
  'nobody.rules': SIDECAR.replaceAll(/.*-owner 1337 -j RETURN\n/g, ''),
  '998.json': HOST(998, 998),
  '1337.json': HOST(1337, 1337),
};

const run = async (...argv: readonly string[]) => chainwalk(argv, { files: FILES });
interface Report {
  readonly findings: readonly {
    readonly claim: string;
    readonly verdict: string;
    readonly level: string;
    readonly witness: { readonly outcome: string } | null;
  }[];
  readonly assumptions: readonly { readonly about: string; readonly says: string }[];
}
const judged = async (...argv: readonly string[]) => {
  const { code, out } = await run('verify', '--json', '-q', ...argv);
  const { findings, assumptions } = JSON.parse(out) as Report;
  const wrong = findings.filter(({ verdict, level }) => verdict === 'violated' && level === 'error').map(({ claim }) => claim);
  return { code, wrong: [...new Set(wrong)], findings, assumed: assumptions.filter(({ about }) => about === 'proxy-identity') };
};

describe('rules that let another proxy past than the usual one', () => {
  it.each([
    '1338.rules',
    '998.rules',
    'uid.rules',
    'dual1338.rules',
    'tproxy.rules',
    'linkerd.rules',
    'kuma.rules',
    'consul.rules',
    'mismatch.rules',
  ])('verify %s: exit 1, for proxy-identity alone, with a packet of the usual proxy', async (file) => {
    const { code, wrong, assumed, findings } = await judged(file);
    // what those rules break whichever process is the proxy
    const other = file === 'consul.rules' ? ['loopback-preserved'] : [];
    expect({ code, wrong, assumed: assumed.length }).toEqual({ code: 1, wrong: ['proxy-identity', ...other], assumed: 1 });
    expect(findings.find(({ claim }) => claim === 'proxy-identity')?.witness).not.toBeNull();
  });

  it('every outbound call of the usual proxy loops', async () => {
    const { out } = await run('verify', '--only', 'proxy-identity', '1338.rules');
    expect(out).toContain('example  out tcp 10.244.0.5:40000 -> 203.0.113.9:443 uid=1337 gid=1337: loop');
    expect(out.split('\n').slice(0, 5).join(' ')).toMatch(/assumed the proxy runs as uid 1338 and gid 1338/);
  });

  it.each([
    ['1338.rules', ['--proxy-uid', '1338'], 0, []],
    ['998.rules', ['--proxy-uid', '998'], 0, []],
    ['998.rules', ['--host', '998.json'], 0, []],
    ['tproxy.rules', ['--proxy-gid', '1338'], 0, []],
    ['998.rules', ['--proxy-uid', '1337'], 1, ['no-redirect-loop', 'proxy-egress-direct']],
    ['998.rules', ['--host', '1337.json'], 1, ['no-redirect-loop', 'proxy-egress-direct']],
    ['usual.rules', ['--proxy-uid', '998', '--proxy-gid', '998'], 1, ['no-redirect-loop', 'proxy-egress-direct']],
    ['nobody.rules', [], 1, ['no-redirect-loop', 'proxy-egress-direct']],
    ['six.rules', [], 1, ['no-redirect-loop', 'proxy-egress-direct']],
    ['sixes.rules', [], 1, ['no-redirect-loop', 'proxy-egress-direct']],
  ] as const)('%s %j: exit %i', async (file, options, code, wrong) => {
    const said = await judged(file, ...options);
    expect(said).toMatchObject({ code, assumed: [] });
    expect(said.wrong).toEqual(wrong.length === 0 ? [] : expect.arrayContaining([...wrong]));
    expect(said.wrong).not.toContain('proxy-identity');
  });

  it('where the usual proxy gets along with them as well, nothing is open', async () => {
    const { code, wrong } = await judged('usual.rules');
    expect({ code, wrong }).toEqual({ code: 0, wrong: [] });
  });

  it('of the group alone: what breaks for the usual one is what counts', async () => {
    const { code, assumed, findings } = await judged('gid.rules');
    expect(assumed).toHaveLength(1);
    const verdict = findings.find(({ claim }) => claim === 'proxy-identity')?.verdict;
    const usual = await judged('gid.rules', '--proxy-uid', '1337', '--proxy-gid', '1337');
    expect({ code, verdict }).toEqual(usual.code === 0 ? { code: 0, verdict: 'holds' } : { code: 1, verdict: 'violated' });
  });
});

describe('the same proxy everywhere', () => {
  it('trace says it, and no LOOP', async () => {
    const { out } = await run('trace', '998.rules', 'out tcp -> 203.0.113.9:443');
    expect(out).toMatch(/^CAPTURED outbound/);
    expect(out).toMatch(/^assumed the proxy runs as uid 998 and gid 998/m);
    const usual = await run('trace', '--proxy-uid', '1337', '998.rules', 'out tcp -> 203.0.113.9:443');
    expect(usual.out).toMatch(/^LOOP/);
    expect((await run('trace', '--proxy-uid', '998', '998.rules', 'out tcp -> 203.0.113.9:443')).out).not.toContain('the proxy runs as');
  });

  it('find proves that nothing loops for that proxy, and says which', async () => {
    const none = await run('find', '998.rules', '--outcome', 'loop');
    expect(none).toMatchObject({ code: 0, out: expect.stringContaining('assumed the proxy runs as uid 998 and gid 998') });
    expect((await run('find', '998.rules', '--outcome', 'loop', '--proxy-uid', '998')).code).toBe(0);
    expect((await run('find', '998.rules', '--outcome', 'loop', '--proxy-uid', '1337')).code).toBe(1);
    const { out } = await run('find', '998.rules', '--outcome', 'loop', '--json');
    expect(JSON.parse(out)).toMatchObject({ assumptions: [{ about: 'pod-address' }, { about: 'proxy-identity' }] });
  });

  it.each([
    ['usual.rules', '1338.rules'],
    ['998.rules', '1338.rules'],
    ['1338.rules', 'usual.rules'],
  ])('diff of %s and %s: both users’ packets change', async (base, head) => {
    const { code, out } = await run('diff', '--json', base, head);
    expect(code).toBe(1);
    const ids = [base, head].map((name) => (name === 'usual.rules' ? '1337' : name.slice(0, -'.rules'.length)));
    for (const id of ids) expect(out).toContain(id);
  });

  it('from the usual user to another, the usual proxy loops', async () => {
    const { out } = await run('diff', 'usual.rules', '1338.rules');
    expect(out).toMatch(/-> LOOP/);
  });

  it('the library takes it as an option, and tells it', () => {
    const rules = parse(FILES['998.rules'], { file: 'pod.rules' });
    const packet = 'out tcp -> 203.0.113.9:443';
    expect(trace(rules, packet)).toMatchObject({ outcome: 'captured-out', assumptions: [{}, { about: 'proxy-identity' }] });
    expect(trace(rules, packet, { proxyUid: 1337 }).outcome).toBe('loop');
    expect(find(rules, { outcome: 'loop' }).empty).toBe(true);
    expect(find(rules, { outcome: 'loop', proxyUid: 1337 }).empty).toBe(false);
    expect(verify(rules, { proxyUid: 998 }).findings.some(({ verdict, level }) => verdict === 'violated' && level === 'error')).toBe(false);
    expect(sameOrNot(SIDECAR, owners(SIDECAR, '1338')).equivalent).toBe(false);
    expect(() => trace(rules, packet, { proxyUid: -1 })).toThrow('`proxyUid` is a number');
  });
});
