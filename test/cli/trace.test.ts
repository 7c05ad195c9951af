import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROFILES } from '../../src/mesh/allProfiles.ts';
import { MESH_NAMES } from '../../src/mesh/names.ts';
import type { Trace } from '../../src/report/json/trace.ts';
import { chainwalk, type Setting } from './memoryIo.ts';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures');
const text = (name: string) => readFileSync(join(FIXTURES, name), 'utf8');
const POD = { 'pod.rules': text('istio-sidecar.rules') };
const OUT = 'out tcp -> 203.0.113.9:443';

const pod = (argv: readonly string[], setting: Setting = {}) =>
  chainwalk(['trace', 'pod.rules', ...argv], { ...setting, files: { ...POD, ...setting.files } });

const traces = (out: string) =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Trace);

describe('trace for people', () => {
  it.each([
    ['captured-out', 'istio-sidecar.rules', OUT],
    ['captured-in', 'istio-sidecar.rules', 'in tcp -> 10.244.0.5:8080'],
    ['bypass-by-uid', 'istio-sidecar.rules', `${OUT} uid=1337`],
    ['own-address', 'istio-sidecar.rules', 'out tcp -> 10.244.0.5:8080 uid=1337 gid=1337'],
    ['tunnel', 'istio-sidecar.rules', 'in tcp -> 10.244.0.5:15008'],
    ['loop', 'article.rules', OUT],
    ['dns', 'istio-dns.rules', 'out udp -> 10.96.0.10:53'],
    ['chance', 'kube-proxy.rules', 'out tcp -> 10.96.0.20:80'],
    ['rejected', 'kube-proxy.rules', 'out tcp -> 10.96.0.99:80'],
    ['tproxy', 'istio-tproxy.rules', 'in tcp -> 10.244.0.5:8080'],
  ])('%s reads as recorded, in 80 columns', async (name, rules, packet) => {
    const { out, code } = await chainwalk(['trace', 'pod.rules', packet, '--quiet'], { files: { 'pod.rules': text(rules) } });
    expect(code).toBe(0);
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    await expect(out).toMatchFileSnapshot(`snapshots/${name}.txt`);
  });

  it('-v shows why the other rules did not match', async () => {
    const { out } = await pod(['-v', OUT]);
    expect(out).toContain('no: uid is 1000, wanted --uid-owner 1337');
    await expect(out).toMatchFileSnapshot('snapshots/verbose.txt');
  });

  it('every default that was used is printed', async () => {
    expect((await pod([OUT])).out).toContain('assumed src=10.244.0.5 sport=40000 flags=S uid=1000 gid=1000\n');
    const full = 'out tcp 10.244.0.5:1234 -> 203.0.113.9:443 uid=1 gid=2 flags=S';
    // the host stays assumed, and is named
    expect((await pod([full])).out.match(/^assumed .*/gm)).toEqual([
      'assumed a pod with the address 10.244.0.5; --pod-ip or --host says otherwise',
    ]);
    const host = 'interfaces: [{ name: eth0, addresses: [10.244.0.5/24] }]\nroutes: [default via 10.244.0.1 dev eth0]\nlisteners: []';
    expect((await pod(['--host', 'h.yaml', full], { files: { 'h.yaml': host } })).out).not.toContain('assumed');
  });

  it('--brief is one line per packet', async () => {
    const { out } = await pod(['--brief', OUT, 'in tcp -> 10.244.0.5:8080']);
    expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual(['captured-out', 'captured-in', '']);
  });
});

