import { describe, expect, it } from 'vitest';
import { chainwalk } from '../cli/memoryIo.ts';
import { readFixture } from '../support/fixtures.ts';

const files = {
  'a.rules': readFixture('istio-sidecar').text,
  'b.rules': readFixture('istio-cni').text,
  'comment.rules': `# another comment\n${readFixture('istio-sidecar').text}`,
  'bad.rules': '*filter\n-A INPUT -j NOWHERE\nCOMMIT\n',
  'string.rules': '*filter\n:OUTPUT ACCEPT\n-A OUTPUT -m string --algo bm --string x -j DROP\nCOMMIT\n',
  'string2.rules': '*filter\n:OUTPUT ACCEPT\n-A OUTPUT -m string --algo bm --string y -j DROP\nCOMMIT\n',
};
const diff = (...args: readonly string[]) => chainwalk(['diff', ...args], { files });

describe('chainwalk diff', { timeout: 60_000 }, () => {
  it('exits 0 and says that it is proved when nothing changes', async () => {
    expect(await diff('a.rules', 'comment.rules')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^EQUAL: no change in behaviour \(proved for whole\s+connections\s+over\s+IPv4/) as unknown,
      err: '',
    });
  });

  it('exits 1 and shows each kind of change with a packet and the rules of both sides', async () => {
    const { code, out } = await diff('a.rules', 'b.rules');
    expect(code).toBe(1);
    expect(out).toContain('CHANGED: 1 error, 1 warning: 2 classes of packets change; no other packet');
    expect(out).toContain('CAPTURED outbound -> DIRECT');
    expect(out).toContain('example  out tcp 10.244.0.5:40000 -> 203.0.113.9:15020 uid=1000 gid=1000');
    expect(out).toMatch(/a\.rules:\d+/);
    expect(out).toMatch(/b\.rules:\d+/);
  });

  it('has the fields that scripts rely on as JSON', async () => {
    const { code, out } = await diff('a.rules', 'b.rules', '--json');
    expect(code).toBe(1);
    const report = JSON.parse(out) as { changes: readonly Record<string, unknown>[] };
    expect(report).toMatchObject({ schema: 'chainwalk/diff/v1', equivalent: false });
    for (const change of report.changes) {
      const side = {
        outcome: expect.any(String),
        fate: { kind: expect.any(String) },
        rule: { file: expect.any(String), line: expect.any(Number) },
      };
      expect(change).toMatchObject({ packets: expect.any(String), example: { dir: 'out', dport: 15020 }, base: side, head: side });
    }
  });

  it('--where narrows the packets', async () => {
    expect((await diff('a.rules', 'b.rules', '--where', 'in')).code).toBe(0);
    expect((await diff('a.rules', 'b.rules', '--where', 'out uid=1000')).code).toBe(1);
    expect((await diff('a.rules', 'b.rules', '--where', 'out tcp -> nonsense!')).code).toBe(2);
    expect((await diff('a.rules', 'b.rules', '--where', 'ctstate=NEW')).code).toBe(2);
  });

  it('exits 2 for rules that cannot be read', async () => {
    expect((await diff('a.rules', 'absent.rules')).code).toBe(2);
    expect((await diff('a.rules', 'bad.rules')).code).toBe(2);
    expect((await diff('-', '-')).code).toBe(2);
    expect((await diff('a.rules')).code).toBe(2);
  });

  it('is undecided where it depends on an unmodelled match; exits 1: nothing is proved', async () => {
    const { code, out } = await diff('string.rules', 'string2.rules');
    expect(code).toBe(1);
    expect(out).toContain('UNDECIDED: no change was found');
    expect(out).toContain('string.rules:3');
  });
});
