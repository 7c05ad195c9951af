import { describe, expect, it } from 'vitest';
import { mermaidTrace } from '../../src/report/charts/mermaid.ts';
import { xtablesTrace } from '../../src/report/charts/xtables.ts';
import { toTrace } from '../../src/report/json/trace.ts';
import { capturedJourney, capturedLeg, journey, loopJourney, packet, path, rule, walk } from './handmade.ts';

const input = (of = capturedJourney()) =>
  ({ journey: of, file: 'pod.rules', defaults: ['src', 'icmpType', 'icmpCode', 'length'] }) as const;

describe('json', () => {
  it('has the shape of chainwalk/trace/v1', () => {
    const trace = toTrace(input());
    expect(trace).toMatchObject({ schema: 'chainwalk/trace/v1', outcome: 'captured-out', defaults: ['src', 'icmp', 'len'] });
    expect(trace.packet).toEqual({
      dir: 'out',
      proto: 'tcp',
      src: '10.244.0.5',
      sport: 40000,
      dst: '203.0.113.9',
      dport: 443,
      uid: 1000,
      gid: 1000,
      mark: 0,
      flags: 'S',
      ttl: 64,
      tos: 0,
      len: 60,
    });
    expect(trace.legs.map(({ sender, fate }) => [sender, fate])).toEqual([
      ['app', { kind: 'delivered', process: 'proxy', listener: 15001 }],
      ['proxy', { kind: 'sent', oif: 'eth0' }],
    ]);
    expect(trace.legs[0]?.after).toEqual({
      src: '10.244.0.5',
      sport: 40000,
      dst: '127.0.0.1',
      dport: 15001,
      proto: 'tcp',
      oif: 'lo',
      iif: 'lo',
      mark: 0,
      connmark: 0,
      ctstate: 'NEW',
      ctzone: 0,
    });
  });

  it('rule steps carry file, line, text, verdict and target', () => {
    const steps = toTrace(input()).legs[0]?.steps ?? [];
    expect(steps.find((step) => step.kind === 'rule' && step.chain === 'ISTIO_OUTPUT')).toEqual({
      kind: 'rule',
      hook: 'OUTPUT',
      table: 'nat',
      chain: 'ISTIO_OUTPUT',
      rule: 9,
      text: '-A ISTIO_OUTPUT -j ISTIO_REDIRECT',
      file: 'pod.rules',
      line: 26,
      verdict: 'JUMP',
      target: 'ISTIO_REDIRECT',
    });
    expect(steps).toContainEqual({ kind: 'nat', hook: 'OUTPUT', manip: 'dst', from: '203.0.113.9:443', to: '127.0.0.1:15001' });
  });

  it('survives JSON, IPv6 addresses and absent values included', () => {
    const seen = { src: 2n ** 127n, uid: undefined, mac: 5n, dport: 80 };
    const miss = { kind: 'miss', hook: 'OUTPUT', rule: rule({ chain: 'OUTPUT', number: 1, body: '', line: 1 }) } as const;
    const steps = [{ ...miss, clause: { text: '-s ::1', expr: { kind: 'always' } }, saw: seen }] as const;
    const leg = { sender: 'app', walk: walk({ steps, fate: { kind: 'sent', oif: 'eth0' } }) };
    const trace = toTrace(input(journey([path('direct', [leg])])));
    expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
    expect(trace.legs[0]?.steps[0]).toMatchObject({ saw: { src: '8000::', uid: null, mac: '5', dport: 80 } });
  });

  it('branches are there only when there is more than one', () => {
    expect(toTrace(input()).branches).toBeUndefined();
    const two = journey([path('direct', [capturedLeg()]), path('dropped', [capturedLeg()])], 'undecided');
    expect(toTrace(input(two)).branches?.map(({ outcome }) => outcome)).toEqual(['direct', 'dropped']);
  });
});

