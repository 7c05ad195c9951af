/** The answer of REJECT to a packet that NAT has rewritten is turned back, and comes to the sender by lo, where rules may drop it. */
import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/simulate/simulate.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import { traverseOut } from '../../src/symbolic/walk/traverse.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { endOfWalk, endsOfClasses } from './oneLeg.ts';

const HOST = hostOf({
  interfaces: [{ name: 'lo' }, { name: 'eth0', addresses: ['fd00:10:244::5/64'] }],
  routes: ['default via fd00:10:244::1 dev eth0'],
});
const PACKET = packetOf('out tcp [::1]:8080 -> [fd00:10:244::5]:80 uid=1000', HOST);
const NAT = '*nat\n:POSTROUTING ACCEPT\n-A POSTROUTING -j SNAT --to-source fd16::1\nCOMMIT\n';

function ends(nat: string, input: string): { readonly simulator: readonly string[]; readonly symbolic: readonly string[] } {
  const filter = `*filter\n:INPUT ACCEPT\n${input}-A INPUT -p tcp -j REJECT --reject-with icmp6-adm-prohibited\nCOMMIT\n`;
  const ruleset = rulesetOf(`${nat}${filter}`, { family: 6 });
  const space = makeSpace(6, HOST);
  return {
    simulator: simulate({ ruleset, packet: PACKET, host: HOST }).walks.map(endOfWalk),
    symbolic: endsOfClasses(space, traverseOut({ space, ruleset }), PACKET),
  };
}

describe.each([
  ['as it was', ''],
  ['rewritten', NAT],
])('a packet to this host that arrives %s', (_, nat) => {
  it('is rejected where the answer comes', () => {
    const { simulator, symbolic } = ends(nat, '');
    expect(simulator).toEqual(['rejected INPUT 1 icmp6-adm-prohibited']);
    expect(symbolic).toEqual(simulator);
  });

  it('is dropped where a rule drops the answer', () => {
    const { simulator, symbolic } = ends(nat, '-A INPUT -i lo -p icmpv6 -j DROP\n');
    expect(simulator).toEqual(['dropped INPUT 2 ']);
    expect(symbolic).toEqual(simulator);
  });
});
