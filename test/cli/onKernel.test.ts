/** `--on-kernel` where the kernel cannot be asked, and where it says otherwise: neither needs a kernel. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Trace } from '../../src/report/json/trace.ts';
import { readFixture } from '../support/fixtures.ts';
import { chainwalk } from './memoryIo.ts';

const { text: RULES } = readFixture('istio-sidecar');
const PACKET = 'out tcp -> 203.0.113.9:443 uid=1000';
const files = { 'pod.rules': RULES };
const folder = mkdtempSync(join(tmpdir(), 'chainwalk-oracle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An oracle that greets as it is told, and has lost every packet. */
function fakeOracle(name: string, here: unknown): { readonly platform: string; readonly folder: string } {
  const own = join(folder, name);
  mkdirSync(own);
  writeFileSync(join(own, 'here.json'), JSON.stringify(here));
  const program = [
    'import json, os, sys',
    "here = json.load(open(os.path.join(os.path.dirname(__file__), 'here.json')))",
    "lost = {'trace': [], 'fate': 'lost', 'tuple_before': None, 'tuple_after': None}",
    'for line in sys.stdin:',
    '    question = json.loads(line)',
    "    result = here if 'hello' in question else [lost] * len(question['packets'])",
    "    print(json.dumps({'ok': True, 'result': result}), flush=True)",
  ];
  writeFileSync(join(own, '__main__.py'), program.join('\n'));
  return { platform: 'linux', folder: own };
}

const HERE = { kernel: '6.1.0', backend: 'nft', iptables: '1.8.9' };

const UNASKED = [
  { what: 'another system', oracle: { platform: 'darwin', folder: '/' }, says: 'this is darwin, not Linux' },
  { what: 'no program', oracle: undefined, says: 'no program can be started here' },
  { what: 'what the oracle misses', oracle: fakeOracle('missing', { missing: 'not root' }), says: 'not root' },
  { what: 'an oracle that ends', oracle: { platform: 'linux', folder: join(folder, 'nothing') }, says: 'the kernel oracle ended:' },
] as const;

