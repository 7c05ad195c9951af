/** The smallest change of a packet that gives another outcome: each is walked as somebody would type it, and none is smaller. */
import { describe, expect, it } from 'vitest';
import { traceInRules } from '../../src/app/trace/setting.ts';
import { walkPacket } from '../../src/app/trace/walkPacket.ts';
import { withWhyNot } from '../../src/app/trace/whyNot.ts';
import type { Outcome } from '../../src/connection/journey.ts';
import type { PartialPacket } from '../../src/packet/partialPacket.ts';
import { whyNotTexts } from '../../src/report/human/whyNot.ts';
import { parsePacket } from '../../src/syntax/packets/parsePacket.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { readFixture } from '../support/fixtures.ts';

function settingOf(text: string) {
  const rules = { sources: [{ file: 'pod.rules', text }], reading: {} };
  const { setting } = traceInRules({ rules, place: {}, manner: { detailed: false } });
  if (setting === undefined) throw new Error('the rules cannot be read');
  return setting;
}

type Setting = ReturnType<typeof settingOf>;

function givenBy(text: string): PartialPacket {
  const { packet } = parsePacket({ file: 'packet', text });
  if (packet === undefined) throw new Error(text);
  return packet;
}

function walk(setting: Setting, given: PartialPacket) {
  const walked = walkPacket(setting, { given });
  if ('message' in walked) throw new Error(walked.message);
  return walked;
}

function whyNot(setting: Setting, given: PartialPacket, outcome: Outcome) {
  const walked = walk(setting, given);
  const answered = withWhyNot(setting, { input: walked, walked, outcome }).whyNot;
  if (answered === undefined) throw new Error('no answer');
  return { ...answered, texts: whyNotTexts(answered, { journey: walked.journey, file: 'pod.rules' }) };
}

const SIDECAR = settingOf(readFixture('istio-sidecar').text);
const ask = (packet: string, outcome: Outcome, setting = SIDECAR) => whyNot(setting, givenBy(packet), outcome).texts;

