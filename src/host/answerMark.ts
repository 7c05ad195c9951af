/** Whether the kernel's own answers have the mark of the packet that they are about: resets, ICMP errors, echo replies.
 *  kernel Documentation/networking/ip-sysctl.rst fwmark_reflect */
import type { Family } from '../packet/address.ts';
import type { Host } from './host.ts';

export function reflectsMark({ sysctls }: Pick<Host, 'sysctls'>, family: Family): boolean {
  return sysctls.get(family === 4 ? 'net.ipv4.fwmark_reflect' : 'net.ipv6.fwmark_reflect') === '1';
}
