import { describe, expect, it } from 'vitest';
import { diff, type HostDescription, parse } from '../../src/api/library/index.ts';
import { diffRules } from '../../src/diff/rules.ts';
import { Budget } from '../../src/lib/budget.ts';
import type { Interval } from '../../src/lib/intervals.ts';
import type { MatchExpr } from '../../src/netfilter/matchExpr.ts';
import { mentionsUnmodelled } from '../../src/netfilter/matchExpr.ts';
import type { Rule } from '../../src/ruleset/ruleset.ts';
import type { World } from '../agreement/diffEdits.ts';
import { fixtureWorlds, loaded } from '../agreement/diffEdits.ts';
import type { Random } from '../kernel/generate/random.ts';
import { randomFrom } from '../kernel/generate/random.ts';
import { readFixture } from '../support/fixtures.ts';
import { kubeProxyNat } from '../support/kubeProxyNat.ts';

const rules = (text: string, file = 'test.rules') => {
  const { rulesets, diagnostics } = parse(text, { file, family: 4 });
  expect(diagnostics.filter(({ kind }) => kind === 'malformed' || kind === 'not-loadable')).toEqual([]);
  return rulesets;
};
const filter = (...lines: readonly string[]) => rules(['*filter', ...lines, 'COMMIT', ''].join('\n'));
const nat = (...lines: readonly string[]) => rules(['*nat', ...lines, 'COMMIT', ''].join('\n'));
const outcomes = (report: ReturnType<typeof diff>) => report.changes.map(({ base, head }) => `${base.outcome} -> ${head.outcome}`);

/** Fields that no rule of a table changes before its last. */
const LASTING = new Set(['proto', 'src', 'dst', 'sport', 'dport', 'uid', 'gid', 'iif', 'oif']);

function leaves(expr: MatchExpr): readonly Extract<MatchExpr, { kind: 'in' }>[] {
  if (expr.kind === 'and') return expr.of.flatMap(leaves);
  return expr.kind === 'in' && LASTING.has(expr.field) ? [expr] : [];
}

/** Some field would have to have two values. */
function areDisjoint(a: Rule, b: Rule): boolean {
  const meet = (left: Interval, right: Interval): boolean => left.lo <= right.hi && right.lo <= left.hi;
  return leaves(a.match).some((left) =>
    leaves(b.match).some(
      (right) => left.field === right.field && !left.intervals.some((one) => right.intervals.some((two) => meet(one, two))),
    ),
  );
}

/** Swaps neighbours that no packet can both match, some times. */
function reordered(random: Random, world: World): { readonly text: string; readonly swaps: number } {
  let { text } = world;
  let swaps = 0;
  for (let tries = 0; tries < 30; tries++) {
    const ruleset = loaded(world, text);
    const chains = [...(ruleset?.tables.values() ?? [])].flatMap((table) => [...table.chains.values()]);
    const pairs = chains.flatMap((chain) =>
      chain.rules.flatMap((rule, at) => {
        const next = chain.rules[at + 1];
        return next !== undefined && areDisjoint(rule, next) ? [[rule, next] as const] : [];
      }),
    );
    if (pairs.length === 0) break;
    const [a, b] = random.pick(pairs);
    const lines = text.split('\n');
    text = lines
      .with(a.line - 1, lines[b.line - 1] ?? '')
      .with(b.line - 1, lines[a.line - 1] ?? '')
      .join('\n');
    swaps++;
  }
  return { text, swaps };
}

describe('equivalence', { timeout: 120_000 }, () => {
  it('holds for every fixture after neighbours that no packet can both match changed places', () => {
    const random = randomFrom(5);
    let swaps = 0;
    for (const world of fixtureWorlds()) {
      const other = reordered(random, world);
      if (other.swaps === 0 || other.text === world.text) continue;
      swaps += other.swaps;
      const [base, head] = [loaded(world, world.text), loaded(world, other.text)];
      if (base === undefined || head === undefined) throw new Error('a reordered fixture does not load');
      const { host, profile } = world;
      const found = diffRules({ base, head, host, ...(profile === undefined ? {} : { profile }) });
      // what hangs on a match that is not modelled (firewalld's rpfilter) is undecided, and says so; nothing else is
      const open = found.undecided.filter(({ rules }) => ![...rules.base, ...rules.head].some(({ match }) => mentionsUnmodelled(match)));
      expect({ name: world.name, changes: found.changes.length, open }).toEqual({ name: world.name, changes: 0, open: [] });
    }
    expect(swaps).toBeGreaterThan(300);
  });

  it('holds for rules that say the same otherwise', () => {
    const base = filter(':INPUT ACCEPT', '-A INPUT -p tcp -m multiport --dports 80,443 -j DROP');
    const head = filter(
      ':INPUT ACCEPT',
      ':WEB -',
      '-A INPUT -p tcp -j WEB',
      '-A WEB -p tcp -m tcp --dport 443 -j DROP',
      '-A WEB -p tcp -m tcp --dport 80 -j DROP',
      '-A WEB -j RETURN',
    );
    expect(diff(base, head)).toMatchObject({ equivalent: true, changes: [], undecided: [] });
  });

  it('does not see marks, which do not leave the host: they may be asked for by others', () => {
    const base = filter(':OUTPUT ACCEPT');
    const head = rules('*mangle\n:OUTPUT ACCEPT\n-A OUTPUT -j MARK --set-mark 9\nCOMMIT\n');
    const { equivalent, changes, undecided } = diff(base, head);
    expect([equivalent, changes, undecided.length]).toEqual([false, [], 1]);
  });
});

