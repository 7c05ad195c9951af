/** A trace for people fits a screen, and leaves out nothing that decides. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chainwalk } from './memoryIo.ts';

const ROOT = new URL('../../fixtures/', import.meta.url);
const NAMES = [...readdirSync(ROOT), ...readdirSync(new URL('broken/', ROOT)).map((name) => `broken/${name}`)].filter((name) =>
  name.endsWith('.rules'),
);
const files: Readonly<Record<string, string>> = Object.fromEntries(
  NAMES.map((name) => [`fixtures/${name}`, readFileSync(new URL(name, ROOT), 'utf8')]),
);
const PACKETS = [
  'out tcp -> 203.0.113.9:443',
  'out udp -> 10.96.0.10:53',
  'in tcp -> 10.244.0.5:8080',
  'in tcp -> 10.244.0.5:15021',
  'in icmp -> 10.244.0.5',
];
const trace = (name: string, packets: readonly string[], ...more: readonly string[]) =>
  chainwalk(['trace', `fixtures/${name}`, ...packets, ...more], { files });

describe('a trace', () => {
  it('of two legs of the sidecar has the answer on a screen of 24 lines', async () => {
    const { out } = await trace('istio-sidecar.rules', ['out tcp -> 203.0.113.9:443']);
    expect(out.split('\n').length).toBeLessThanOrEqual(20);
    expect(out).toContain('nat OUTPUT 1 > ISTIO_OUTPUT 9 > ISTIO_REDIRECT 1');
    expect(out).toContain('fixtures/istio-sidecar.rules:31');
    expect(out).toContain('-p tcp -j REDIRECT --to-ports 15001      dst := 127.0.0.1:15001, via lo');
    expect(out).not.toMatch(/policy ACCEPT/);
  });

  it('says why a chain that was entered did not take the packet', async () => {
    const { out } = await trace('istio-sidecar.rules', ['out udp -> 1.1.1.1:53']);
    expect(out).toContain('ISTIO_REDIRECT: its only rule does not match: rule 1 matches on tcp');
    const inbound = await trace('istio-sidecar.rules', ['in udp -> 10.244.0.5:53']);
    expect(inbound.out).toContain('nat PREROUTING: its only rule does not match: rule 1 matches on tcp');
  });

  it('says once why a packet is lost', async () => {
    const { out } = await trace('istio-sidecar.rules', ['in tcp 127.0.0.1 -> 10.244.0.5:80']);
    expect(out.split('cannot come from outside').length).toBe(2);
  });

  it('cuts paths and makes links on a terminal alone', async () => {
    const argv = ['trace', 'fixtures/istio-sidecar.rules', 'out tcp -> 203.0.113.9:443'];
    const coloured = await chainwalk(argv, { files, terminal: true, env: { TERM: 'xterm' } });
    expect(coloured.out).toMatch(/8;;file:\/\/\/\S*fixtures\/istio-sidecar\.rules#L31\W+istio-sidecar\.rules:31\W/);
    expect(coloured.out).not.toContain('fixtures/istio-sidecar.rules:');
    const plain = await chainwalk([...argv, '--color', 'never'], { files, terminal: true });
    expect(plain.out).not.toContain('\u001b');
    expect(plain.out).toContain(' istio-sidecar.rules:31');
    const piped = await chainwalk([...argv, '--color', 'always'], { files });
    expect(piped.out).not.toContain('\u001b]8');
  });
});

/** Rules that the walks of the JSON answer say decided something. */
function deciding(json: string): readonly string[] {
  const { legs, branches } = JSON.parse(json);
  const shown = (branches ?? [{ legs }]).length === 1 ? legs : [];
  return shown.flatMap(({ steps }: { steps: Record<string, unknown>[] }) =>
    steps.flatMap(({ kind, verdict, chain, rule }) =>
      kind === 'rule' && ['ACCEPT', 'DROP', 'REJECT', 'RETURN'].includes(String(verdict)) ? [`${chain} ${rule}`] : [],
    ),
  );
}

it.each(NAMES)('%s: every rule that decides is shown, and no line of words is wider than 80 columns', async (name) => {
  for (const packet of PACKETS) {
    const { out } = await trace(name, [packet]);
    const { out: json } = await trace(name, [packet], '--json');
    if (json === '') continue;
    const text = out.replaceAll(/\s+/g, ' ');
    for (const rule of deciding(json)) expect(text, packet).toContain(rule);
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  }
});