describe('packets', () => {
  it('iptables form is the same packet', async () => {
    const arrow = await pod(['--json', OUT]);
    const flags = await pod(['--json', '-p tcp -d 203.0.113.9 --dport 443']);
    const bare = await pod(['--json', '--', '-p', 'tcp', '-d', '203.0.113.9', '--dport', '443']);
    for (const other of [flags, bare]) expect(traces(other.out)[0]?.packet).toEqual(traces(arrow.out)[0]?.packet);
  });

  it('each answer of several is a line of JSON, in order', async () => {
    const { out, err, code } = await pod(['--json', OUT, 'in tcp -> 10.244.0.5:8080', `${OUT} uid=1337`]);
    expect([code, err]).toEqual([0, '']);
    expect(traces(out).map(({ outcome }) => outcome)).toEqual(['captured-out', 'captured-in', 'direct']);
  });

  it('a bad one is refused with its place, the others are answered', async () => {
    const { out, err, code } = await pod(['--json', 'out tcp -> 10.0.0.300:80', OUT]);
    expect(code).toBe(2);
    expect(err).toContain('packet:1:12: error:');
    expect(traces(out)).toHaveLength(1);
  });

  it('rules of one family say nothing about the other', async () => {
    const { out, err, code } = await pod(['out tcp -> [2001:db8::1]:443']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('`pod.rules` has no IPv6 rules');
    const dual = await chainwalk(['trace', '-', 'out tcp -> [2001:db8::1]:443', '--json'], { stdin: text('istio-dual-stack.rules') });
    expect(traces(dual.out)[0]?.legs[0]?.after.dst).toBe('::1');
  });
});

describe('exit codes', () => {
  it.each([
    ['met', ['--expect', 'captured-out', OUT], 0],
    ['unmet', ['--expect', 'direct', OUT], 1],
    ['one of two unmet', ['--expect', 'direct', OUT, `${OUT} uid=1337`], 1],
    ['unmet, and a bad packet', ['--expect', 'direct', OUT, 'nonsense'], 2],
  ])('an expectation that is %s', async (_, argv, code) => {
    const result = await pod(argv);
    expect(result.code).toBe(code);
    if (code === 1) expect(result.err).toContain('expected direct, got captured-out');
  });

  it('rules that cannot be loaded are 2, and nothing is answered', async () => {
    const rules = '*nat\n-A OUTPUT -p tcp --dport 99x -j RETURN\n-A INPUT -m owner --uid-owner 1 -j ACCEPT\nCOMMIT\n';
    const { out, err, code } = await chainwalk(['trace', '-', OUT], { stdin: rules });
    expect([code, out]).toEqual([2, '']);
    expect(err.match(/error:/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('a table without rules is answered with a warning, which --strict makes a finding', async () => {
    const stdin = '*nat\nCOMMIT\n';
    const { out, err, code } = await chainwalk(['trace', '-', OUT], { stdin });
    expect(code).toBe(0);
    expect(out).toMatch(/^DIRECT/);
    expect(err).toContain('warning: no rule found');
    expect((await chainwalk(['trace', '-', OUT, '--strict'], { stdin })).code).toBe(1);
    expect((await chainwalk(['trace', '-', OUT, '--quiet'], { stdin })).err).toContain('warning: no rule found');
  });

  it('undecided is 0, and 1 with --strict; the rule to blame is warned about', async () => {
    const rules = '*filter\n:OUTPUT ACCEPT\n-A OUTPUT -m string --string x --algo bm -j DROP\nCOMMIT\n';
    const result = await chainwalk(['trace', '-', OUT], { stdin: rules });
    expect(result.code).toBe(0);
    expect(result.out).toMatch(/^UNDECIDED between dropped, direct and stalled\n {2}depends on filter OUTPUT#1 at -:3/);
    expect(result.err).toContain('-:3:');
    expect((await chainwalk(['trace', '-', OUT, '--strict'], { stdin: rules })).code).toBe(1);
  });

  it('what is not modelled is not mentioned when the answer does not depend on it', async () => {
    const rules = '*filter\n:OUTPUT ACCEPT\n-A OUTPUT -p udp -m string --string x --algo bm -j DROP\nCOMMIT\n';
    const { out, err, code } = await chainwalk(['trace', '-', OUT, '--strict'], { stdin: rules });
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^DIRECT/);
  });

  it('something unexpected is 3 and calls itself a bug', async () => {
    const evil = new Proxy({}, { get: () => { throw new Error('disk on fire'); }, getOwnPropertyDescriptor: () => undefined }); // biome-ignore format: one line
    const { code, err } = await chainwalk(['trace', 'pod.rules', OUT], { files: evil as Record<string, string> });
    expect(code).toBe(3);
    expect(err).toContain('this is a bug in chainwalk');
    expect(err).toContain('disk on fire');
  });
});

describe('host and profile', () => {
  it('a host is read from JSON and from YAML', async () => {
    const json = '{"interfaces":[{"name":"eth0","addresses":["192.0.2.7/24"]}],"routes":["default via 192.0.2.1 dev eth0"]}';
    const yaml = 'interfaces:\n  - name: eth0\n    addresses: [192.0.2.7/24]\nroutes: [default via 192.0.2.1 dev eth0]\n';
    for (const host of [json, yaml]) {
      const { out } = await pod(['--json', '--host', 'host', OUT], { files: { host } });
      expect(traces(out)[0]?.packet.src).toBe('192.0.2.7');
    }
  });

  it('what is wrong with a host is said', async () => {
    for (const [host, message] of [
      ['{"interface":[]}', 'host: unknown key `interface`'],
      ['a: [', 'host:1:5: error: '],
    ] as const) {
      const { code, err } = await pod(['--host', 'host', OUT], { files: { host } });
      expect(code).toBe(2);
      expect(err).toContain(message);
    }
    expect((await pod(['--host', 'nowhere', OUT])).err).toContain('cannot read `nowhere`: no such file');
  });

  it('without a profile the proxy is a process like others', async () => {
    expect(traces((await pod(['--json', '--profile', 'none', OUT])).out)[0]?.outcome).toBe('to-app');
  });

  it('each profile is listed under its name', () => {
    expect(PROFILES.map(({ name }) => name).sort()).toEqual([...MESH_NAMES].sort());
  });
});

describe('--packets', () => {
  const LINES = [
    '{"dst":"203.0.113.9","dport":443}',
    `{"packet":"in tcp -> 10.244.0.5:8080"}`,
    '{"packet":{"dst":"203.0.113.9","uid":1337}}',
  ];

  it('one answer per line, in order', async () => {
    const { out, code, err } = await pod(['--packets', '-'], { stdin: `${LINES.join('\n')}\n\n` });
    expect([code, err]).toEqual([0, '']);
    expect(traces(out).map(({ outcome }) => outcome)).toEqual(['captured-out', 'captured-in', 'direct']);
  });

  it('a bad line gives an error line in its place, and 2 in the end', async () => {
    const bad = ['nonsense', '{"dst":"10.0.0.300"}', '[]', '{"packet":"out tcp"}', '{"dst":"::1"}'];
    const { out, code } = await pod(['--packets', '-'], { stdin: [LINES[0], ...bad, LINES[1]].join('\n') });
    expect(code).toBe(2);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { schema: string; line?: number });
    expect(lines.map(({ schema, line }) => `${schema} ${line ?? ''}`)).toEqual([
      'chainwalk/trace/v1 ',
      ...[2, 3, 4, 5, 6].map((line) => `chainwalk/error/v1 ${line}`),
      'chainwalk/trace/v1 ',
    ]);
  });

  it('--expect checks every line', async () => {
    const { code, err } = await pod(['--packets', 'p', '--expect', 'captured-out'], { files: { p: LINES.join('\n') } });
    expect(code).toBe(1);
    expect(err.match(/expected captured-out/g)).toHaveLength(2);
  });

  it('gives the same answers as arguments do, but for the packets that are treated alike', async () => {
    const streamed = await pod(['--packets', '-', '-v'], { stdin: `{"packet":"${OUT}"}` });
    const { same, ...answer } = JSON.parse((await pod(['--json', '-v', OUT])).out);
    expect(same).toMatchObject({ packets: expect.any(String), ordinary: expect.any(String) });
    expect(streamed.out).toBe(`${JSON.stringify(answer)}\n`);
  });
});

describe('print', () => {
  const printed = async (stdin: string) => (await chainwalk(['print', '-'], { stdin })).out;

  it.each(['istio-dual-stack.rules', 'istio-tproxy.rules', 'firewall.rules', 'kube-proxy.rules'])(
    '%s printed twice is the same',
    async (name) => {
      const once = await printed(text(name));
      expect(once).toContain('COMMIT\n');
      expect(await printed(once)).toBe(once);
    },
  );

  it('the second family starts with a line that says so, which is read again', async () => {
    const rules =
      '*nat\n-A OUTPUT -p tcp -j REDIRECT --to-ports 1\nCOMMIT\n# ip6tables\n*nat\n-A OUTPUT -p tcp -j REDIRECT --to-ports 2\nCOMMIT\n';
    const once = await printed(rules);
    expect(once.match(/^# .*$/gm)).toEqual(['# ip6tables']);
    expect(await printed(once)).toBe(once);
  });
});

describe('check', () => {
  it('says what would load, one line per ruleset', async () => {
    const { out, code } = await chainwalk(['check', 'a'], { files: { a: text('istio-dual-stack.rules') } });
    expect(code).toBe(0);
    expect(out).toBe('ok: a: 18 IPv4 rules in nat\nok: a: 18 IPv6 rules in nat\n');
  });

  it('reports every problem of every file, as text and as JSON', async () => {
    const files = {
      a: '*nat\n-A OUTPUT -p tcp --dport 99x\n-A INPUT -m owner --uid-owner 1\nCOMMIT\n',
      b: '*filter\n-A OUTPUT -j NOWHERE\nCOMMIT\n',
    };
    const human = await chainwalk(['check', 'a', 'b'], { files });
    expect([human.code, human.out]).toEqual([2, '']);
    expect(human.err.match(/^\w:\d+:\d+: error/gm)).toEqual(['a:2:26: error', 'a:3:13: error', 'b:2:14: error']);
    const json = await chainwalk(['check', 'a', 'b', '--json'], { files });
    expect([json.code, json.err]).toEqual([2, '']);
    const report = JSON.parse(json.out) as { ok: boolean; diagnostics: { kind: string; file: string }[] };
    expect(report.ok).toBe(false);
    expect(report.diagnostics.map(({ kind, file }) => `${file} ${kind}`)).toEqual(['a malformed', 'a not-loadable', 'b not-loadable']);
  });

  it('a warning is 0, and 1 with --strict', async () => {
    expect((await chainwalk(['check', '-'], { stdin: '*nat\nCOMMIT\n' })).code).toBe(0);
    expect((await chainwalk(['check', '-', '--strict'], { stdin: '*nat\nCOMMIT\n' })).code).toBe(1);
  });

  it('--set gives a shell variable its value', async () => {
    const stdin = 'iptables -t nat -A OUTPUT -d $POD_IP -j RETURN\n';
    const without = await chainwalk(['check', '-'], { stdin });
    expect(without.code).toBe(2);
    expect(without.err).toContain('POD_IP');
    expect((await chainwalk(['check', '-', '--set', 'POD_IP=10.244.0.5'], { stdin })).code).toBe(0);
  });
});