describe('changes', { timeout: 240_000 }, () => {
  it('a policy decides as a rule does, and no rule is named for it', () => {
    const report = diff(filter(':INPUT ACCEPT'), filter(':INPUT DROP', '-A INPUT -p tcp -j ACCEPT'));
    expect(new Set(outcomes(report))).toContain('to-app -> dropped');
    expect(report.changes[0]?.head.rule).toBeNull();
  });

  it('another address is a change though the outcome is the same', () => {
    const to = (address: string) => nat(':OUTPUT ACCEPT', `-A OUTPUT -d 10.0.0.9/32 -p tcp -j DNAT --to-destination ${address}`);
    const report = diff(to('10.0.0.10'), to('10.0.0.11'));
    expect(outcomes(report)).toEqual(['direct -> direct']);
    expect(report.changes[0]).toMatchObject({ base: { after: { dst: '10.0.0.10' } }, head: { after: { dst: '10.0.0.11' } } });
  });

  it('another answer of REJECT is a change', () => {
    const answer = (how: string) => filter(':INPUT ACCEPT', `-A INPUT -p tcp --dport 80 -j REJECT --reject-with ${how}`);
    expect(outcomes(diff(answer('tcp-reset'), answer('icmp-port-unreachable')))).toContain('rejected -> rejected');
  });

  it('chance: another end is a change, other odds of the same ends are undecided', () => {
    const halves = (a: string, b: string) =>
      nat(
        ':OUTPUT ACCEPT',
        `-A OUTPUT -d 10.0.0.9/32 -p tcp -m statistic --mode random --probability 0.5 -j DNAT --to-destination ${a}`,
        `-A OUTPUT -d 10.0.0.9/32 -p tcp -j DNAT --to-destination ${b}`,
      );
    expect(diff(halves('10.0.0.1', '10.0.0.2'), halves('10.0.0.1', '10.0.0.2')).equivalent).toBe(true);
    expect(outcomes(diff(halves('10.0.0.1', '10.0.0.2'), halves('10.0.0.1', '10.0.0.3')))).toEqual(['direct -> direct']);
  });

  it.each([
    ['the odds', '-m statistic --mode random --probability 0.5 -j DROP', '-m statistic --mode random --probability 0.25 -j DROP'],
    ['the rate', '-p tcp -m limit --limit 5/sec -j DROP', '-p tcp -m limit --limit 50/sec -j DROP'],
    [
      'a count',
      '-m hashlimit --hashlimit-above 5/sec --hashlimit-name a -j DROP',
      '-m hashlimit --hashlimit-above 9/sec --hashlimit-name a -j DROP',
    ],
    ['when to forget', '-m recent --rcheck --seconds 60 --name a -j DROP', '-m recent --rcheck --seconds 600 --name a -j DROP'],
    ['what is noted', '-p tcp -m recent --set --name a', '-p tcp -m recent --set --name b'],
    ['what is noted, in an ipset', '-p tcp -j SET --add-set a src', '-p tcp -j SET --add-set b src'],
  ])('a rule of chance or memory with other numbers is undecided: %s', (_, was, is) => {
    const text = (line: string) => filter(':INPUT ACCEPT', `-A INPUT ${line}`);
    const report = diff(text(was), text(is));
    expect(report).toMatchObject({ equivalent: false, changes: [] });
    expect(report.undecided[0]?.rules).toMatchObject({ base: [{ line: 3 }], head: [{ line: 3 }] });
    expect(diff(text(was), text(was))).toMatchObject({ equivalent: true });
  });

  it('rules that remember other packets than before are undecided, though they stay as they are', () => {
    const guard = ['-A INPUT -p tcp -m tcp --dport 22 -m recent --set --name a', '-A INPUT -p tcp -m recent --rcheck --name a -j DROP'];
    const with_ = (...lines: readonly string[]) => filter(':INPUT ACCEPT', ...lines);
    // packets to port 22 may be dropped or not, on both sides
    const first = '-A INPUT -p tcp -m tcp --dport 22 -m recent --rcheck --name a -j DROP';
    const report = diff(with_(first, ...guard), with_(first, '-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j ACCEPT', ...guard));
    expect(report).toMatchObject({ equivalent: false, changes: [] });
    expect(report.undecided.some(({ packets }) => / 10\.0\.0\.0\/8 -> \S*:22/.test(packets))).toBe(true);
    // what only comes later, or is apart, leaves the memory alone
    expect(diff(with_(...guard), with_(...guard, '-A INPUT -p udp -m udp --dport 53 -j ACCEPT')).equivalent).toBe(true);
    // in another order they see what they did not
    const [set, check] = guard as [string, string];
    expect(diff(with_(set, check), with_(check, set)).equivalent).toBe(false);
    const apart = '-A INPUT -p udp -m recent --set --name a';
    expect(diff(with_(set, apart), with_(apart, set)).equivalent).toBe(true);
  });

  it('a chain that remembers and is called twice counts twice', () => {
    const text = (...calls: readonly string[]) =>
      filter(':INPUT ACCEPT', ':SEEN -', ...calls, '-A SEEN -m recent --update --hitcount 4 --name a -j DROP');
    const call = '-A INPUT -p tcp -j SEEN';
    expect(diff(text(call), text(call, call))).toMatchObject({ equivalent: false, changes: [] });
  });

  it('lots that decide nothing are no matter', () => {
    const text = (line: string) => filter(':INPUT ACCEPT', `-A INPUT -m statistic --mode random --probability ${line} -j ACCEPT`);
    expect(diff(text('0.5'), text('0.25')).equivalent).toBe(true);
  });

  it('a wider range that the kernel picks from is a change', () => {
    const range = (ports: string) => nat(':POSTROUTING ACCEPT', `-A POSTROUTING -p tcp -j MASQUERADE --to-ports ${ports}`);
    expect(diff(range('5000-5999'), range('5000-6999')).changes.length).toBeGreaterThan(0);
  });

  it('an edit behind an address that the kernel picks of a long range is undecided', () => {
    const text = (address: string) =>
      rules(
        `*nat\n-A OUTPUT -d 10.0.0.9/32 -p tcp -j DNAT --to-destination 10.1.0.0-10.1.3.255\nCOMMIT\n*filter\n-A OUTPUT -d ${address}/32 -p tcp -j DROP\nCOMMIT\n`,
      );
    expect(diff(text('10.1.2.77'), text('10.1.2.77')).equivalent).toBe(true);
    expect(diff(text('10.1.2.77'), text('10.1.2.78')).equivalent).toBe(false);
  });

  it('an unmodelled match leaves undecided what depends on it, and only that', () => {
    const text = (target: string, port: number) =>
      filter(':OUTPUT ACCEPT', `-A OUTPUT -m string --algo bm --string x -j ${target}`, `-A OUTPUT -p tcp --dport ${port} -j DROP`);
    expect(diff(text('DROP', 80), text('DROP', 80)).equivalent).toBe(true);
    const swapped = diff(text('DROP', 80), text('REJECT', 80));
    expect(swapped).toMatchObject({ equivalent: false, changes: [] });
    expect(swapped.undecided[0]?.rules.head).toMatchObject([{ line: 3 }]);
    // whatever the string is, a packet to neither port is not touched by the edit
    const moved = diff(text('DROP', 80), text('DROP', 81));
    expect(moved.undecided[0]?.packets).toMatch(/80|81/);
  });

  describe('with an unmodelled target', () => {
    const HMARK = (proto: string): string => `-A PREROUTING -p ${proto} -j HMARK --hmark-tuple src --hmark-mod 9 --hmark-rnd 1`;
    const mangle = (...lines: readonly string[]) => rules(['*mangle', ...lines, 'COMMIT', ''].join('\n'));
    const drop = (mark: number, proto = 'udp'): string => `-A PREROUTING -p ${proto} -m mark --mark ${mark} -j DROP`;

    it('a change behind it is undecided for all packets that come to it', () => {
      const { equivalent, changes, undecided } = diff(mangle(HMARK('udp'), drop(2)), mangle(HMARK('udp'), drop(3)));
      expect({ equivalent, changes }).toEqual({ equivalent: false, changes: [] });
      for (const { packets } of undecided) expect(packets).toMatch(/udp/);
      expect(undecided[0]?.rules.head).toMatchObject([{ line: 2 }]);
    });

    it('so is one in a table behind, and one that a packet meets only when the target made another of it', () => {
      const behind = (mark: number) =>
        rules(['*mangle', HMARK('tcp'), 'COMMIT', '*filter', drop(mark).replace('PREROUTING', 'INPUT'), 'COMMIT', ''].join('\n'));
      const { undecided } = diff(behind(2), behind(3));
      expect(undecided.length).toBeGreaterThan(0);
      for (const { packets } of undecided) expect(packets).toMatch(/tcp/);
    });

    it('one before it is proved, and so is one of packets that do not come to it', () => {
      const before = diff(mangle(drop(2), HMARK('tcp')), mangle(drop(3), HMARK('tcp')));
      expect(before.undecided).toEqual([]);
      expect(before.changes.length).toBeGreaterThan(0);
      expect(diff(mangle('-A PREROUTING -p tcp -j ACCEPT', HMARK('udp')), mangle(HMARK('udp'))).equivalent).toBe(true);
    });

    it('a mark that comes to it otherwise is undecided', () => {
      const marked = (mark: number) => mangle(`-A PREROUTING -j MARK --set-mark ${mark}`, HMARK('udp'));
      expect(diff(marked(1), marked(2))).toMatchObject({ equivalent: false, changes: [] });
    });

    it('who may be dropped and who is dropped is not a change', () => {
      expect(diff(mangle(HMARK('udp')), mangle('-A PREROUTING -p udp -j DROP'))).toMatchObject({ equivalent: false, changes: [] });
    });
  });

  it('a changed rule without a target is undecided when its match is not modelled: it may remember', () => {
    const base = filter(':INPUT ACCEPT', '-A INPUT -p tcp -m string --algo bm --string x');
    expect(diff(base, filter(':INPUT ACCEPT'))).toMatchObject({
      equivalent: false,
      changes: [],
      undecided: [{ rules: { base: [{ line: 3 }], head: [] } }],
    });
    expect(diff(filter(':INPUT ACCEPT', '-A INPUT -p tcp'), filter(':INPUT ACCEPT')).equivalent).toBe(true);
  });

  it('a question that is too hard for its budget is undecided', () => {
    const [base] = filter(':INPUT ACCEPT');
    const [head] = filter(':INPUT DROP');
    const [world] = fixtureWorlds();
    if (base === undefined || head === undefined || world === undefined) throw new Error('no rules');
    const found = diffRules({ base, head, host: world.host, budget: new Budget({ nodes: 1500 }) });
    expect(found).toMatchObject({ changes: [], undecided: [{ reason: 'budget: more than 1500 decision nodes' }] });
  });

  it('a loop through the proxy is an outcome of the packet that starts it', () => {
    const file = (name: string) => rules(readFixture(name).text, name);
    const report = diff(file('istio-sidecar'), file('broken/no-proxy-returns'));
    expect(
      report.changes.some(({ base, head, example }) => base.outcome === 'captured-out' && head.outcome === 'loop' && example.uid === 1000),
    ).toBe(true);
    expect(report.changes[0]?.head.outcome).toBe('loop');
  });
});