describe('the kernel cannot be asked', () => {
  test.each(UNASKED)('$what: a line and exit 2, and the answer all the same', async ({ oracle, says }) => {
    const setting = { files, ...(oracle && { oracle }) };
    const plain = await chainwalk(['trace', 'pod.rules', PACKET], { files });
    const { code, out, err } = await chainwalk(['trace', 'pod.rules', PACKET, '--on-kernel'], setting);
    expect(code).toBe(2);
    expect(out).toContain(`kernel  not asked: ${says}`);
    expect(out.replace(/\nkernel {2}not asked:[\s\S]*?\n\n/, '\n')).toBe(plain.out);
    expect(err).toContain(`chainwalk: the kernel was not asked: ${says}`);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  test('JSON says why', async () => {
    const { out } = await chainwalk(['trace', 'pod.rules', PACKET, '--on-kernel', '--json'], { files });
    expect((JSON.parse(out) as Trace).kernel).toEqual({ agrees: null, missing: 'no program can be started here' });
  });

  test.each(['mermaid', 'xtables'])('%s has no place for it', async (format) => {
    const { code, err } = await chainwalk(['trace', 'pod.rules', PACKET, '--on-kernel', '-o', format], { files });
    expect(code).toBe(2);
    expect(err).toContain(`\`--on-kernel\` is not drawn in ${format}`);
  });

  test('an answer of a connection is not its first packet', async () => {
    const packet = 'out tcp 10.244.0.5:80 -> 10.0.0.9:40000 flags=SA ctstate=ESTABLISHED';
    const oracle = fakeOracle('answers', HERE);
    const { code, err } = await chainwalk(['trace', 'pod.rules', packet, '--on-kernel'], { files, oracle });
    expect(code).toBe(2);
    expect(err).toContain('a packet that is ESTABLISHED is not the first of its connection');
  });
});

describe('the kernel disagrees', () => {
  test('it is shouted with both sides and with how to report it, exit 3', async () => {
    const oracle = fakeOracle('wrong', HERE);
    const { code, out, err } = await chainwalk(['trace', 'pod.rules', PACKET, '--on-kernel'], { files, oracle });
    expect(code).toBe(3);
    expect(out).toMatch(/^kernel {2}Linux 6\.1\.0 \(iptables 1\.8\.9 nft\) DISAGREES: leg 1: chainwalk says/m);
    expect(out).toMatch(/^ {2}! OUTPUT -o eth0 nat:OUTPUT:1 JUMP:ISTIO_OUTPUT$/m);
    expect(out).toMatch(/^ {2}! => delivered -i lo .* {2}=> lost$/m);
    expect(err).toContain('this is a bug in chainwalk, not in your input');
    expect(err).toContain('/issues');
  });

  test('JSON says so', async () => {
    const oracle = fakeOracle('wrong JSON', HERE);
    const { code, out } = await chainwalk(['trace', 'pod.rules', PACKET, '--on-kernel', '--json'], { files, oracle });
    const { kernel } = JSON.parse(out) as Trace;
    expect(code).toBe(3);
    expect(kernel).toMatchObject({ agrees: false, kernel: '6.1.0', backend: 'nft', steps: [] });
    expect(kernel?.agrees === false && kernel.differs).toContain('leg 1: chainwalk says');
  });
});

describe('beside a proof', () => {
  const { text: broken } = readFixture('broken/no-uid-return');
  const sides = { ...files, 'broken.rules': broken };
  const ASKED = [
    { name: 'verify', argv: ['verify', 'broken.rules'] },
    { name: 'diff', argv: ['diff', 'pod.rules', 'broken.rules'] },
  ] as const;

  test.each(ASKED)('$name without a kernel is $name, and a line', async ({ name, argv }) => {
    const plain = await chainwalk(argv, { files: sides });
    const { code, out, err } = await chainwalk([...argv, '--on-kernel'], {
      files: sides,
      oracle: fakeOracle(`${name} missing`, { missing: 'not root' }),
    });
    expect({ code, out }).toEqual({ code: plain.code, out: plain.out });
    expect(err).toBe(`${plain.err}chainwalk: the kernel was not asked: not root\n`);
  });

  test.each(ASKED)('$name with a kernel that disagrees: the same verdict, and exit 3', async ({ name, argv }) => {
    const plain = await chainwalk(argv, { files: sides });
    const { code, out, err } = await chainwalk([...argv, '--on-kernel'], { files: sides, oracle: fakeOracle(`${name} wrong`, HERE) });
    expect(plain.code).toBe(1);
    expect(code).toBe(3);
    expect(out.split('\n')[0]).toBe(plain.out.split('\n')[0]);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('Linux 6.1.0 (iptables 1.8.9 nft) disagrees: leg 1: chainwalk says');
    expect(err).toContain('this is a bug in chainwalk, not in your input');
  });

  test.each(ASKED)('$name as JSON has both', async ({ name, argv }) => {
    const oracle = fakeOracle(`${name} JSON`, HERE);
    const { out } = await chainwalk([...argv, '--on-kernel', '--json'], { files: sides, oracle });
    const plain = await chainwalk([...argv, '--json'], { files: sides });
    const kernels = [...out.matchAll(/"kernel":\{"kernel":"6\.1\.0"[^{}]*"agrees":false/g)];
    expect(kernels.length).toBeGreaterThan(0);
    const without = JSON.parse(out, (key, value) => (key === 'kernel' ? undefined : value)) as unknown;
    expect(without).toEqual(JSON.parse(plain.out));
  });
});

/** The oracle itself, on this machine with fewer commands, and with questions that it must not ask. */
const ORACLE = resolve(import.meta.dirname, '../../src/kernel/oracle');

function answerTo(
  question: unknown,
  path = process.env.PATH,
): { readonly ok: boolean; readonly result?: unknown; readonly error?: string } {
  const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout.trim();
  const input = `${JSON.stringify(question)}\n`;
  const { stdout } = spawnSync(python, ['-B', ORACLE, '--backend', 'nft'], { input, encoding: 'utf8', env: { PATH: path } });
  return JSON.parse(stdout);
}

function missingWith(commands: readonly string[]): unknown {
  const bin = mkdtempSync(join(folder, 'bin-'));
  for (const name of commands) symlinkSync('/bin/true', join(bin, name));
  return answerTo({ hello: true }, bin).result;
}

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

describe.runIf(isRoot)('what the oracle misses', () => {
  const ALL = ['ip', 'nft', 'iptables-nft-restore', 'ip6tables-nft-restore'];
  test.each(ALL)('%s', (name) => {
    expect(missingWith(ALL.filter((one) => one !== name))).toEqual({ missing: `no ${name}` });
  });
  test('all of them', () => {
    expect(missingWith([])).toEqual({ missing: `no ${ALL.join(', ')}` });
  });
});

const WORLD = { interfaces: [{ name: 'eth0', addrs: ['10.244.0.5/24'] }], packets: [], confined: true };

describe.runIf(process.platform === 'linux')('what the oracle refuses before it makes anything', () => {
  test.each([
    [{ sysctls: { 'kernel.panic': '1' } }, 'sysctl kernel.panic is not one of a network namespace'],
    [{ sysctls: { 'net.ipv4.//.//.kernel.panic': '1' } }, 'is not one of a network namespace'],
    [{ sysctls: { 'net.core.rmem_max': '1' } }, 'is not one of a network namespace'],
    [{ routes: ['default via 10.244.0.1\nnetns exec other ip link'] }, 'is not an address, a route or a rule'],
    [{ ip_rules: ['from all; rm'] }, 'is not an address, a route or a rule'],
    [{ interfaces: [{ name: 'eth0 up', addrs: [] }] }, 'is not the name of an interface'],
    [{ interfaces: [{ name: '-x', addrs: [] }] }, 'is not the name of an interface'],
    [{ sets: { 'a\nflush': { type: 'hash:ip', members: [] } } }, 'is not an ipset that can be made'],
    [{ sets: { '-file': { type: 'hash:ip', members: [] } } }, 'is not an ipset that can be made'],
    [{ sets: { a: { type: 'hash:ip', members: ['10.0.0.1\ndestroy'] } } }, 'is not an ipset that can be made'],
    [{ rules_v4: '*filter\n-A INPUT -p tcp -j AUDIT --type drop\nCOMMIT\n' }, 'the target AUDIT works outside of network namespaces'],
    [{ rules_v6: '*filter\n-A INPUT --jump LED --led-trigger-id a\nCOMMIT\n' }, 'the target LED works outside of network namespaces'],
  ])('%j', (part, says) => {
    const { ok, error } = answerTo({ ...WORLD, ...part });
    expect(ok).toBe(false);
    expect(error).toContain(says);
  });
});