describe('the smallest change', () => {
  it.each([
    [
      'out udp -> 203.0.113.9:443',
      'captured-out',
      'not captured-out because protocol is udp: out tcp -> 203.0.113.9:443 would be CAPTURED (15001); ISTIO_REDIRECT 1 matches on tcp',
    ],
    [
      'out tcp -> 203.0.113.9:443 uid=1337',
      'captured-out',
      'not captured-out because uid is 1337: out tcp -> 203.0.113.9:443 uid=1000 would be CAPTURED (15001); today ISTIO_OUTPUT 4 decides: -m owner --uid-owner 1337 -j RETURN',
    ],
    [
      'out tcp -> 203.0.113.9:443 uid=1337 gid=1337',
      'captured-out',
      'not captured-out because uid is 1337 and gid is 1337: out tcp -> 203.0.113.9:443 uid=1000 gid=1000 would be CAPTURED (15001); today ISTIO_OUTPUT 4 decides: -m owner --uid-owner 1337 -j RETURN',
    ],
    [
      'in tcp -> 10.244.0.5:15021',
      'captured-in',
      'not captured-in because destination port is 15021: in tcp -> 10.244.0.5:15022 would be CAPTURED (15006); today ISTIO_INBOUND 3 decides: -p tcp -m tcp --dport 15021 -j RETURN',
    ],
    ['in tcp -> 10.244.0.5:8080', 'captured-in', 'captured-in is its outcome: nothing has to change'],
    [
      'in tcp -> 10.244.0.5:8080',
      'dropped',
      'not dropped, whatever is changed: no packet in to 10.244.0.5 has it (proved for connections with their data over IPv4)',
    ],
    [
      'in tcp -> 10.244.0.5:8080',
      'stalled',
      'not stalled, whatever is changed: no packet in to 10.244.0.5 has it (proved for connections with their data over IPv4)',
    ],
    [
      'out tcp -> 203.0.113.9:443 ctstate=INVALID',
      'captured-out',
      'not captured-out because state is INVALID: out tcp -> 203.0.113.9:443 would be CAPTURED (15001)',
    ],
    [
      'out tcp -> 203.0.113.9:443 ctstate=INVALID',
      'dropped',
      'not dropped; which change gives it is undecided: packets with a state are not searched: leave out `ctstate`',
    ],
  ] as const)('of %s for %s', (packet, outcome, text) => expect(ask(packet, outcome)[0]).toBe(text));

  it('has up to two others of its size', () => {
    expect(ask('out tcp -> 203.0.113.9:443', 'direct').map((text) => text.replace(/;.*/, ''))).toEqual([
      'not direct because protocol is tcp: out udp -> 203.0.113.9:443 would be DIRECT',
      'or because uid is 1000: out tcp -> 203.0.113.9:443 uid=1337 would be DIRECT',
      'or because gid is 1000: out tcp -> 203.0.113.9:443 gid=1337 would be DIRECT',
      'with rule ISTIO_REDIRECT 1 (pod.rules:31) deleted this packet would be DIRECT',
    ]);
  });

  it('prefers what people can change to marks and flags', () => {
    const rules = '*nat\n-A OUTPUT -p tcp -m mark --mark 0x1 -j DROP\n-A OUTPUT -p tcp ! --syn -j DROP\n-A OUTPUT -p udp -j DROP\nCOMMIT\n';
    expect(ask('out tcp -> 203.0.113.9:443', 'dropped', settingOf(rules.replace('*nat', '*filter')))[0]).toContain('protocol is tcp');
  });

  it('is undecided where chance decides, and where time is short', () => {
    const chance = settingOf('*filter\n-A OUTPUT -m statistic --mode random --probability 0.5 -j DROP\nCOMMIT\n');
    expect(ask('out tcp -> 203.0.113.9:443', 'dropped', chance)[0]).toContain('undecided: the packets that can have it have it by chance');
    const late = { ...SIDECAR, limits: () => ({ steps: 10 }) };
    expect(ask('out udp -> 203.0.113.9:443', 'captured-out', late)[0]).toContain('undecided: budget: ');
  });
});

const PACKETS = [
  'out tcp -> 203.0.113.9:443',
  'out udp -> 10.96.0.10:53 uid=1337 gid=1337',
  'in tcp -> 10.244.0.5:15008',
  'in udp -> 10.244.0.5:8080',
] as const;

const SOME = ['captured-out', 'captured-in', 'direct', 'to-proxy'] as const satisfies readonly Outcome[];

const VALUES: Readonly<Partial<Record<keyof PartialPacket, readonly number[]>>> = {
  proto: [6, 17, 1, 132],
  dport: [22, 53, 80, 443, 8080, 15001, 15006, 15008, 15021, 15053, 15090],
  uid: [0, 1000, 1337],
  gid: [0, 1000, 1337],
  dst: [0x7f00_0001, 0x0af4_0005, 0x0a60_000a, 0xcb00_7109],
  mark: [1337, 1338, 0x539, 0x111],
};

describe.each(['istio-sidecar', 'istio-tproxy', 'linkerd', 'kuma'])('in %s', (name) => {
  const setting = settingOf(readFixture(name).text);

  it.each(PACKETS)('%s: every answer is what its text does, and no single change does more', (text) => {
    const given = givenBy(text);
    const { journey } = walk(setting, given);
    const single = new Map<Outcome, string>();
    for (const [key, values] of Object.entries(VALUES)) {
      if (given.dir === 'in' && (key === 'dst' || key === 'uid' || key === 'gid')) continue;
      for (const value of values) {
        const { sport: _, dport, ...rest } = given;
        const ports = key === 'proto' && value === 1 ? {} : { ...(dport !== undefined && { dport }) };
        single.set(walk(setting, { ...rest, ...ports, [key]: value }).journey.outcome, `${key}=${value}`);
      }
    }
    for (const outcome of SOME.filter((one) => one !== journey.outcome)) {
      const { answer, texts } = whyNot(setting, given, outcome);
      if (answer.kind === 'found') {
        for (const [index, { changed }] of answer.packets.entries()) {
          const [, typed = ''] = /: ((?:in|out) .*?) would be /.exec(texts[index] ?? '') ?? [];
          expect(walk(setting, givenBy(typed)).journey.outcome, typed).toBe(outcome);
          if (single.has(outcome)) expect(changed.length, `${outcome}: ${single.get(outcome)}`).toBe(1);
        }
      } else if (answer.kind === 'none') {
        expect(single.has(outcome), `${outcome}: ${single.get(outcome)}`).toBe(false);
      }
    }
  });
});

