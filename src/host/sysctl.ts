/** Sysctls of interfaces as a host description gives them. The larger counts of an interface's own and that of `all`.
 *  kernel include/linux/inetdevice.h IN_DEV_ORCONF(), IN_DEV_MAXCONF(); net/ipv4/devinet.c devinet_conf_proc(),
 *  net/ipv6/addrconf.c addrconf_sysctl_register() */
import { memoize } from '../lib/memo.ts';
import type { Host } from './host.ts';

/** A numeric sysctl of one interface, `{}` standing for its name; 0 where neither it nor that of `all` is set. */
export function interfaceSetting(host: Host, pattern: string, name: string | undefined): number {
  return ofPattern(host, pattern)(name ?? 'all');
}

const ofPattern = memoize((host: Host, pattern: string) => {
  const known = new Map<string, number>();
  const given = (name: string): string | undefined => host.sysctls.get(pattern.replace('{}', name));
  return (name: string): number => {
    const before = known.get(name);
    if (before !== undefined) return before;
    // what is not given of an interface it has had from `default` when it was made
    const own = given(name) ?? (name === 'all' || name === 'lo' ? undefined : given('default'));
    const value = Math.max(Number(own ?? 0), Number(given('all') ?? 0));
    known.set(name, value);
    return value;
  };
});
