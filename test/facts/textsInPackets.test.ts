/** -m string where no data is: what a text cannot be in is decided. */
import { expect, it } from 'vitest';
import { parse, trace, verify } from '../../src/api/library/index.ts';

const HOST = {
  interfaces: [{ name: 'eth0', addresses: ['192.0.2.30/24'] }],
  routes: ['default via 192.0.2.1 dev eth0'],
  listeners: [{ proto: 'tcp', port: 8080, process: 'shop' }],
  processes: { shop: { uid: 900, gid: 900 } },
};
const rules = (pattern: string) =>
  parse(
    `*filter\n:jail - [0:0]\n-A INPUT -p tcp -m multiport --dports 0:65535 -j jail\n-A jail -m string ${pattern} --algo bm -j DROP\n-A jail -s 198.51.100.67/32 -j REJECT\nCOMMIT\n`,
    { family: 4 },
  );
const LONG = '--string "Referer: http://spam.example"';
const asked = (pattern: string, packet: string) => trace(rules(pattern), packet, { host: HOST });
const fates = (pattern: string, packet: string) => {
  const answer = asked(pattern, packet);
  return (answer.branches ?? [answer]).map(({ legs: [leg] }) => leg?.fate.kind);
};

it.each([LONG, '--string "GET /"', '--hex-string "|47455420|"'])(
  'no SYN has %s: another rule rejects it, or it is delivered',
  (pattern) => {
    expect(asked(pattern, 'in tcp 198.51.100.67 -> 192.0.2.30:8080').outcome).toBe('rejected');
    expect(new Set(fates(pattern, 'in tcp 198.51.100.66 -> 192.0.2.30:8080'))).toEqual(new Set(['delivered']));
  },
);

it('data may have it, so that the connection is undecided, by its data alone', () => {
  const { outcome, branches } = asked(LONG, 'in tcp 198.51.100.66 -> 192.0.2.30:8080');
  expect([outcome, branches?.map((one) => one.outcome)]).toEqual(['undecided', ['to-app', 'stalled']]);
});

it.each([
  ['bytes that may be of a header', '--hex-string "|0006|"', 'in tcp 198.51.100.66 -> 192.0.2.30:8080'],
  ['a long SYN', LONG, 'in tcp 198.51.100.66 -> 192.0.2.30:8080 len=200'],
  ['data', LONG, 'in tcp 198.51.100.66 -> 192.0.2.30:8080 flags=PA ctstate=ESTABLISHED len=90'],
])('%s may match', (_, pattern, packet) => expect(fates(pattern, packet)).toContain('dropped'));

it('a rule that drops nothing but texts breaks no claim about first packets', () => {
  const found = verify(rules(LONG), { host: HOST }).findings.filter(({ verdict }) => verdict === 'violated');
  expect(found.map((one) => one.claim).filter((id) => id !== 'no-unknown')).toEqual([]);
});
