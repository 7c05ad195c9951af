/** Routes that lead IPv6 to lo and are not local: both engines let such packets meet OUTPUT, and lose those that it does not save. */
import { expect, test } from 'vitest';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import { traverseIn, traverseOut } from '../../src/symbolic/walk/traverse.ts';
import { endsOfClasses, endsOfWalks } from '../agreement/oneLeg.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

const HOST = hostOf({
  interfaces: [
    { name: 'lo', addresses: ['fd00:7::1/64'] },
    { name: 'eth0', addresses: ['fd00:1::5/64'] },
    { name: 'net1', addresses: ['fd00:2::5/64'] },
  ],
  routes: ['-6 default via fd00:1::1 dev eth0', '-6 2001:db8:7::/48 dev lo'],
  sysctls: { 'net.ipv6.conf.all.forwarding': '1' },
});

const RULES = `*nat
:PREROUTING ACCEPT
:INPUT ACCEPT
:OUTPUT ACCEPT
:POSTROUTING ACCEPT
-A OUTPUT -d 2001:db8:7::1 -p tcp -j REDIRECT --to-ports 8080
-A OUTPUT -d 2001:db8:7::2 -j DNAT --to-destination 2001:db8::9
-A OUTPUT -d 2001:db8::8 -j DNAT --to-destination fd00:7::3
COMMIT
*filter
:INPUT ACCEPT
:FORWARD ACCEPT
:OUTPUT ACCEPT
-A OUTPUT -o lo -d 2001:db8:7::4 -j DROP
-A INPUT -m addrtype --src-type UNREACHABLE -j DROP
COMMIT
*raw
:PREROUTING ACCEPT
:OUTPUT ACCEPT
-A PREROUTING -s 2001:db8:7::6 -m rpfilter --loose --invert -j DROP
COMMIT
`;

const TO = [1, 2, 3, 4, 6].map((last) => `2001:db8:7::${last}`).concat('2001:db8::8', '2001:db8::9', 'fd00:7::1', 'fd00:7::3', '::1');
const LOST = ['2001:db8:7::3', '2001:db8:7::6', '2001:db8::8', 'fd00:7::3'];

test('both engines agree on what is discarded, sent here or arriving', () => {
  const ruleset = rulesetOf(RULES, { family: 6 });
  const space = makeSpace(6, HOST);
  const directions = [
    { dir: 'out', classes: traverseOut({ space, ruleset }), from: ['fd00:1::5', 'fd00:2::5'] },
    { dir: 'in', classes: traverseIn({ space, ruleset }, 'eth0'), from: ['2001:db8:7::6', '2001:db8:5::1'] },
  ];
  for (const { dir, classes, from } of directions) {
    const discarded = new Set<string>();
    for (const src of from)
      for (const dst of TO) {
        const packet = packetOf(`${dir} tcp [${src}]:4000 -> [${dst}]:80${dir === 'in' ? ' iif=eth0' : ''}`, HOST);
        const ends = endsOfWalks(space, ruleset, packet);
        expect([dir, src, dst, endsOfClasses(space, classes, packet)]).toEqual([dir, src, dst, ends]);
        if (ends.some((end) => end.includes('unreachable-route'))) discarded.add(dst);
      }
    expect([...discarded].sort()).toEqual(dir === 'out' ? LOST : [...TO.slice(0, 5), 'fd00:7::3']);
  }
});
