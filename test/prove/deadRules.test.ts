/** Dead rules: the two methods against each other, and both against every packet of a small world. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeadRules, type DeadRulesOptions, deadRules } from '../../src/prove/deadRules/deadRules.ts';
import { randomFirewallDump } from '../bench/randomFirewall.ts';
import { randomCases } from '../kernel/generate/randomCase.ts';
import { hostOf } from '../support/host.ts';
import { kubeProxyNat } from '../support/kubeProxyNat.ts';
import { rulesetOf } from '../support/rulesets.ts';

const host = hostOf({ interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24'] }] });

/** Every set is laid aside at once: as long tables are walked. */
const ASIDE = { method: 'diagrams', large: { steps: 0, nodes: 1, nodesAStep: Number.POSITIVE_INFINITY } } as const;
const METHODS: readonly Way[] = [{ method: 'diagrams' }, ASIDE, { method: 'boxes' }];

type Way = Omit<DeadRulesOptions, 'host' | 'budget'>;

function deadIn(text: string, way: Way = {}, family: 4 | 6 = 4): readonly string[] {
  const { dead, undecided } = deadRules(rulesetOf(text, { family }), { host, ...way });
  expect(undecided).toEqual([]);
  return dead.map(({ rule, how }) => `${how} ${rule.table} ${rule.chain} ${rule.number}`);
}

const table = (rules: readonly string[], chains: readonly string[] = []): string =>
  ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...chains, ...rules, 'COMMIT', ''].join('\n');

describe('a dead rule', () => {
  it.each([
    [
      'behind one that takes all its packets',
      ['-A INPUT -p tcp -j ACCEPT', '-A INPUT -p tcp --dport 80 -j DROP'],
      'shadowed filter INPUT 2',
    ],
    [
      'behind two that take all its packets together',
      ['-A INPUT -p tcp --dport 0:80 -j ACCEPT', '-A INPUT -p tcp --dport 81:65535 -j DROP', '-A INPUT -p tcp -j DROP'],
      undefined,
    ],
    [
      'that asks for what no packet is',
      ['-A INPUT -s 10.0.0.0/8 -m iprange --src-range 11.0.0.0-11.0.0.9 -j DROP'],
      'empty-match filter INPUT 1',
    ],
  ])('is one %s', (_, rules, dead) => {
    const expected = dead === undefined ? [] : [dead];
    expect(deadIn(table(rules), { method: 'diagrams' })).toEqual(expected);
    expect(deadIn(table(rules), { method: 'boxes' })).toEqual(expected);
  });

  it('is in a chain that nothing calls, or whose only call is dead', () => {
    const chains = [':ALONE - [0:0]', ':BEHIND - [0:0]'];
    const rules = ['-A INPUT -j ACCEPT', '-A INPUT -j BEHIND', '-A ALONE -j DROP', '-A BEHIND -j DROP'];
    const expected = ['shadowed filter INPUT 2', 'unreachable-chain filter ALONE 1', 'shadowed filter BEHIND 1'];
    for (const method of ['diagrams', 'boxes'] as const) expect(deadIn(table(rules, chains), { method })).toEqual(expected);
  });

  it('is none that only answers of a connection reach', () => {
    expect(deadIn(table(['-A INPUT -m conntrack --ctstate NEW -j DROP', '-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT']))).toEqual(
      [],
    );
  });

  it('is none that marks set before another table let in', () => {
    expect(deadIn(table(['-A INPUT -m mark --mark 0x1 -j DROP', '-A INPUT -m connmark --mark 0x2 -j DROP']))).toEqual([]);
  });

  it('is found where a mark was set in the same table', () => {
    const mangle = [
      '*mangle',
      ':PREROUTING ACCEPT [0:0]',
      '-A PREROUTING -j MARK --set-mark 0x1',
      '-A PREROUTING -m mark --mark 0x2 -j DROP',
      'COMMIT',
      '',
    ];
    expect(deadIn(mangle.join('\n'))).toEqual(['shadowed mangle PREROUTING 2']);
  });
});

