/** Proofs about packets whose REJECT answer the host's own rules may stop. */
import { describe, expect, it } from 'vitest';
import { find, parse } from '../../src/api/library/index.ts';
import { librarySettingOf, packetSetFrom } from '../../src/api/library/input.ts';
import { Budget } from '../../src/lib/budget.ts';
import { findPackets as findIn } from '../../src/query/find.ts';

const filter = (...rules: readonly string[]) => `*filter\n${rules.join('\n')}\nCOMMIT\n`;
const WHERE = 'in tcp 10.244.0.9 -> 10.244.0.5:22 flags=S';
const REFUSING = '-A INPUT -p tcp --dport 22 -j REJECT';

const rejected = (text: string) => find(parse(text, { family: 4 }).rulesets, { where: WHERE, outcome: 'rejected' });

describe('rejected', () => {
  it('is proved of no packet whose answer a rule stops', () => {
    expect(rejected(filter(REFUSING, '-A OUTPUT -p icmp -j DROP'))).toMatchObject({ empty: true, classes: [], undecided: [] });
  });

  it('depends on the target that the answer comes to, which is named', () => {
    const { classes, undecided } = rejected(filter(REFUSING, '-A OUTPUT -p icmp -j NFQUEUE --queue-num 1'));
    expect(classes).toEqual([]);
    expect(undecided.flatMap(({ rules }) => rules.map(({ chain }) => chain))).toEqual(['OUTPUT']);
  });

  it('is undecided, by the rule that refuses, where proving it takes more than its share', () => {
    const many = Array.from(
      { length: 60 },
      (_, at) => `-A OUTPUT -p icmp -m ttl --ttl-eq 64 -d 10.${at % 7}.${at % 250}.0/2${at % 5} -m length --length ${at}:${at * 3} -j DROP`,
    );
    const text = filter('-A INPUT -p tcp -j REJECT', ...many);
    const [ruleset] = parse(text, { family: 4 }).rulesets;
    if (ruleset === undefined) throw new Error('no rules');
    const { host } = librarySettingOf([ruleset], {});
    const ask = (steps: number) =>
      findIn(ruleset, { host, where: packetSetFrom('in tcp -> 10.244.0.5'), outcome: 'rejected', budget: new Budget({ steps }) });
    const { classes, undecided } = ask(100_000);
    expect(classes).toEqual([]);
    expect(undecided.map(({ reason, rules }) => [reason.slice(0, 8), rules.map(({ chain }) => chain)])).toEqual([['budget: ', ['INPUT']]]);
  });
});

describe('rejected, where ip rules ask for the protocol and ports of the answer', () => {
  const at = (address: string, gateway: string, rule: string) => ({
    interfaces: [{ name: 'eth0', addresses: [address] }],
    routes: [`default via ${gateway} dev eth0`],
    ip_rules: [rule],
    listeners: [],
  });

  // measured with UDP to a closed port: with this rule the error does not come
  it('is proved of no packet whose ICMPv6 error has no route', () => {
    const host = at('fd00::5/64', 'fd00::1', '-6 priority 100 ipproto ipv6-icmp blackhole');
    const { rulesets } = parse(filter(REFUSING), { family: 6 });
    const where = 'in tcp fd00::9 -> [fd00::5]:22 flags=S';
    expect(find(rulesets, { host, where, outcome: 'rejected' })).toMatchObject({ empty: true, classes: [], undecided: [] });
    expect(find(rulesets, { host, where, outcome: 'dropped' })).toMatchObject({ empty: false, undecided: [] });
  });

  it('is told for each port from which resets are sent', () => {
    const host = at('10.0.0.5/24', '10.0.0.1', 'priority 100 ipproto tcp sport 2222 blackhole');
    const nat = '*nat\n-A PREROUTING -p tcp --dport 22 -j DNAT --to-destination :2222\nCOMMIT\n';
    const { rulesets } = parse(`${nat}${filter('-A INPUT -p tcp -j REJECT --reject-with tcp-reset')}`, { family: 4 });
    const outcomeAt = (port: number) =>
      (['rejected', 'dropped'] as const).filter(
        (outcome) => !find(rulesets, { host, where: `in tcp 10.0.0.9 -> 10.0.0.5:${port} flags=S`, outcome }).empty,
      );
    expect([22, 80, 2222].map(outcomeAt)).toEqual([['dropped'], ['rejected'], ['dropped']]);
    const where = 'in tcp 10.0.0.9 -> 10.0.0.5 flags=S';
    expect(find(rulesets, { host, where, outcome: 'rejected' })).toMatchObject({ empty: false, undecided: [] });
    expect(find(rulesets, { host, where, outcome: 'dropped' })).toMatchObject({ empty: false, undecided: [] });
  });
});
