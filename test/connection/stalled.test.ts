/** A journey whose first packet arrives and whose connection does not complete: the edits of test/kernel/cases/connections.ts, which
 *  real sockets have played, and forks, loops and protocols without answers beside them. */
import { describe, expect, it } from 'vitest';
import type { Journey } from '../../src/connection/journey.ts';
import { type JourneyOptions, walkJourney } from '../../src/connection/walkJourney.ts';
import { profileNamed } from '../../src/mesh/allProfiles.ts';
import { withTransparentProxy } from '../../src/mesh/relay.ts';
import { connectionSentence, stallText } from '../../src/report/text/stall.ts';
import { CONNECTION_EDITS, OPENINGS, rulesOf, SIDECAR_HOST } from '../kernel/cases/connections.ts';
import { filter, USUAL } from '../kernel/cases/kernelCase.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

const sidecar = hostOf(SIDECAR_HOST);
const profile = profileNamed('istio-sidecar');

type Asked = Partial<JourneyOptions>;

function journeyOf(rules: string, text: string, { host = sidecar, ...more }: Asked = {}): Journey {
  return walkJourney(rulesetOf(rules, { family: 4 }), packetOf(text, host), { host, connection: 'data', ...more });
}

/** What of a connection stops, as those edits have it. */
function told({ outcome, paths: [path] }: Journey): string {
  const last = path?.legs[0]?.connection?.ways[0].parts.at(-1);
  return outcome === 'stalled' ? `${last?.name} ${last?.walk.fate.kind}` : 'completes';
}

describe('the first connection of a call', () => {
  it.each(CONNECTION_EDITS.map((one) => [one.edits.map(({ rule }) => rule).join('; ') || 'no edit', one] as const))('%s', (_, one) => {
    const rules = rulesOf(one);
    const asked = profile === undefined ? {} : { profile };
    expect(OPENINGS.map((opening) => told(journeyOf(rules, opening, asked)))).toEqual(one.ends);
    const whole = OPENINGS.map((opening) => journeyOf(rules, opening, { ...asked, connection: 'whole' }));
    expect(whole.map(told)).toEqual(one.ends);
    const plain = OPENINGS.map((opening) =>
      walkJourney(rulesetOf(rules, { family: 4 }), packetOf(opening, sidecar), { host: sidecar, ...asked }),
    );
    expect(plain.map(({ outcome }) => outcome)).toEqual(whole.map(({ paths }) => paths[0]?.firstOutcome));
  });

  it('and the second have an entry each', () => {
    const [path] = journeyOf(rulesOf({ edits: [] }), 'out tcp -> 10.0.0.9:80 uid=1000', { ...(profile && { profile }) }).paths;
    expect(path?.legs.map(({ connection }) => connection?.ways.map(({ parts }) => parts.map(({ name }) => name)))).toEqual([
      [['first', 'syn-ack', 'ack', 'data', 'data-back']],
      [['first', 'syn-ack', 'ack', 'data', 'data-back']],
    ]);
  });
});

const host = hostOf(USUAL);
const OUT = 'out tcp -> 203.0.113.9:80 uid=1000';

describe('what it depends on', () => {
  it('is named, and the journey is undecided', () => {
    const journey = journeyOf(filter('-A INPUT -m string --string x --algo bm -j DROP'), OUT, { host });
    expect(journey.outcome).toBe('undecided');
    expect(journey.paths.map(({ outcome, firstOutcome, choices }) => [outcome, firstOutcome, choices.length])).toEqual([
      ['direct', 'direct', 2],
      ['stalled', 'direct', 1],
      ['stalled', 'direct', 2],
    ]);
    expect(journey.paths[0]?.choices[0]?.rule?.line).toBe(journey.paths[1]?.choices[0]?.rule?.line);
  });
  it('is left out where every way ends alike', () => {
    const rules = filter('-A INPUT -m string --string x --algo bm -j ACCEPT');
    expect(journeyOf(rules, OUT, { host }).paths.map(({ outcome, choices }) => [outcome, choices])).toEqual([['direct', []]]);
  });
});

describe('many ways', () => {
  const chance = (chain: string, rest: string) => `-A ${chain} ${rest} -m statistic --mode random --probability 0.5 -j MARK --set-mark 1`;
  const DATA = '-p tcp --tcp-flags PSH PSH';
  it('of data leave the outcome as it is', () => {
    const rules = filter(...Array.from({ length: 9 }, (_, at) => chance('INPUT', `${DATA} -m ttl ! --ttl-eq ${at}`)));
    for (const connection of ['data', 'whole'] as const) {
      const { outcome, truncated } = journeyOf(rules, OUT, { host, connection });
      expect([outcome, truncated]).toEqual(['direct', false]);
    }
  });
  it('of the answer share those of the first packet', () => {
    const rules = filter(
      ...[0, 1, 2, 3, 4, 5, 6].flatMap((ttl) => ['INPUT', 'OUTPUT'].map((one) => chance(one, `-p tcp -m ttl ! --ttl-eq ${ttl}`))),
    );
    const { outcome, truncated, paths } = journeyOf(rules, OUT, { host });
    expect([outcome, truncated]).toEqual(['undecided', true]);
    const walked = paths.reduce((sum, { legs }) => sum + (legs[0]?.connection?.ways.length ?? 0), 0);
    expect(walked).toBeLessThan(256 * 10);
  });
});

