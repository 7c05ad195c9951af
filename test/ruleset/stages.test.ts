/** Base chains by priority: facts of a kernel with nf_tables, where chains may have any. The rules are those of iptables. */
import { describe, expect, it } from 'vitest';
import { HOOKS } from '../../src/netfilter/hooks.ts';
import { readRules } from '../../src/ruleset/readRules.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { type HookStage, stagesAt } from '../../src/ruleset/stages.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { assignmentOf, setContains } from '../../src/symbolic/space/member.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import { traverseIn, traverseOut } from '../../src/symbolic/walk/traverse.ts';
import { attached, together } from '../support/attached.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

const HOST = hostOf({
  interfaces: [
    { name: 'eth0', addresses: ['10.244.0.5/24'] },
    { name: 'eth1', addresses: ['10.9.0.5/24'] },
  ],
  routes: ['default via 10.244.0.1 dev eth0'],
  ip_rules: ['fwmark 7 lookup 100'],
  route_tables: { 100: ['default via 10.9.0.1 dev eth1'] },
  listeners: [
    { port: 1111, proto: 'tcp' },
    { port: 2222, proto: 'tcp' },
    { port: 80, proto: 'tcp' },
  ],
});

const rules = (text: string): Ruleset => rulesetOf(text, { family: 4 });
const table = (name: string, ...lines: readonly string[]): Ruleset => rules(`*${name}\n${lines.join('\n')}\nCOMMIT\n`);
const at = (ruleset: Ruleset, name: string, priority: number): Ruleset => attached(ruleset, name, () => ({ priority }));

function ofListing(text: string): Ruleset {
  const found = readRules({ file: 'listing.nft', text }).rulesets.find(({ family }) => family === 4);
  if (found === undefined) throw new Error('a listing without rules of IPv4');
  return found;
}

const stageName = (stage: HookStage): string => (stage.kind === 'chain' ? stage.at.table.name : stage.kind);

it('the tables of iptables run in the order of their priorities', () => {
  const all = rules(
    ['raw', 'mangle', 'nat', 'filter', 'security']
      .map((name) => `*${name}\nCOMMIT\n`)
      .reverse()
      .join(''),
  );
  expect(Object.fromEntries(HOOKS.map((hook) => [hook, stagesAt(all, hook).map(stageName)]))).toEqual({
    PREROUTING: ['raw', 'conntrack', 'mangle', 'nat'],
    INPUT: ['mangle', 'filter', 'security', 'nat'],
    FORWARD: ['mangle', 'filter', 'security'],
    OUTPUT: ['raw', 'conntrack', 'mangle', 'nat', 'filter', 'security'],
    POSTROUTING: ['mangle', 'nat'],
  });
});

it('one nat chain anywhere makes connections be rewritten at all hooks, and without any they are not', () => {
  const only = table('nat', '-A PREROUTING -p tcp -j REDIRECT --to-ports 1111');
  expect(HOOKS.filter((hook) => stagesAt(only, hook).some(({ kind }) => kind === 'nat'))).toEqual([
    'PREROUTING',
    'INPUT',
    'OUTPUT',
    'POSTROUTING',
  ]);
  expect(HOOKS.flatMap((hook) => stagesAt(table('filter'), hook)).some(({ kind }) => kind === 'nat')).toBe(false);
});

/** What both engines say: where the packet ends, and at which port. */
function ends(ruleset: Ruleset, text: string): string {
  const packet = packetOf(text, HOST);
  const [walk] = simulate({ ruleset, packet, host: HOST }).walks;
  const simulated = walk === undefined ? 'no walk' : `${walk.fate.kind} ${'oif' in walk.fate ? walk.fate.oif : (walk.after.dport ?? '')}`;
  const space = makeSpace(4, HOST);
  const found = packet.dir === 'out' ? traverseOut({ space, ruleset }) : traverseIn({ space, ruleset }, packet.iif ?? '');
  const kinds = found.filter(({ set }) => setContains(space, set, assignmentOf(space, packet))).map(({ fate }) => fate.kind);
  expect(kinds).toEqual([walk?.fate.kind]);
  return simulated;
}

const IN = 'in tcp 10.0.0.9:40000 -> 10.244.0.5:80 iif=eth0';
const OUT = 'out tcp -> 203.0.113.9:80 uid=1000';

describe('filter chains of one hook', () => {
  const accepts = table('filter', '-A INPUT -p tcp --dport 80 -j ACCEPT', '-A INPUT -j DROP');
  const drops = table('filter', '-A INPUT -p tcp --dport 80 -j DROP');

  it('ACCEPT ends the chain, not the way of the packet', () => {
    expect(ends(together(at(accepts, 'a', 0), at(drops, 'b', 10)), IN)).toBe('dropped 80');
  });

  it('DROP ends it, whatever later chains accept', () => {
    expect(ends(together(at(drops, 'a', 0), at(accepts, 'b', 10)), IN)).toBe('dropped 80');
  });

  it('each has a policy of its own', () => {
    const open = table('filter', ':INPUT ACCEPT');
    const closed = table('filter', ':INPUT DROP', '-A INPUT -p tcp --dport 81 -j ACCEPT');
    expect(ends(together(at(open, 'a', 0), at(closed, 'b', 1)), IN)).toBe('dropped 80');
    expect(ends(together(at(closed, 'a', 0), at(open, 'b', 1)), IN.replace(':80 ', ':81 '))).toBe('delivered 81');
  });
});

