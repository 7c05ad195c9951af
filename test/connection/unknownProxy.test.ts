/** Of proxies of which nobody says what they send, those with a port of their own are named before whoever has the others. */
import { expect, it } from 'vitest';
import { unknownProxies } from '../../src/connection/unknownProxy.ts';
import { nat, USUAL } from '../kernel/cases/kernelCase.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';

const ANY = { proto: 'tcp', process: 'any' };
const SQUID = { proto: 'tcp', port: 3129, process: 'squid' };
const ruleset = rulesetOf(
  nat('-A OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports 3129', '-A OUTPUT -p tcp --dport 81 -j REDIRECT --to-ports 4000'),
  { family: 4 },
);
const named = (...listeners: readonly object[]) =>
  unknownProxies({ host: hostOf({ ...USUAL, listeners, processes: { squid: { uid: 13, gid: 13 } } }) }, ruleset).map(
    ({ listener, ports, rules }) => `${listener.process} ${ports.map(({ lo }) => lo).join()} ${rules.length}`,
  );

it.each([
  [
    [SQUID, ANY],
    ['squid 3129 1', 'any 4000 1'],
  ],
  [
    [ANY, SQUID],
    ['squid 3129 1', 'any 4000 1'],
  ],
  [[ANY], ['any 3129,4000 2']],
  [[{ ...SQUID, forwards: 'nothing' }, ANY], ['any 4000 1']],
  [[{ ...SQUID, forwards: '10.0.0.9:3128' }], []],
  [[{ ...SQUID, proto: 'udp' }], []],
])('%j', (listeners, proxies) => expect(named(...listeners)).toEqual(proxies));
