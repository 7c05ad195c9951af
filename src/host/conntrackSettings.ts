/** What the host says about conntrack's view of TCP. kernel Documentation/networking/nf_conntrack-sysctl.rst */
import type { Host } from './host.ts';

type Settings = Pick<Host, 'sysctls'>;

/** A bare ACK may be of a connection that is older than the table. */
export function takesLooseTcp({ sysctls }: Settings): boolean {
  return sysctls.get('net.netfilter.nf_conntrack_tcp_loose') !== '0';
}

/** Segments outside of the window are of their connection all the same. */
export function isLiberalTcp({ sysctls }: Settings): boolean {
  return sysctls.get('net.netfilter.nf_conntrack_tcp_be_liberal') === '1';
}
