/** Which packets a proxy opens a connection of its own for, in the walk of one packet and for sets of packets. Linux answers a SYN
 *  with any of FIN, RST and ACK with nothing or a reset, whatever else is set. */
import { expect, it } from 'vitest';
import { loopScene, onwardOf } from '../../src/connection/relayLoops.ts';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { assignmentOf, setContains } from '../../src/symbolic/space/member.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import { traverseIn } from '../../src/symbolic/walk/traverse.ts';
import { filter, USUAL } from '../kernel/cases/kernelCase.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

/** A proxy that asks itself. */
const HOST = hostOf({
  ...USUAL,
  listeners: [
    { proto: 'tcp', port: 3128, process: 'squid', forwards: '10.244.0.5:3128' },
    { proto: 'udp', port: 3128, process: 'squid', forwards: '10.244.0.5:3128' },
  ],
  processes: { squid: { uid: 13, gid: 13 } },
});
const RULESET = rulesetOf(filter(), { family: 4 });
const SPACE = makeSpace(4, HOST);

it.each([
  ['tcp', ' flags=S', 'loop'],
  ['tcp', ' flags=SP', 'loop'],
  ['tcp', ' flags=SU', 'loop'],
  ['tcp', ' flags=SF', 'to-app'],
  ['tcp', ' flags=SR', 'to-app'],
  ['tcp', ' flags=SA', 'to-app'],
  ['tcp', ' flags=A', 'to-app'],
  ['tcp', ' flags=R', 'to-app'],
  ['tcp', ' flags=F', 'to-app'],
  ['udp', '', 'loop'],
])('%s%s: %s', (proto, flags, outcome) => {
  const packet = packetOf(`in ${proto} 10.0.0.9 -> 10.244.0.5:3128 iif=eth0${flags}`, HOST);
  const journey = walkJourney(RULESET, packet, { host: HOST });
  expect(journey.outcome).toBe(outcome);
  expect(journey.paths.map(({ legs }) => legs.length)).toEqual([outcome === 'loop' ? 2 : 1]);
  const loops = loopScene({ space: SPACE, host: HOST, profile: undefined, ruleset: RULESET }, () => RULESET);
  const assignment = assignmentOf(SPACE, packet);
  const here = traverseIn({ space: SPACE, ruleset: RULESET }, 'eth0').filter(({ set }) => setContains(SPACE, set, assignment));
  const looping = here.map((one) => setContains(SPACE, onwardOf(loops, one).loops, assignment));
  expect(looping).toEqual([outcome === 'loop']);
});