/** Dead rules, and those for which something unmodelled decides. */
function openIn(rules: readonly string[], name: 'filter' | 'mangle' = 'mangle', chains: readonly string[] = []): readonly string[] {
  const text = [`*${name}`, ...chains, ...rules, 'COMMIT', ''].join('\n');
  const { dead, undecided } = deadRules(rulesetOf(text, { family: 4 }), { host });
  return [...dead.map(({ rule, how }) => `${how} ${rule.number}`), ...undecided.map(({ rule, why }) => `${why} ${rule.number}`)];
}

const HMARK = '-A PREROUTING -p tcp -j HMARK --hmark-tuple src --hmark-mod 10 --hmark-rnd 0x1';

describe('a rule behind an unmodelled target', () => {
  it('is not dead where the target may have changed what it asks for', () => {
    expect(openIn(['-A PREROUTING -j MARK --set-mark 0x1', HMARK, '-A PREROUTING -m mark --mark 0x2 -j DROP'])).toEqual(['unmodelled 3']);
  });

  it('is dead where rules behind the target take all that it asks for', () => {
    expect(
      openIn([HMARK, '-A PREROUTING -p udp -j ACCEPT', '-A PREROUTING -p udp -m mark --mark 0x2 -j DROP', '-A PREROUTING -j LOG']),
    ).toEqual(['shadowed 3']);
  });

  it('is not dead behind a match that writes the mark, whatever the rest of that rule asks', () => {
    const socket = '-A PREROUTING -p tcp -m socket --restore-skmark';
    for (const rest of ['', ' -j LOG', ' -m tcp --dport 80 -j ACCEPT']) {
      const rules = ['-A PREROUTING -j MARK --set-mark 0x1', `${socket}${rest}`, '-A PREROUTING -m mark --mark 0x2 -j DROP'];
      expect(openIn(rules)).toEqual(['unmodelled 3']);
    }
  });

  it('is dead where no packet is what it asks for', () => {
    expect(openIn([HMARK, '-A PREROUTING -s 10.0.0.0/8 -m iprange --src-range 11.0.0.0-11.0.0.9 -j DROP'])).toEqual(['empty-match 2']);
  });

  it('is alive where packets come to it past the target', () => {
    expect(openIn([HMARK, '-A PREROUTING -p udp -m mark --mark 0x2 -j DROP'])).toEqual([]);
  });

  it('is not dead in the chain that called the one with the target, nor in one that it calls', () => {
    const marked = ['-A PREROUTING -j MARK --set-mark 0x1', '-A PREROUTING -j C', '-A PREROUTING -m mark --mark 0x2 -j D'];
    const inChain = [HMARK.replace('PREROUTING', 'C'), '-A D -m mark --mark 0x2 -j DROP', '-A D -m mark --mark 0x3 -j DROP'];
    expect(openIn([...marked, ...inChain], 'mangle', [':C - [0:0]', ':D - [0:0]'])).toEqual(['shadowed 2', 'unmodelled 3', 'unmodelled 1']);
  });

  it('is not dead when several rules call the chain with the target', () => {
    const rules = [
      '-A PREROUTING -j MARK --set-mark 0x1',
      '-A PREROUTING -s 10.0.0.0/8 -j C',
      '-A PREROUTING -m mark --mark 0x2 -j DROP',
      '-A PREROUTING -j MARK --set-mark 0x1',
      '-A PREROUTING -s 11.0.0.0/8 -j C',
      '-A PREROUTING -m mark --mark 0x2 -s 12.0.0.0/8 -j DROP',
      '-A C -j HMARK --hmark-tuple src --hmark-mod 10 --hmark-rnd 0x1',
    ];
    expect(openIn(rules, 'mangle', [':C - [0:0]'])).toEqual(['unmodelled 3', 'unmodelled 6']);
  });
});

