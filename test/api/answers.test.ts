/** What `trace` and its sisters return, beside what the functions below them are tested for. */
import { describe, expect, it } from 'vitest';
import { diff, find, InputError, parse, print, trace, verify } from '../../src/api/library/index.ts';
import { formatReport, formatTrace, mermaid, xtables } from '../../src/api/report/index.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { readFixture } from '../support/fixtures.ts';

const { text: SIDECAR } = readFixture('istio-sidecar');
const OUT = 'out tcp -> 203.0.113.9:443';
const files = { 'pod.rules': SIDECAR };
const POD = parse(SIDECAR, { file: 'pod.rules' });

describe('trace', () => {
  it('takes a text, what parse returned, one ruleset or several, and finds the family of the packet', () => {
    const dual = parse(readFixture('istio-dual-stack').text);
    expect(trace(SIDECAR, OUT).outcome).toBe('captured-out');
    for (const rules of [dual, dual.rulesets]) expect(trace(rules, 'out tcp -> [2001:db8::9]:443').packet.dst).toBe('2001:db8::9');
    for (const ruleset of POD.rulesets) expect(trace(ruleset, OUT).outcome).toBe('captured-out');
    expect(() => trace(SIDECAR, 'out tcp -> [2001:db8::9]:443')).toThrow('the packet is IPv6, the rules are IPv4');
  });

  it('is the JSON of the command, packets that are treated alike included', async () => {
    const { out } = await chainwalk(['trace', 'pod.rules', OUT, '--json'], { files });
    expect(JSON.parse(JSON.stringify(trace(POD, OUT)))).toEqual(JSON.parse(out));
    expect(trace(POD, OUT).same?.packets).toEqual(expect.any(String));
    expect(JSON.stringify(trace(POD, OUT, { same: false }))).not.toContain('"same"');
  });

  it('says what was made of a line that a program wrote', () => {
    const line = 'IN= OUT=eth0 SRC=10.244.0.5 DST=203.0.113.9 LEN=60 TTL=64 PROTO=TCP SPT=40000 DPT=443 SYN UID=1000';
    expect(trace(POD, line).notes?.length).toBeGreaterThan(0);
    expect(trace(POD, OUT).notes).toBeUndefined();
  });

  it('shows a misspelt packet with a caret', () => {
    expect(() => trace(POD, 'out tcp 1.2.3.4:80')).toThrow(
      new InputError(
        ['no `->` before the destination'],
        ['  out tcp 1.2.3.4:80', '                   ^', 'help: did you mean `out tcp -> 1.2.3.4:80`?'],
      ),
    );
  });
});

it('print takes what its sisters take', () => {
  const dual = readFixture('istio-dual-stack').text;
  expect(print(dual)).toBe(print(parse(dual)));
  expect(print(dual)).toContain('# ip6tables\n');
  expect(POD.rulesets.map(print)).toEqual([print(SIDECAR)]);
});

describe('in words', () => {
  it.each([
    ['trace', () => formatTrace(trace(POD, OUT)), ['trace', 'pod.rules', OUT]],
    ['trace --brief', () => formatTrace(trace(POD, OUT), { brief: true }), ['trace', 'pod.rules', OUT, '--brief']],
    ['mermaid', () => mermaid(trace(POD, OUT)), ['trace', 'pod.rules', OUT, '-o', 'mermaid']],
    ['xtables', () => xtables(trace(POD, OUT)), ['trace', 'pod.rules', OUT, '-o', 'xtables']],
    ['verify', () => formatReport(verify(POD)), ['verify', 'pod.rules']],
    ['find', () => formatReport(find(POD, { outcome: 'loop' })), ['find', 'pod.rules', '--outcome', 'loop']],
  ])('%s: as the command prints it', async (_, words, argv) => {
    const { out } = await chainwalk(argv, { files });
    expect(words()).toBe(out.trimEnd());
  });

  it('a difference, and the packet that breaks a claim', () => {
    const broken = parse(readFixture('broken/no-uid-return').text, { file: 'broken.rules' });
    expect(formatReport(diff(POD, broken, { where: OUT }), { width: 100 })).toContain('203.0.113.9:443');
    const witness = verify(broken, { only: ['proxy-egress-direct'] }).findings[0]?.witness;
    if (witness === null || witness === undefined) throw new Error('it holds');
    expect(mermaid(witness)).toMatch(/^flowchart /);
  });

  it('a copy has lost its rules, and an answer to another question has none', () => {
    const answer = trace(POD, OUT);
    expect(() => formatTrace({ ...answer })).toThrow('an answer that `trace` returned is needed; this is a copy, or went through JSON');
    expect(() => mermaid(JSON.parse(JSON.stringify(answer)))).toThrow(InputError);
    expect(() => formatTrace(verify(POD, { only: ['no-dead-rule'] }) as never)).toThrow('this is one of `verify`');
  });
});
