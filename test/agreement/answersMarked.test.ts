/** With `fwmark_reflect` the answer of REJECT has the mark of the packet that it is about: routes and rules see it. */
import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/simulate/simulate.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import { traverseIn } from '../../src/symbolic/walk/traverse.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { endOfWalk, endsOfClasses } from './oneLeg.ts';

const REFUSALS = {
  4: ['tcp-reset', 'icmp-port-unreachable'],
  6: ['tcp-reset', 'icmp6-port-unreachable'],
} as const;

interface Setting {
  readonly family: 4 | 6;
  readonly refusal: string;
  readonly reflects: '0' | '1';
  readonly output?: string;
  readonly ipRules?: readonly string[];
}

function ends({ family, refusal, reflects, output = '', ipRules = [] }: Setting) {
  const host = hostOf({
    interfaces: [{ name: 'lo' }, { name: 'eth0', addresses: ['10.244.0.5/24', 'fd00:10:244::5/64'] }],
    routes: ['default via 10.244.0.1 dev eth0', 'default via fd00:10:244::1 dev eth0'],
    ip_rules: [...ipRules],
    sysctls: { 'net.ipv4.fwmark_reflect': reflects, 'net.ipv6.fwmark_reflect': reflects },
  });
  const mangle = `*mangle\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n-A PREROUTING -j MARK --set-mark 7\n${output}COMMIT\n`;
  const ruleset = rulesetOf(`${mangle}*filter\n:INPUT ACCEPT\n-A INPUT -p tcp -j REJECT --reject-with ${refusal}\nCOMMIT\n`, { family });
  const packet = packetOf(family === 4 ? 'in tcp 203.0.113.9 -> 10.244.0.5:80' : 'in tcp 2001:db8:9::9 -> [fd00:10:244::5]:80', host);
  const space = makeSpace(family, host);
  const simulator = simulate({ ruleset, packet, host }).walks.map(endOfWalk);
  expect(endsOfClasses(space, traverseIn({ space, ruleset }, 'eth0'), packet)).toEqual(simulator);
  return simulator.map((end) => end.split(' ')[0]);
}

describe.each(([4, 6] as const).flatMap((family) => REFUSALS[family].map((refusal) => ({ family, refusal }))))(
  'IPv$family, $refusal',
  (asked) => {
    const output = '-A OUTPUT -m mark --mark 7 -j DROP\n';
    const ipRules = ['fwmark 7 prohibit pref 100', '-6 fwmark 7 prohibit pref 100'];

    it('is dropped by a rule for the mark', () => {
      expect(ends({ ...asked, reflects: '1', output })).toEqual(['dropped']);
      expect(ends({ ...asked, reflects: '0', output })).toEqual(['rejected']);
    });

    it('is routed by the mark', () => {
      expect(ends({ ...asked, reflects: '1', ipRules })).toEqual(['dropped']);
      expect(ends({ ...asked, reflects: '0', ipRules })).toEqual(['rejected']);
    });
  },
);