describe('a rule with an unmodelled match', () => {
  const STRING = '-p udp -m string --string foo --algo bm';

  it('is undecided, and so is one that only packets reach which it lets pass', () => {
    expect(openIn([`-A INPUT ${STRING} -j DROP`, '-A INPUT -p udp -j ACCEPT', '-A INPUT -j DROP'], 'filter')).toEqual([
      'unmodelled 1',
      'unmodelled 2',
    ]);
  });

  it('is dead where no packet comes to it', () => {
    expect(openIn(['-A INPUT -p udp -j ACCEPT', `-A INPUT ${STRING} -j DROP`], 'filter')).toEqual(['shadowed 2']);
  });

  it('is answered alike by both methods', () => {
    const rules = [
      '-A FORWARD -s 10.0.0.0/8 -m string --string foo --algo bm -j DROP',
      '-A FORWARD -s 10.0.0.0/9 -j ACCEPT',
      '-A FORWARD -s 10.0.0.0/9 -m string --string foo --algo bm -j ACCEPT',
      '-A FORWARD -s 10.0.0.0/7 -j RETURN',
      '-A FORWARD -s 11.0.0.0/8 -j DROP',
    ];
    const ask = (method: 'diagrams' | 'boxes') => {
      const { dead, undecided } = deadRules(rulesetOf(table(rules), { family: 4 }), { host, method });
      return [dead.map(({ rule }) => rule.number), undecided.map(({ rule }) => rule.number)];
    };
    expect(ask('boxes')).toEqual([
      [3, 5],
      [1, 2],
    ]);
    expect(ask('diagrams')).toEqual(ask('boxes'));
  });
});

interface SmallRule {
  readonly src: readonly [number, number] | undefined;
  readonly notSrc: boolean;
  readonly proto: 'tcp' | 'udp' | undefined;
  readonly ports: readonly [number, number] | undefined;
  readonly iif: string | undefined;
  readonly target: string;
}

const INTERFACES = ['eth0', 'eth1', 'lo'];
const smallRule: fc.Arbitrary<SmallRule> = fc.record({
  src: fc.option(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 29, max: 32 })), { nil: undefined }),
  notSrc: fc.boolean(),
  proto: fc.constantFrom('tcp', 'udp', undefined),
  ports: fc.option(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })), { nil: undefined }),
  iif: fc.constantFrom(undefined, undefined, 'eth0', 'eth1', 'eth+'),
  target: fc.constantFrom('ACCEPT', 'DROP', 'LOG'),
});

function textOf({ src, notSrc, proto, ports, iif, target }: SmallRule): string {
  const from = src === undefined ? '' : ` ${notSrc ? '! ' : ''}-s 10.0.0.${src[0]}/${src[1]}`;
  const port = proto === undefined || ports === undefined ? '' : ` --dport ${Math.min(...ports)}:${Math.max(...ports)}`;
  return `-A FORWARD${from}${iif === undefined ? '' : ` -i ${iif}`}${proto === undefined ? '' : ` -p ${proto}`}${port} -j ${target}`;
}

/** What a rule takes, by arithmetic on the rule as it was generated. */
function takes({ src, notSrc, proto, ports, iif }: SmallRule, packet: { src: number; proto: string; port: number; iif: string }): boolean {
  if (src !== undefined && (packet.src >> (32 - src[1]) === src[0] >> (32 - src[1])) === notSrc) return false;
  if (proto !== undefined && proto !== packet.proto) return false;
  if (proto !== undefined && ports !== undefined && (packet.port < Math.min(...ports) || packet.port > Math.max(...ports))) return false;
  return iif === undefined || (iif === 'eth+' ? packet.iif.startsWith('eth') : packet.iif === iif);
}

function deadBySearch(rules: readonly SmallRule[]): readonly number[] {
  const alive = new Set<number>();
  // 8 stands for every address, 4 for every port, icmp for every protocol and lo, eth2 for every name that no rule mentions
  for (let src = 0; src <= 8; src++)
    for (const proto of ['tcp', 'udp', 'icmp'])
      for (let port = 0; port <= 4; port++)
        for (const iif of [...INTERFACES, 'eth2'])
          for (const [index, rule] of rules.entries()) {
            if (!takes(rule, { src, proto, port, iif })) continue;
            alive.add(index);
            if (rule.target !== 'LOG') break;
          }
  return rules.flatMap((_, index) => (alive.has(index) ? [] : [index + 1]));
}

interface OpaqueRule extends SmallRule {
  readonly opaque: boolean;
}

const WORLD = Array.from({ length: 9 }, (_, src) =>
  ['tcp', 'udp', 'icmp'].flatMap((proto) =>
    [0, 1, 2, 3, 4].flatMap((port) => [...INTERFACES, 'eth2'].map((iif) => ({ src, proto, port, iif }))),
  ),
).flat();