describe('xtables', () => {
  it('reads like xtables-monitor --trace', () => {
    expect(xtablesTrace(input())).toMatchInlineSnapshot(`
      "PACKET: 2 00000001 OUT=eth0 SRC=10.244.0.5 DST=203.0.113.9 LEN=60 TOS=0x0 TTL=64 SPORT=40000 DPORT=443 SYN
       TRACE: 2 00000001 nat:OUTPUT:rule:0x1:JUMP:ISTIO_OUTPUT  -4 -t nat -A OUTPUT -p tcp -j ISTIO_OUTPUT
       TRACE: 2 00000001 nat:ISTIO_OUTPUT:rule:0x9:JUMP:ISTIO_REDIRECT  -4 -t nat -A ISTIO_OUTPUT -j ISTIO_REDIRECT
       TRACE: 2 00000001 nat:ISTIO_REDIRECT:rule:0x1:ACCEPT  -4 -t nat -A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001
       TRACE: 2 00000001 filter:OUTPUT:policy:ACCEPT
      PACKET: 2 00000001 OUT=lo SRC=10.244.0.5 DST=127.0.0.1 LEN=60 TOS=0x0 TTL=64 SPORT=40000 DPORT=15001 SYN
       TRACE: 2 00000001 nat:POSTROUTING:policy:ACCEPT
      PACKET: 2 00000001 IN=lo SRC=10.244.0.5 DST=127.0.0.1 LEN=60 TOS=0x0 TTL=64 SPORT=40000 DPORT=15001 SYN
      PACKET: 2 00000001 IN=lo SRC=10.244.0.5 DST=127.0.0.1 LEN=60 TOS=0x0 TTL=64 SPORT=40000 DPORT=15001 SYN
       TRACE: 2 00000001 filter:INPUT:policy:ACCEPT
      PACKET: 2 00000002 OUT=eth0 SRC=10.244.0.5 DST=203.0.113.9 LEN=60 TOS=0x0 TTL=64 SPORT=40000 DPORT=443 SYN
       TRACE: 2 00000002 nat:OUTPUT:rule:0x1:JUMP:ISTIO_OUTPUT  -4 -t nat -A OUTPUT -p tcp -j ISTIO_OUTPUT
       TRACE: 2 00000002 nat:ISTIO_OUTPUT:rule:0x4:RETURN  -4 -t nat -A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN
       TRACE: 2 00000002 nat:OUTPUT:policy:ACCEPT
      PACKET: 2 00000002 OUT=eth0 SRC=10.244.0.5 DST=203.0.113.9 LEN=60 TOS=0x0 TTL=64 SPORT=40000 DPORT=443 SYN"
    `);
  });
});

describe('mermaid', () => {
  it('a capture is red and dashed, and says so', () => {
    expect(mermaidTrace(input())).toMatchInlineSnapshot(`
      "flowchart TB
        %%{init: {"flowchart": {"wrappingWidth": 700}}}%%
        n1(["app"])
        n3{{"proxy 127.0.0.1:15001"}}
        n5(["eth0 → 203.0.113.9:443"])
        subgraph leg1_n1["leg 1  tcp 10.244.0.5 → 203.0.113.9:443"]
          n2["<b>nat OUTPUT 1 → ISTIO_OUTPUT 9 → ISTIO_REDIRECT 1  pod.rules:12</b><br/>-p tcp<br/><b>REDIRECT: dst := 127.0.0.1:15001</b>"]
        end
        subgraph leg2_n3["leg 2  tcp 10.244.0.5 → 203.0.113.9:443"]
          n4["<b>nat OUTPUT 1 → ISTIO_OUTPUT 4  pod.rules:21</b><br/>--uid-owner 1337<br/><b>RETURN</b>"]
        end
        n1 -.-> n2
        n2 -.-> n3
        n3 -.-> n4
        n4 -.-> n5
        linkStyle 0,1,2,3 stroke:#c62828,stroke-width:2px,stroke-dasharray:8 4"
    `);
  });

  it('a loop comes back to a node that is already there', () => {
    const text = mermaidTrace(input(loopJourney()));
    const arrows = text.split('\n').filter((line) => line.includes('==>'));
    expect(arrows.at(-1)?.trim().split(' ').at(-1)).toBe(text.match(/(n\d+)\{\{"proxy 127/)?.[1]);
  });

  it('labels cannot break out of their quotes', () => {
    const evil = rule({ chain: 'OUTPUT', number: 1, body: '--dport a#b<c>&`" -j ACCEPT', target: 'ACCEPT', line: 1 });
    const leg = {
      sender: 'app',
      walk: walk({ steps: [{ kind: 'rule', hook: 'OUTPUT', rule: evil, verdict: 'ACCEPT' }], fate: { kind: 'sent', oif: 'eth0' } }),
    };
    const label =
      mermaidTrace(input(journey([path('direct', [leg])])))
        .split('\n')
        .find((line) => line.includes('--dport')) ?? '';
    expect(label).toMatch(/^ {4}n\d+\["<b>[^"<>&`]*<\/b><br\/>[^"<>&`]*<br\/><b>ACCEPT<\/b>"\]$/);
  });

  it('has at most 40 nodes', () => {
    const steps = Array.from({ length: 100 }, (_, index) => {
      const one = rule({ chain: 'OUTPUT', number: index + 1, body: '', line: index + 1 });
      return { kind: 'rule', hook: 'OUTPUT', rule: one, verdict: 'RETURN' } as const;
    });
    const leg = { sender: 'app', walk: walk({ packet: packet(), steps, fate: { kind: 'sent', oif: 'eth0' } }) };
    const text = mermaidTrace(input(journey([path('direct', [leg])])));
    expect(text.split('\n').filter((line) => /^ {2,4}n\d+[[(]/.test(line))).toHaveLength(40);
  });
});
