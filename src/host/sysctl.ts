import type { Host } from './host.ts';

/** A numeric sysctl of one interface, `{}` standing for its name; that of `all` when it is not set, 0 when neither is. */
export function interfaceSetting(host: Host, pattern: string, name: string | undefined): number {
  const own = name === undefined ? undefined : host.sysctls.get(pattern.replace('{}', name));
  return Number(own ?? host.sysctls.get(pattern.replace('{}', 'all')) ?? 0);
}