/** Whether some packet comes to the rule and matches it if what is not modelled allows everything, and whether one does for sure. */
function judgedBySearch(rules: readonly OpaqueRule[], at: number): 'alive' | 'dead' | 'unmodelled' {
  let possible = WORLD;
  let sure = WORLD;
  for (const rule of rules.slice(0, at)) {
    const passes = (packet: (typeof WORLD)[number]): boolean => !takes(rule, packet);
    if (rule.target === 'LOG') continue;
    if (rule.target.startsWith('NFQUEUE')) possible = possible.every(passes) ? possible : WORLD;
    else if (!rule.opaque) possible = possible.filter(passes);
    sure = sure.filter(passes);
  }
  const rule = rules[at] as OpaqueRule;
  if (!possible.some((packet) => takes(rule, packet))) return 'dead';
  return !rule.opaque && sure.some((packet) => takes(rule, packet)) ? 'alive' : 'unmodelled';
}

describe('the methods for dead rules agree', () => {
  it('with every packet of a small world', () => {
    let found = 0;
    fc.assert(
      fc.property(fc.array(smallRule, { minLength: 1, maxLength: 12 }), (rules) => {
        const text = table(rules.map(textOf));
        const expected = deadBySearch(rules);
        found += expected.length;
        for (const way of METHODS) {
          expect(deadIn(text, way).map((dead) => Number(dead.split(' ').at(-1)))).toEqual(expected);
        }
      }),
      { numRuns: 400, seed: 7 },
    );
    expect(found).toBeGreaterThan(100);
  });

  it('with every packet of a small world that has targets and matches which are not modelled', () => {
    let open = 0;
    const target = fc.constantFrom('ACCEPT', 'DROP', 'LOG', 'NFQUEUE --queue-num 0');
    const rule = fc.tuple(smallRule, target, fc.integer({ min: 0, max: 4 })).map(([one, to, opaque]) => ({
      ...one,
      target: to,
      opaque: opaque === 0,
    }));
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 12 }), (rules) => {
        const lines = rules.map((one) => (one.opaque ? textOf(one).replace(' -j', ' -m string --algo bm --string x -j') : textOf(one)));
        const expected = rules.map((_, index) => judgedBySearch(rules, index));
        open += expected.filter((answer) => answer === 'unmodelled').length;
        for (const way of METHODS) {
          const { dead, undecided } = deadRules(rulesetOf(table(lines), { family: 4 }), { host, ...way });
          const answers = rules.map(() => 'alive');
          for (const one of dead) answers[one.rule.number - 1] = 'dead';
          for (const one of undecided) answers[one.rule.number - 1] = one.why;
          expect(answers).toEqual(expected);
        }
      }),
      { numRuns: 300, seed: 11 },
    );
    expect(open).toBeGreaterThan(100);
  });

  it('on random tables of every kind of rule', { timeout: 30_000 }, () => {
    let compared = 0;
    for (const one of randomCases(15_000, 3)) {
      for (const [family, text] of [
        [4, one.rules.v4],
        [6, one.rules.v6],
      ] as const) {
        if (text === undefined) continue;
        const here = hostOf(one.host);
        const ruleset = rulesetOf(text, { family, sets: here.sets });
        for (const one of ruleset.tables.values()) {
          const single = { ...ruleset, tables: new Map([[one.name, one]]) };
          const boxes = deadRules(single, { host: here, method: 'boxes' });
          if (boxes.undecided.length > 0) continue;
          compared++;
          const said = ({ dead }: DeadRules) => dead.map(({ rule, how }) => `${how} ${rule.text}`);
          for (const way of [{ method: 'diagrams' }, ASIDE] as const)
            expect(said(deadRules(single, { host: here, ...way }))).toEqual(said(boxes));
        }
      }
    }
    expect(compared).toBeGreaterThan(50);
  });

  it('on hard random firewalls', () => {
    for (const seed of [1, 2, 3])
      expect(deadIn(randomFirewallDump(300, seed), { method: 'boxes' })).toEqual(
        deadIn(randomFirewallDump(300, seed), { method: 'diagrams' }),
      );
  });
});

it('a kube-proxy table has no dead rule, one more of its dispatch rules is one', () => {
  const text = kubeProxyNat(1000);
  expect(deadIn(text)).toEqual([]);
  const again = text.match(/^-A KUBE-SERVICES .*$/m)?.[0] ?? '';
  expect(deadIn(text.replace('COMMIT', `${again}\nCOMMIT`))).toHaveLength(1);
});
