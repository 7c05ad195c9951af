/** `ip addr; ip route` in one text, with nothing between them. */
import { expect, it } from 'vitest';
import { chainwalk } from '../cli/memoryIo.ts';

const PRINTED = `2: eth0: <BROADCAST,UP,LOWER_UP> mtu 1500 state UP
    inet 10.1.0.1/24 scope global eth0
default proto static metric 5
\tnexthop via 10.1.0.2 dev eth0 weight 1
\tnexthop via 10.1.0.3 dev eth0 weight 1
10.1.0.0/24 dev eth0 proto kernel scope link src 10.1.0.1
`;

it('next hops right behind addresses belong to their route', async () => {
  const { out } = await chainwalk(['host', 'h'], { files: { h: PRINTED } });
  expect(out).toContain('default metric 5 nexthop via 10.1.0.2 dev eth0 weight 1 nexthop via 10.1.0.3 dev eth0 weight 1');
});