describe('known pairs', { timeout: 240_000 }, () => {
  const pair = (base: string, head: string) => {
    const host = readFixture(head).host;
    return diff(rules(readFixture(base).text, base), rules(readFixture(head).text, head), { host });
  };

  it('the mended article only takes packets out of loops and captures', () => {
    const report = pair('article', 'article-mended');
    expect(outcomes(report)).toContain('loop -> captured-out');
    expect(outcomes(report)).toContain('loop -> direct');
    expect(report.changes.every(({ head }) => head.outcome !== 'loop')).toBe(true);
  });

  it('the CNI plugin differs from istio-init in tcp port 15020 going out, and in nothing else', () => {
    const report = pair('istio-sidecar', 'istio-cni');
    expect(report.changes.length).toBeGreaterThan(0);
    for (const { example } of report.changes) expect(example).toMatchObject({ dir: 'out', proto: 'tcp', dport: 15020 });
    const host = readFixture('istio-cni').host;
    const sides = [rules(readFixture('istio-sidecar').text), rules(readFixture('istio-cni').text)] as const;
    expect(diff(...sides, { host, where: 'out tcp -> :!15020' }).equivalent).toBe(true);
    expect(diff(...sides, { host, where: 'out !tcp' }).equivalent).toBe(true);
    expect(diff(...sides, { host, where: 'in' }).equivalent).toBe(true);
  });

  it('TPROXY in place of REDIRECT changes how inbound packets arrive, not who takes them', () => {
    const report = pair('istio-sidecar', 'istio-tproxy');
    const captured = report.changes.filter(({ base, head }) => base.outcome === 'captured-in' && head.outcome === 'captured-in');
    const inbound = captured.find(({ example }) => example.dir === 'in' && example.mark === 0 && example.dst === '10.244.0.5');
    expect(inbound).toMatchObject({
      base: { outcome: 'captured-in', after: { dport: 15006 } },
      head: { outcome: 'captured-in', fate: { transparent: true } },
    });
  });

  it('in a large kube-proxy table exactly the two edited rules are found', () => {
    const text = kubeProxyNat(2000);
    const lines = text.split('\n');
    const dnat = lines.findLastIndex((line) => line.includes('--to-destination'));
    const vip = lines.findIndex((line) => line.startsWith('-A KUBE-SERVICES -d'));
    const lastVip = /-d (\S+)\/32/.exec(lines.findLast((line) => line.startsWith('-A KUBE-SERVICES -d')) ?? '')?.[1];
    const head = lines
      .with(dnat, (lines[dnat] ?? '').replace(':8080', ':8081'))
      .with(vip, (lines[vip] ?? '').replace('/32', '/31'))
      .join('\n');
    // of a node that nobody describes, nothing is proved of what arrives
    const host = { interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24'] }], routes: ['default via 10.244.0.1 dev eth0'] };
    const report = diff(rules(text), rules(head), { host });
    const named = report.changes.flatMap(({ base, head: other }) => [base.rule?.line, other.rule?.line]);
    expect(report.undecided).toEqual([]);
    expect(named).toContain(dnat + 1);
    const destinations = new Set(report.changes.map(({ example }) => example.dst));
    // the widened service takes its neighbour's address, on its own port
    expect([...destinations].sort()).toEqual(['10.96.0.1', lastVip]);
    expect(report.changes.length).toBeLessThan(12);
  });
});

describe('families', { timeout: 240_000 }, () => {
  it('are compared one by one, and one that a side does not have with no rules', () => {
    const both = readFixture('istio-dual-stack').text;
    const one = rules(readFixture('istio-sidecar').text);
    const report = diff(one, rules(both));
    expect(report.families).toEqual([4, 6]);
    expect(report.notes).toEqual(['base has no IPv6 rules: compared with a kernel that has none loaded']);
    expect(new Set(report.changes.map(({ family }) => family))).toEqual(new Set(['ipv6']));
  });
});

it('quotes the rule that decides, not one that is only written otherwise before it', () => {
  const both = (comment: string, first: readonly string[]) =>
    rules(
      [
        '*raw',
        `-A OUTPUT -p udp -m udp ${comment}--dport 53 -j CT --zone 2`,
        'COMMIT',
        '*nat',
        ...first,
        '-A OUTPUT -p udp -m udp --dport 53 -j REDIRECT --to-ports 15053',
        'COMMIT',
        '',
      ].join('\n'),
    );
  const report = diff(both('', []), both('-m comment --comment moved ', ['-A OUTPUT -d 10.0.0.0/8 -j RETURN']));
  const quoted = report.changes.map(({ base, head }) => [base.rule?.text, head.rule?.text]);
  expect(quoted.length).toBeGreaterThan(0);
  for (const pair of quoted)
    expect(pair).toEqual(['-A OUTPUT -p udp -m udp --dport 53 -j REDIRECT --to-ports 15053', '-A OUTPUT -d 10.0.0.0/8 -j RETURN']);
  expect(report.undecided).toEqual([]);
});

it('what a host with guests passes on is ordinary there, and elsewhere it is not', () => {
  const dropped = filter('-A FORWARD -p tcp -m tcp --dport 443 -j DROP');
  const usualOf = (host: HostDescription) => new Set(diff(filter(), dropped, { host, profile: 'none' }).changes.map(({ usual }) => usual));
  const first = { name: 'eth0', addresses: ['10.244.0.5/24'] };
  const guests = [{ name: 'docker0', addresses: ['172.17.0.1/16'] }];
  const sysctls = { 'net.ipv4.ip_forward': '1' };
  expect(usualOf({ interfaces: [first, ...guests], sysctls })).toContain('ordinary');
  const elsewhere = usualOf({ interfaces: [first], sysctls });
  expect([elsewhere.has('through'), elsewhere.has('ordinary')]).toEqual([true, false]);
});
