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