describe('a loop', () => {
  const squid = hostOf({
    ...USUAL,
    listeners: [
      { proto: 'tcp', port: 3128, process: 'squid', forwards: '10.244.0.5:3128' },
      { proto: 'udp', port: 3128, process: 'squid', forwards: '10.244.0.5:3128' },
    ],
    processes: { squid: { uid: 13, gid: 13 } },
  });
  const rules = filter('-A OUTPUT -p tcp --sport 3128 -j DROP', '-A OUTPUT -p udp --sport 3128 -j DROP');
  it.each([
    ['tcp', 'stalled', 'to-app'],
    ['udp', 'loop', 'loop'],
  ])('of %s whose answers are dropped: %s', (proto, outcome, firstOutcome) => {
    const [path] = journeyOf(rules, `in ${proto} 10.0.0.9 -> 10.244.0.5:3128 iif=eth0`, { host: squid }).paths;
    expect([path?.outcome, path?.firstOutcome]).toEqual([outcome, firstOutcome]);
  });
});

describe('nothing answers', () => {
  it.each([
    'out udp -> 224.0.0.251:5353 uid=1000',
    'out udp -> 255.255.255.255:67 uid=1000',
    'out tcp -> 203.0.113.9:80 uid=1000 flags=A',
    'out esp -> 203.0.113.9 uid=1000',
    'out udp -> 203.0.113.9:53 uid=1000 frag=1',
  ])('%s', (text) => {
    const { outcome, paths } = journeyOf(filter('-A INPUT -j DROP'), text, { host });
    expect([outcome, paths[0]?.legs[0]?.connection]).toEqual(['direct', undefined]);
  });
});

it.each([
  ['-A OUTPUT -j ACCEPT', 'in tcp 10.244.0.9 -> 10.244.0.5:8080', undefined],
  [
    '-A OUTPUT -p tcp --tcp-flags SYN,ACK SYN,ACK -j DROP',
    'in tcp 10.244.0.9 -> 10.244.0.5:8080',
    'the SYN-ACK is dropped by filter OUTPUT#1 at test.rules:',
  ],
  ['-A INPUT -i eth0 -j REJECT', OUT, 'the SYN-ACK is rejected with icmp-port-unreachable by filter INPUT#1 at test.rules:'],
  ['-A INPUT -p udp -j DROP', 'out udp -> 203.0.113.9:53 uid=1000', 'the answer is dropped by filter INPUT#1 at test.rules:'],
] as const)('%s, %s: %s', (rule, text, said) => {
  // biome-ignore format: a row each
  const [leg] = journeyOf(filter(rule), text).paths[0]?.legs ?? [];
  const stalls = leg?.connection?.end === 'stalls' ? stallText(leg, 'test.rules') : undefined;
  expect(stalls?.replace(/\d+$/, '')).toBe(said);
});

describe('a source that is no address of this host', () => {
  const foreign = 'out tcp 203.0.113.9 -> 10.0.0.9:80';
  const opened = (text: string, description: object = SIDECAR_HOST, name?: 'istio-ambient'): unknown => {
    const mesh = profileNamed(name ?? '');
    const there = hostOf(description);
    const placed = mesh === undefined ? there : withTransparentProxy({ host: there, profile: mesh });
    const [path] = journeyOf(USUAL_RULES, text, { host: placed, ...(mesh && { profile: mesh }) }).paths;
    const [leg] = path?.legs ?? [];
    return leg?.connection?.ways[0].parts.map(({ name: part }) => part) ?? (leg && connectionSentence(leg, 'pod.rules'));
  };
  const NONE = 'opens no connection: no socket here has the source address 203.0.113.9';

  it('opens no connection, whatever its protocol', () => {
    expect(opened(`${foreign} uid=1000`)).toBe(NONE);
    expect(opened('out udp 203.0.113.9 -> 10.0.0.9:53 uid=1000')).toBe(NONE);
    expect(opened('out icmp 203.0.113.9 -> 10.0.0.9')).toBe(NONE);
    expect(opened('out tcp -> 10.0.0.9:80 uid=1000')).toEqual(['first', 'syn-ack', 'ack', 'data', 'data-back']);
  });

  it('opens one where a local route has it', () => {
    expect(opened(`${foreign} uid=1000`, { ...SIDECAR_HOST, route_tables: { local: ['local 203.0.113.0/24 dev lo'] } })).toEqual([
      'first',
      'syn-ack',
      'ack',
      'data',
      'data-back',
    ]);
  });

  it('opens one of a process with a transparent socket, and of a proxy that goes on as its client', () => {
    const listener = { proto: 'tcp', port: 15006, process: 'proxy', transparent: true };
    const tproxy = { ...SIDECAR_HOST, listeners: [listener], processes: { proxy: { uid: 0, gid: 1337 } } };
    expect([1000, 0].map((uid) => opened(`${foreign} uid=${uid} gid=1337`, tproxy))).toEqual([NONE, ['first', 'syn-ack']]);
    const ambient = { ...SIDECAR_HOST, listeners: [{ ...listener, transparent: false }], processes: {} };
    expect([1000, 0].map((uid) => opened(`${foreign} uid=${uid} gid=0`, ambient, 'istio-ambient'))).toEqual([NONE, ['first', 'syn-ack']]);
  });

  it('may be that of a transparent socket whose user is not known', () => {
    const listeners = [{ proto: 'tcp', port: 9, process: 'somebody', transparent: true }];
    expect(opened(`${foreign} uid=1000`, { ...SIDECAR_HOST, listeners })).toEqual(['first', 'syn-ack']);
  });
});

const USUAL_RULES = filter('-A INPUT -j ACCEPT');
