/** Counters of a dump stand beside rules, and tell where an answer rests on a rule that no packet has met. */
import { describe, expect, it } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const dump = (redirect: number, other: number) => `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [5:300]
:POSTROUTING ACCEPT [5:300]
:ISTIO_OUTPUT - [0:0]
:ISTIO_REDIRECT - [0:0]
[${other}:900] -A OUTPUT -p tcp -j ISTIO_OUTPUT
[0:0] -A ISTIO_OUTPUT -d 10.0.0.0/8 -j RETURN
[${other}:900] -A ISTIO_OUTPUT -j ISTIO_REDIRECT
[${redirect}:72240] -A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001
COMMIT
`;
const NEVER = 'was never hit since it was loaded or last zeroed';
const trace = async (rules: string, ...argv: readonly string[]) => {
  const { out } = await chainwalk(['trace', 'pod.rules', 'out tcp -> 203.0.113.9:443', ...argv], { files: { 'pod.rules': rules } });
  return argv.includes('--json') ? out : out.replaceAll(/\s+/g, ' ');
};

describe('a dump with counters', () => {
  it('shows them beside the deciding rule, and with -v beside each', async () => {
    expect(await trace(dump(1204, 1300))).toContain('ISTIO_REDIRECT 1 (hits 1204) pod.rules:11');
    const all = await trace(dump(1204, 1300), '-v');
    for (const hits of ['hits 1300 pod.rules:8', 'hits 0 pod.rules:9', 'hits 1204 pod.rules:11']) expect(all).toContain(hits);
  });

  it('warns where the deciding rule was never hit', async () => {
    expect(await trace(dump(0, 1300))).toContain(`warning nat ISTIO_REDIRECT#1 at pod.rules:11 decides here, and ${NEVER}`);
    expect(await trace(dump(7, 1300))).not.toContain(NEVER);
  });

  it('says nothing of a dump that was just loaded, or that has none', async () => {
    expect(await trace(dump(0, 0))).not.toContain(NEVER);
    const without = await trace(dump(0, 1).replaceAll(/^\[\d+:\d+\] /gm, ''));
    expect(without).not.toMatch(/never hit|hits/);
  });

  it('has them in JSON, and print leaves them out', async () => {
    const { legs, warnings } = JSON.parse(await trace(dump(0, 1300), '--json'));
    const rules = legs[0].steps.filter(({ kind }: { kind: string }) => kind === 'rule');
    expect(rules.at(-1).counters).toEqual({ packets: 0, bytes: 72240 });
    expect(warnings).toHaveLength(1);
    const { out } = await chainwalk(['print', 'pod.rules'], { files: { 'pod.rules': dump(3, 4) } });
    expect(out).not.toContain('72240');
  });
});

describe('a directory of rules', () => {
  const files = { 'net/pod.rules': dump(1, 1), 'net/notes.txt': 'nothing' };

  it('stands for its only file', async () => {
    const { out, code } = await chainwalk(['trace', 'net', 'out tcp -> 203.0.113.9:443'], { files });
    expect(code).toBe(0);
    expect(out).toContain('net/pod.rules:11');
    expect((await chainwalk(['find', 'net', '--where', 'out tcp', '--outcome', 'direct'], { files })).code).toBe(1);
  });

  it('with several of them is for check; trace asks which', async () => {
    const more = { ...files, 'net/node.rules': dump(1, 1) };
    const checked = await chainwalk(['check', 'net'], { files: more });
    expect(checked.out).toContain('net/node.rules');
    expect(checked.out).toContain('net/pod.rules');
    const { code, err } = await chainwalk(['trace', 'net', 'out tcp -> 203.0.113.9:443'], { files: more });
    expect(code).toBe(2);
    expect(err).toContain('`net` is a directory with 2 files of rules and manifests');
    expect(err).toContain('`net/pod.rules`');
  });
});
