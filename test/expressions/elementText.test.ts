/** What a map has for a packet is told by the element that it found, as nft lists it. */
import { describe, expect, test } from 'vitest';
import { chainwalk } from '../cli/memoryIo.ts';

const RULES = `add table inet t
add chain inet t web
add map inet t services { type inet_proto . ipv4_addr . inet_service : verdict ; elements = { 6 . 10.96.0.1 . 80 comment "web" : goto web, tcp . 10.96.0.2 . 8080 : drop } ; }
add map inet t marks { type inet_service : mark ; flags interval ; elements = { 80 : 1, 443-444 : 0x20 } ; }
add rule inet t web dnat ip to tcp dport map { 80 : 10.244.0.7 . 8080 }
add chain inet t out { type nat hook output priority -100 ; }
add rule inet t out meta l4proto . ip daddr . th dport vmap @services
add chain inet t late { type filter hook output priority 10 ; }
add rule inet t late meta mark set tcp dport map @marks
add rule inet t late tcp dport vmap { 25 : drop, * : accept }
`;

async function found(packet: string): Promise<readonly string[]> {
  const { out } = await chainwalk(['trace', 'rules', packet, '--json'], { files: { rules: RULES } });
  const [leg] = (JSON.parse(out) as { legs: readonly { steps: readonly { found?: readonly string[] }[] }[] }).legs;
  return leg?.steps.flatMap((step) => step.found ?? []) ?? [];
}

describe('elements of maps in answers', () => {
  test.each([
    ['out tcp -> 10.96.0.1:80', ['tcp . 10.96.0.1 . 80 : goto web', '80 : 10.244.0.7 . 8080', '* : accept']],
    ['out tcp -> 10.96.0.2:8080', ['tcp . 10.96.0.2 . 8080 : drop']],
    ['out tcp -> 203.0.113.9:443', ['443-444 : 0x00000020', '* : accept']],
    ['out tcp -> 203.0.113.9:25', ['25 : drop']],
    ['out udp -> 203.0.113.9:25', []],
  ])('%s: %s', async (packet, elements) => {
    expect(await found(packet)).toEqual(elements);
  });

  test('the answer names the element that decides', async () => {
    const { out } = await chainwalk(['trace', 'rules', 'out tcp -> 10.96.0.2:8080'], { files: { rules: RULES } });
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'DROPPED by inet t out#1 at rules:7: meta l4proto . ip daddr . th dport vmap @services, tcp . 10.96.0.2 . 8080 : drop',
    );
  });
});
