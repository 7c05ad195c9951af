/** The matchers of chainwalk/vitest on rules of nftables: a listing, commands, and rules of both kinds on one host. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from '../../src/api/library/index.ts';
import '../../src/api/vitest/index.ts';

const LISTING = readFileSync(new URL('../../fixtures/nft/istio-sidecar.nft', import.meta.url), 'utf8');
const COMMANDS = `add table inet guard
add chain inet guard out { type filter hook output priority 10 ; }
add map inet guard ports { type inet_service : verdict ; }
add element inet guard ports { 25 : drop, 587 : accept }
add rule inet guard out tcp dport vmap @ports
`;
const OUT = 'out tcp -> 203.0.113.9:443';

describe('rules of nftables', () => {
  it('a listing, as text and parsed', () => {
    for (const rules of [LISTING, parse(LISTING)]) {
      expect(rules).toCapture(OUT);
      expect(rules).not.toCapture(`${OUT} uid=1337 gid=1337`);
      expect(rules).toReach(OUT, 15001);
      expect(rules).toReach('in tcp -> 10.244.0.5:8080', 15006);
    }
  });

  it('commands', () => {
    expect(COMMANDS).toReach('out tcp -> 203.0.113.9:25', 'dropped');
    expect(COMMANDS).not.toReach('out tcp -> 203.0.113.9:587', 'dropped');
    expect(COMMANDS).toReach('out tcp -> [2001:db8::9]:25', 'dropped');
  });

  it('beside rules of iptables', () => {
    const saved = '*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp -m tcp --dport 587 -j DROP\nCOMMIT\n';
    const both = parse(saved, { with: { 'guard.nft': COMMANDS } });
    for (const port of [25, 587]) expect(both).toReach(`out tcp -> 203.0.113.9:${port}`, 'dropped');
    expect(both).not.toReach('out tcp -> 203.0.113.9:80', 'dropped');
  });

  it('what is wrong is said with the element that decided', () => {
    const wrong = () => expect(COMMANDS).not.toReach('out tcp -> 203.0.113.9:25', 'dropped');
    expect(wrong).toThrow(/tcp dport vmap @ports/);
  });
});