describe('trace --why-not', () => {
  const files = { 'pod.rules': readFixture('istio-sidecar').text };

  it('says it in JSON, with the exit code of trace', async () => {
    const { code, out } = await chainwalk(['trace', 'pod.rules', 'out udp -> 203.0.113.9:443', '--why-not', 'captured-out', '--json'], {
      files,
    });
    expect(code).toBe(0);
    const { whyNot: answers } = JSON.parse(out);
    expect(answers).toMatchObject([{ packet: { proto: 'tcp', dport: 443 }, changed: ['proto'], outcome: 'captured-out' }]);
  });

  it('says in one line and in JSON that there is none', async () => {
    const asked = ['trace', 'pod.rules', 'out udp -> 203.0.113.9:443', '--why-not', 'dropped'];
    expect((await chainwalk([...asked, '--brief'], { files })).out).toContain(
      '(not dropped, whatever is changed: no packet out from this pod',
    );
    expect(JSON.parse((await chainwalk([...asked, '--json'], { files })).out)).toMatchObject({
      whyNot: [],
      whyNotReason: expect.stringMatching(/^proved: /),
    });
  });

  it('names the rule without which the packet has the outcome, when the text without it was walked', async () => {
    const asked = ['trace', 'pod.rules', 'in tcp -> 10.244.0.5:15021', '--why-not', 'captured-in'];
    const { out } = await chainwalk(asked, { files });
    const line = /with rule ISTIO_INBOUND (\d+)\s+\(pod\.rules:(\d+)\)\s+deleted this\s+packet\s+would\s+be\s+CAPTURED\s+inbound/.exec(out);
    expect(line).not.toBeNull();
    const text = files['pod.rules'].split('\n').filter((_, index) => index + 1 !== Number(line?.[2]));
    expect(ask('in tcp -> 10.244.0.5:15021', 'captured-in', settingOf(text.join('\n')))[0]).toContain('is its outcome');
    const { whyNotWithout } = JSON.parse((await chainwalk([...asked, '--json'], { files })).out);
    expect(whyNotWithout).toMatchObject({ chain: 'ISTIO_INBOUND', rule: Number(line?.[1]) });
    // another rule lets it pass then
    const other = await chainwalk(['trace', 'pod.rules', 'out tcp -> 203.0.113.9:443 uid=1337 gid=1337', '--why-not', 'captured-out'], {
      files,
    });
    expect(other.out).not.toContain('deleted');
  });

  it('is not drawn', async () => {
    const drawn = await chainwalk(['trace', 'pod.rules', 'out udp -> 203.0.113.9:443', '--why-not', 'direct', '-o', 'mermaid'], { files });
    expect(drawn.code).toBe(2);
  });

  it('knows its outcomes, and is of packets that are given as arguments', async () => {
    const wrong = await chainwalk(['trace', 'pod.rules', 'out udp -> 203.0.113.9:443', '--why-not', 'captured-ou'], { files });
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('captured-out');
    const stream = await chainwalk(['trace', 'pod.rules', '--packets', '-', '--why-not', 'direct'], { files, stdin: '' });
    expect(stream.code).toBe(2);
    expect(stream.err).toContain('--why-not');
  });
});
