/** Traces in lanes, on a terminal and as pictures: twelve kinds of ways and a listing of nft, as recorded. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { trace } from '../../src/api/library/index.ts';
import { lanes, svg, svgStyle } from '../../src/api/report/index.ts';
import { chainwalk } from '../cli/memoryIo.ts';

const text = (name: string) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
const SIDECAR = text('istio-sidecar.rules');
const OUT = 'out tcp -> 203.0.113.9:443';
const NO_ANSWERS = `*filter\n:OUTPUT ACCEPT\n-A OUTPUT -p tcp --tcp-flags SYN,ACK SYN,ACK -j DROP\nCOMMIT\n${SIDECAR}`;
const UNKNOWN = `*filter\n:OUTPUT ACCEPT\n-A OUTPUT -m geoip --destination-country DE -j DROP\nCOMMIT\n`;

/** name, rules, packet, words that tell the end */
const WAYS: readonly (readonly [string, string, string, string])[] = [
  ['sidecar-out', SIDECAR, OUT, 'the TCP handshake is answered by'],
  ['proxy-out', SIDECAR, `${OUT} uid=1337 gid=1337`, 'leaves via eth0 unchanged'],
  ['in-to-app', SIDECAR, 'in tcp -> 10.244.0.5:8080', 'delivered to app'],
  ['loop', text('article.rules'), OUT, 'LOOP'],
  ['ambient', text('istio-ambient.rules'), 'in tcp -> 10.244.0.5:8080', 'CONNMARK: connection mark := 0x111'],
  ['tproxy-in', text('istio-tproxy.rules'), 'in tcp -> 10.244.0.5:8080', 'TPROXY: to the transparent socket'],
  ['dns', text('istio-dns.rules'), 'out udp -> 10.96.0.10:53', ':15053'],
  ['dropped', text('firewall.rules'), 'in udp -> 10.244.0.5:9', 'DROPPED'],
  ['rejected', text('firewall.rules'), 'in tcp -> 10.244.0.5:23', 'REJECTED with tcp-reset'],
  ['lost', SIDECAR, 'in tcp 127.0.0.1 -> 10.244.0.5:8080', 'LOST: its source cannot come from'],
  ['fork', text('kube-proxy.rules'), 'out tcp -> 10.96.0.20:80', 'branch 3 of 3'],
  ['stalled', NO_ANSWERS, 'in tcp -> 10.244.0.5:8080', 'STALLS: the SYN-ACK is dropped by'],
  ['undecided', UNKNOWN, OUT, 'branch 2 of 4'],
  ['nft', text('nft/istio-sidecar.nft'), 'in tcp -> 10.244.0.5:8080', 'redirect: dst := 10.244.0.5:15006'],
];

const run = (rules: string, ...more: readonly string[]) =>
  chainwalk(['trace', 'pod.rules', ...more, '--quiet'], { files: { 'pod.rules': rules } });

describe.each(WAYS)('%s', (name, rules, packet, words) => {
  it('reads on a terminal as recorded, in 80 columns of ASCII', async () => {
    const { out, code } = await run(rules, packet, '--rail');
    expect(code).toBe(0);
    expect(out).toContain(words);
    expect(out).toMatch(/^[\n -~]*$/);
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    await expect(out).toMatchFileSnapshot(`snapshots/rail-${name}.txt`);
  });

  it('is drawn as recorded', async () => {
    const { out, code } = await run(rules, packet, '-o', 'svg');
    expect(code).toBe(0);
    expect(out).not.toMatch(/<script|<image|<use|href=|url\(|@import|@font-face/);
    await expect(out).toMatchFileSnapshot(`snapshots/rail-${name}.svg`);
  });
});

describe('--rail', () => {
  it('draws several packets, and those of a stream', async () => {
    const { out } = await run(SIDECAR, OUT, 'in tcp -> 10.244.0.5:8080', '--rail');
    expect(out.match(/^ {5}app +netfilter +proxy +wire$/gm)).toHaveLength(2);
    const setting = { files: { 'pod.rules': SIDECAR }, stdin: `${OUT}\nnonsense\n${OUT}\n` };
    const stream = await chainwalk(['trace', 'pod.rules', '--rail', '--packets', '-'], setting);
    expect(stream.out.match(/^ {5}app +netfilter +proxy +wire$/gm)).toHaveLength(2);
    expect(stream.out).toMatch(/^\{"schema":"chainwalk\/error\/v1","line":2,/m);
  });

  it('draws every packet of a connection where they are asked for', async () => {
    const { out } = await run(SIDECAR, OUT, '--rail', '-c');
    expect(out).toContain('SYN-ACK');
  });

  it.each([
    [['--rail', '-o', 'json'], '`--rail` is for a terminal, and not drawn in json'],
    [['--rail', '-o', 'svg'], '`--rail` is for a terminal, and not drawn in svg'],
    [['--rail', '--brief'], '`--rail` and `--brief` are two forms of an answer'],
    [['--rail', '-v'], '`--rail` and `--verbose` are two forms of an answer'],
    [['-o', 'svg', 'out tcp -> 10.0.0.9:80'], 'a picture holds one packet'],
    [['-o', 'svg', '--on-kernel'], '`--on-kernel` is not drawn in svg'],
  ])('%j is refused', async (more, message) => {
    const { code, out, err } = await run(SIDECAR, OUT, ...more);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).toContain('help: ');
  });
});

describe('for a page', () => {
  const answer = trace(SIDECAR, OUT);

  it('a box leads to the line of its rule', () => {
    const boxes = lanes(answer).boxes.filter(({ shape }) => shape === 'rule');
    const at = (line = 0) => SIDECAR.split('\n')[line - 1];
    expect(boxes.map(({ mark }) => [mark.leg, at(mark.line)])).toEqual([
      [1, '-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001'],
      [2, '-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN'],
    ]);
    expect(svg(answer).match(/data-leg="1" data-line="(\d+)"/)?.[1]).toBe(String(boxes[0]?.mark.line));
  });

  it('the picture comes without its style, and without its heading', () => {
    expect(svg(answer)).toContain('prefers-color-scheme:dark');
    expect(svg(answer, { styled: false })).not.toContain('<style');
    expect(svgStyle).toContain('forced-colors:active');
    expect(svg(answer, { headed: false })).not.toContain('>CAPTURED outbound -&gt;');
  });
});