describe('nat chains of one hook', () => {
  const to = (port: number) => table('nat', `-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports ${port}`);

  it('the first that rewrites the connection is the last that is asked', () => {
    expect(ends(together(at(to(1111), 'a', -100), at(to(2222), 'b', -99)), IN)).toBe('delivered 1111');
    expect(ends(together(at(to(1111), 'a', -100), at(to(2222), 'b', -101)), IN)).toBe('delivered 2222');
  });

  it.each(['ACCEPT', 'RETURN'])('%s leaves it to the next', (target) => {
    const passes = table('nat', `-A PREROUTING -p tcp -j ${target}`);
    expect(ends(together(at(passes, 'a', -100), at(to(2222), 'b', 0)), IN)).toBe('delivered 2222');
  });

  it('their priority orders them among nat chains only', () => {
    const sees = table('mangle', '-A PREROUTING -p tcp --dport 1111 -j DROP');
    expect(ends(together(at(to(1111), 'a', 50), at(sees, 'b', 0)), IN)).toBe('dropped 1111');
    expect(ends(together(at(to(1111), 'a', -199), at(sees, 'b', -150)), IN)).toBe('delivered 1111');
  });
});

describe('a mark that is set where packets are sent', () => {
  const marks = table('mangle', '-A OUTPUT -p tcp -j MARK --set-mark 7');

  it('leads packets another way from a chain of type route, at any priority', () => {
    expect(
      ends(
        attached(marks, 'a', () => ({ kind: 'route', priority: 300 })),
        OUT,
      ),
    ).toBe('sent eth1');
  });

  it('does not from a chain of type filter', () => {
    expect(
      ends(
        attached(marks, 'a', () => ({ kind: 'filter' })),
        OUT,
      ),
    ).toBe('sent eth0');
  });
});

describe('chains of several tables at one priority', () => {
  const last = (one: Ruleset): unknown =>
    simulate({ ruleset: one, packet: packetOf('in tcp 10.0.0.9:40000 -> 10.244.0.5:80', HOST), host: HOST });
  const first = at(table('filter', '-A INPUT -p tcp --dport 80 -j REJECT'), 'one', 0);

  it.each([
    ['drops what the other drops', '-A INPUT -p tcp -j DROP', 1, ['dropped', 'rejected']],
    ['accepts it', '-A INPUT -p tcp -j ACCEPT', 0, ['rejected']],
    ['does nothing', '-A OUTPUT -p udp -j DROP', 0, ['rejected']],
  ])('are walked in both orders where that matters: the other one %s', (_, rule, orders, fates) => {
    const ruleset = together(first, at(table('filter', rule), 'other', 0));
    const { walks } = last(ruleset) as ReturnType<typeof simulate>;
    expect(walks.map(({ fate }) => fate.kind).sort()).toEqual(fates);
    expect(new Set(walks.flatMap(({ choices }) => choices.map(({ what }) => what))).size).toBe(orders);
    const space = makeSpace(4, HOST);
    const packet = assignmentOf(space, packetOf('in tcp 10.0.0.9:40000 -> 10.244.0.5:80', HOST));
    const found = traverseIn({ space, ruleset }, 'eth0').filter(({ set }) => setContains(space, set, packet));
    expect(found.map(({ fate }) => fate.kind).sort()).toEqual(fates);
    expect(new Set(found.flatMap(({ doubts }) => doubts.map(({ what }) => what))).size).toBe(orders);
  });

  it('say which tables they are', () => {
    const redirect = (name: string, port: number): Ruleset =>
      at(table('nat', `-A PREROUTING -p tcp -j REDIRECT --to-ports ${port}`), name, -100);
    const { walks } = last(together(redirect('one', 1111), redirect('other', 2222))) as ReturnType<typeof simulate>;
    expect(walks.map(({ after, choices }) => `${after.dport}: ${choices.map(({ what, taken }) => `${what}: ${taken}`).join()}`)).toEqual([
      '1111: which of the tables `one nat` and `other nat` runs first in PREROUTING: at one priority it is the one that was loaded last: one nat, then other nat',
      '2222: which of the tables `one nat` and `other nat` runs first in PREROUTING: at one priority it is the one that was loaded last: other nat, then one nat',
    ]);
  });

  it('is that of nat chains with rules: those without run behind them', () => {
    const unasked = (name: string): Ruleset => at(table('nat', '-A PREROUTING -p udp -j REDIRECT --to-ports 9'), name, -100);
    const { walks } = last(together(at(table('nat', ''), 'none', -100), unasked('one'), unasked('other'))) as ReturnType<typeof simulate>;
    const tables = walks.map(({ steps }) =>
      steps.flatMap((step) => (step.kind === 'policy' && step.hook === 'PREROUTING' ? [step.table] : [])),
    );
    expect(tables).toEqual([['one nat', 'other nat', 'none nat']]);
  });
});

describe('the lookup of a connection among chains of its priority', () => {
  const listing = (...names: readonly string[]): Ruleset =>
    ofListing(
      names
        .map(
          (name) =>
            `table inet ${name} {\nchain o {\ntype filter hook output priority -200;\nct state new meta mark set meta mark | 1\n}\n}\n`,
        )
        .join(''),
    );
  const ordersAtOutput = (ruleset: Ruleset): readonly string[] =>
    stagesAt(ruleset, 'OUTPUT').flatMap((stage) => (stage.kind === 'either' ? stage.orders.map(({ says }) => says) : [stageName(stage)]));

  it('is before those of the only table that asks for it', () => {
    expect(ordersAtOutput(listing('one'))).toEqual(['defrag', 'conntrack', 'inet one']);
  });

  it('is between those of the first table and of later ones where the text was loaded as it stands', () => {
    expect(ordersAtOutput(listing('one', 'two'))).toEqual([
      'defrag',
      'inet two, then the connection is looked up, then inet one',
      'the connection is looked up, then inet two, then inet one',
      'the connection is looked up, then inet one, then inet two',
      'inet one, then the connection is looked up, then inet two',
    ]);
  });
});
