/** Ports that the kernel picks are said as the range that they come from. */
import { expect, it } from 'vitest';
import { diff, parse, trace } from '../../src/api/library/index.ts';

const HOST = {
  interfaces: [{ name: 'eth0', addresses: ['192.0.2.40/24'] }],
  routes: ['default via 192.0.2.1 dev eth0'],
  listeners: [],
};
const stepsOf = (rules: string, proto = 'tcp') =>
  trace(parse(`*nat\n${rules}\nCOMMIT\n`, { family: 4 }), `out ${proto} -> 203.0.113.9${proto === 'icmp' ? '' : ':443'}`, {
    host: HOST,
  }).legs.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === 'nat' ? [[step.to, step.ports]] : [])));

it.each([
  ['-A POSTROUTING -j MASQUERADE --random-fully', [['192.0.2.40:1024', '1024-65535']]],
  ['-A POSTROUTING -j SNAT --to-source 192.0.2.40 --random', [['192.0.2.40:1024', '1024-65535']]],
  ['-A POSTROUTING -p tcp -j SNAT --to-source 192.0.2.40:2000-2009', [['192.0.2.40:2000', '2000-2009']]],
  ['-A POSTROUTING -p tcp -j SNAT --to-source 192.0.2.40:2000', [['192.0.2.40:2000', undefined]]],
  ['-A POSTROUTING -p tcp -j SNAT --to-source 192.0.2.41:30000-50000', [['192.0.2.41:40000', undefined]]],
  ['-A OUTPUT -p tcp -j DNAT --to-destination 203.0.113.7:8000-8009', [['203.0.113.7:8000', undefined]]],
])('%s', (rules, steps) => expect(stepsOf(rules)).toEqual(steps));

it('a ping has no port', () =>
  expect(stepsOf('-A POSTROUTING -j SNAT --to-source 192.0.2.41 --random', 'icmp')).toEqual([['192.0.2.41', undefined]]));

it('a diff says them too', () => {
  const masquerade = (option: string) => parse(`*nat\n-A POSTROUTING -j MASQUERADE${option}\nCOMMIT\n`, { family: 4 });
  const { changes } = diff(masquerade(' --random-fully'), masquerade(''), { host: HOST });
  expect(changes.flatMap(({ base, head }) => [base.after.sports, head.after.sports])).toContain('1024-65535');
});
