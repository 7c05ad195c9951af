/** What a script does to its host is done in its order, as often as it says. */
import { expect, it } from 'vitest';
import { parse, trace } from '../../src/api/library/index.ts';

const IPTABLES = 'iptables -A INPUT -p tcp --dport 1 -j DROP\n';
const SIX = 'ip6tables -A INPUT -p tcp --dport 1 -j DROP\n';
const [ADD, DEL] = ['ip route add blackhole 203.0.113.0/24\n', 'ip route del 203.0.113.0/24\n'];

it.each([
  ['added', [ADD], 'lost'],
  ['added, deleted', [ADD, DEL], 'direct'],
  ['added, deleted, added', [ADD, DEL, ADD], 'lost'],
  ['added, deleted, added, deleted', [ADD, DEL, ADD, DEL], 'direct'],
])('a route that is %s', (_, calls, outcome) => {
  for (const rules of [IPTABLES, IPTABLES + SIX]) {
    const { rulesets } = parse(rules + calls.join(''));
    expect(trace(rulesets, 'out tcp -> 203.0.113.9:443').outcome).toBe(outcome);
  }
});
