/** What the kernel suite needs, in one list. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const IPTABLES = ['iptables', 'ip6tables'].flatMap((family) =>
  ['nft', 'legacy'].flatMap((backend) => ['', '-restore', '-save'].map((end) => `${family}-${backend}${end}`)),
);

export const COMMANDS: readonly string[] = ['bash', 'unshare', 'python3', 'ip', 'nft', 'ipset', ...IPTABLES];

/** Both backends, both families, a set and a namespace: what needs a module, or a right that a container may not have. */
const PROBE = [
  'ip link set lo up',
  'nft add table inet probe',
  'ipset create probe hash:ip',
  ...['iptables', 'ip6tables'].flatMap((family) =>
    ['nft', 'legacy'].map(
      (backend) =>
        `for table in raw mangle nat filter security; do printf '*%s\\n-A OUTPUT -p tcp -j ACCEPT\\nCOMMIT\\n' $table; done | ${family}-${backend}-restore`,
    ),
  ),
].join('\n');

export interface Here {
  readonly platform: string;
  readonly isRoot: boolean;
  readonly hasCommand: (name: string) => boolean;
  readonly hasTun: boolean;
  /** what went wrong in a namespace with all of it */
  readonly probe: () => string | undefined;
}

/** Why the kernel cannot be asked here, in one line with the remedy; undefined when it can. */
export function whyNoKernel(here: Here = thisMachine()): string | undefined {
  const why = missingIn(here);
  if (why === undefined) return undefined;
  const how = 'run `npm run test:kernel` as root on Linux, with iptables, nftables, ipset, iproute2 and python3';
  return `kernel suite skipped: ${why}; ${how}`;
}

function missingIn({ platform, isRoot, hasCommand, hasTun, probe }: Here): string | undefined {
  if (platform !== 'linux') return `this is ${platform}`;
  if (!isRoot) return 'not root';
  const missing = COMMANDS.filter((command) => !hasCommand(command));
  if (missing.length > 0) return `no ${missing.join(', ')}`;
  return hasTun ? probe() : 'no /dev/net/tun';
}

function thisMachine(): Here {
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    hasCommand: (name) => (process.env.PATH ?? '').split(delimiter).some((folder) => isAccessible(join(folder, name), constants.X_OK)),
    hasTun: isAccessible('/dev/net/tun', constants.R_OK | constants.W_OK),
    probe: () => {
      const { status, stderr } = spawnSync('unshare', ['-n', 'bash', '-e', '-o', 'pipefail', '-c', PROBE], {
        encoding: 'utf8',
        timeout: 60_000,
      });
      return status === 0 ? undefined : (stderr.trim().split('\n')[0] ?? `the probe ended with ${status}`);
    },
  };
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
