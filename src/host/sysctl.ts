/** Sysctls of interfaces as a host description gives them: one of an interface's own, or that of `all`.
 *  kernel net/ipv4/devinet.c devinet_conf_proc(), net/ipv6/addrconf.c addrconf_sysctl_register() */
import { memoize } from '../lib/memo.ts';
import type { Host } from './host.ts';

/** A numeric sysctl of one interface, `{}` standing for its name; that of `all` when it is not set, 0 when neither is. */
export function interfaceSetting(host: Host, pattern: string, name: string | undefined): number {
  return ofPattern(host, pattern)(name ?? 'all');
}

const ofPattern = memoize((host: Host, pattern: string) => {
  const known = new Map<string, number>();
  return (name: string): number => {
    let value = known.get(name);
    if (value === undefined) {
      value = Number(host.sysctls.get(pattern.replace('{}', name)) ?? host.sysctls.get(pattern.replace('{}', 'all')) ?? 0);
      known.set(name, value);
    }
    return value;
  };
});
