/** Drawings of every fixture: a circle is a loop and nothing else, and each rule that decides is drawn once for each visit. */
import { describe, expect, it } from 'vitest';
import { chainwalk } from '../cli/memoryIo.ts';
import { fixtureNames, readFixture } from '../support/fixtures.ts';

const PACKETS = [
  'out tcp -> 203.0.113.9:443',
  'out tcp -> 10.96.0.20:80 uid=1337 gid=1337',
  'out udp -> 10.96.0.10:53',
  'out tcp -> 10.244.0.5:8080',
  'in tcp -> 10.244.0.5:8080',
  'in icmp -> 10.244.0.5',
];

interface Drawn {
  readonly text: string;
  readonly outcomes: readonly string[];
  readonly json: string;
}

async function draw(name: string): Promise<readonly Drawn[]> {
  const files = { 'r.rules': readFixture(name).text };
  const all = await chainwalk(['trace', 'r.rules', ...PACKETS, '--json'], { files });
  const drawn = await chainwalk(['trace', 'r.rules', ...PACKETS, '-o', 'mermaid'], { files });
  const texts = drawn.out.trimEnd().split('\n\n');
  return all.out
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((json, index) => {
      const { outcome, branches } = JSON.parse(json) as { outcome: string; branches?: { outcome: string }[] };
      return { text: texts[index] ?? '', json, outcomes: branches?.map((one) => one.outcome) ?? [outcome] };
    });
}

const isCircle = (text: string): boolean => {
  const next = new Map<string, string[]>();
  for (const [, from = '', to = ''] of text.matchAll(/^ {2}(n\d+) \S+ (n\d+)$/gm)) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const visit = (node: string, above: ReadonlySet<string>): boolean => {
    if (above.has(node)) return true;
    if (done.has(node)) return false;
    done.add(node);
    return (next.get(node) ?? []).some((to) => visit(to, new Set([...above, node])));
  };
  return [...next.keys()].some((node) => visit(node, new Set()));
};

/** `ISTIO_OUTPUT 4  r.rules:25`, as often as it is visited. */
function visits(json: string): readonly string[] {
  const { legs } = JSON.parse(json) as { legs: { steps: Record<string, unknown>[] }[] };
  return legs.flatMap(({ steps }) =>
    steps.flatMap(({ kind, verdict, chain, rule, line }) =>
      kind === 'rule' && /^(ACCEPT|DROP|REJECT|RETURN)$/.test(String(verdict)) ? [`${chain} ${rule}  r.rules:${line}`] : [],
    ),
  );
}

describe.each(fixtureNames())('%s', (name) => {
  it('is drawn as it is walked', async () => {
    for (const { text, json, outcomes } of await draw(name)) {
      expect(isCircle(text), text).toBe(outcomes.includes('loop'));
      if (outcomes.length > 1) continue;
      const wanted = visits(json);
      for (const visit of new Set(wanted)) {
        const times = wanted.filter((one) => one === visit).length;
        expect(text.split(`${visit}</b>`).length - 1, visit).toBe(times);
      }
      for (const line of text.split('\n')) expect(line.split('<br/>').length).toBeLessThanOrEqual(3);
    }
  });
});

it('a healthy ambient pod has no circle', async () => {
  const files = { 'r.rules': readFixture('istio-ambient').text };
  const { out } = await chainwalk(['trace', 'r.rules', 'in tcp -> 10.244.0.5:8080', '-o', 'mermaid'], { files });
  expect(out).toMatch(/^flowchart TB\n/);
  expect(isCircle(out)).toBe(false);
});

it('a sequence says who talks to whom', async () => {
  const files = { 'r.rules': readFixture('istio-sidecar').text };
  const { out } = await chainwalk(['trace', 'r.rules', 'out tcp -> 203.0.113.9:443', '-o', 'mermaid-sequence'], { files });
  expect(out).toBe(`sequenceDiagram
  participant p1 as app
  participant p2 as iptables
  participant p3 as proxy :15001
  participant p4 as 203.0.113.9:443 via eth0
  p1->>p2: tcp 10.244.0.5 → 203.0.113.9:443
  Note over p2: nat OUTPUT 1 → ISTIO_OUTPUT 9 → ISTIO_REDIRECT 1  r.rules:31<br/>REDIRECT: dst := 127.0.0.1:15001
  p2->>p3: the TCP handshake is answered here
  p3->>p2: tcp 10.244.0.5 → 203.0.113.9:443
  Note over p2: nat OUTPUT 1 → ISTIO_OUTPUT 4  r.rules:25<br/>RETURN
  p2->>p4: sent
`);
});
