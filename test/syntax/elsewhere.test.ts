/** Calls of iptables that docker, ip netns and the like run in another namespace. */
import { describe, expect, it } from 'vitest';
import { parse, print } from '../../src/api/library/index.ts';

const read = (text: string) => {
  const { rulesets, diagnostics } = parse(text);
  return {
    text: rulesets.map(print).join(''),
    errors: diagnostics.filter(({ kind }) => kind === 'malformed').map(({ message }) => message),
  };
};
const RULE = '-A INPUT -p tcp --dport 22 -j ACCEPT';

describe('one namespace', () => {
  it.each([
    'docker exec web iptables',
    'docker exec -it -u root --privileged web iptables',
    'sudo docker exec web /sbin/iptables',
    'podman exec web iptables',
    'ip netns exec blue iptables',
    'sudo ip netns exec blue iptables -w',
    'nsenter -t 4711 -n iptables',
    'nsenter --net=/run/netns/blue iptables',
    'kubectl exec web-0 -c istio-proxy -n shop -- iptables',
    '/usr/sbin/ip netns exec blue iptables-legacy',
  ])('%s', (program) => {
    const found = read(`${program} ${RULE}\n${program} -A INPUT -j DROP\n`);
    expect(found.errors).toEqual([]);
    expect(found.text).toContain('-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n-A INPUT -j DROP\n');
  });
});

describe('more than one', () => {
  it.each([
    [`docker exec a iptables ${RULE}\ndocker exec b iptables -A INPUT -j DROP\n`, 'runs in `docker b`, and the calls before in `docker a`'],
    [`iptables ${RULE}\nip netns exec blue iptables ${RULE}\n`, 'runs in `ip blue`, and the calls before here'],
    [`ip netns exec blue iptables ${RULE}\niptables ${RULE}\n`, 'runs here, and the calls before in `ip blue`'],
  ])('%j', (text, says) => expect(read(text).errors).toEqual([expect.stringContaining(says)]));
});

describe('what is not understood is not guessed', () => {
  it.each([`docker exec $C iptables ${RULE}`, `docker run image iptables ${RULE}`, `ip -n blue netns exec iptables ${RULE}`])(
    '%s',
    (text) => expect(read(`${text}\n`).errors.length).toBeGreaterThan(0),
  );
});
