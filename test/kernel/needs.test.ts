/** What is missing is said in one line, whatever it is; then the kernel suite is skipped, not failed. */
import { describe, expect, it } from 'vitest';
import { COMMANDS, type Here, whyNoKernel } from './needs.ts';

const ALL: Here = { platform: 'linux', isRoot: true, hasCommand: () => true, hasTun: true, probe: () => undefined };

describe('the kernel suite', () => {
  it('runs where all of the list is there', () => {
    expect(whyNoKernel(ALL)).toBeUndefined();
  });

  it.each(COMMANDS)('is skipped aloud without %s', (command) => {
    expect(whyNoKernel({ ...ALL, hasCommand: (name) => name !== command })).toBe(skippedFor(`no ${command}`));
  });

  it.each([
    ['this is darwin', { platform: 'darwin' }],
    ['not root', { isRoot: false }],
    ['no /dev/net/tun', { hasTun: false }],
    ['unshare failed: Operation not permitted', { probe: () => 'unshare failed: Operation not permitted' }],
    ['no ip, ipset', { hasCommand: (name: string) => !name.startsWith('ip') || name.startsWith('ipt') || name.startsWith('ip6') }],
  ] as const)('is skipped aloud: %s', (why, less) => {
    expect(whyNoKernel({ ...ALL, ...less })).toBe(skippedFor(why));
  });

  it('names the remedy for each program', () => {
    const packages = { bash: 'Linux', unshare: 'Linux', python3: 'python3', ip: 'iproute2', nft: 'nftables', ipset: 'ipset' };
    for (const command of COMMANDS) {
      const name = command.replace(/^ip6?tables-.*/, 'iptables');
      expect(skippedFor('')).toContain(name === 'iptables' ? name : packages[name as keyof typeof packages]);
    }
  });
});

function skippedFor(why: string): string {
  return `kernel suite skipped: ${why}; run \`npm run test:kernel\` as root on Linux, with iptables, nftables, ipset, iproute2 and python3`;
}
