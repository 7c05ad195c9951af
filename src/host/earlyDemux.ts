/** Whether arriving packets are looked up among the sockets of connections before they are routed.
 *  kernel net/ipv4/ip_input.c ip_rcv_finish_core(), net/ipv6/ip6_input.c ip6_rcv_finish_core() */
import type { Host } from './host.ts';

export function demuxesEarly({ sysctls }: Host): boolean {
  return SWITCHES.every((name) => sysctls.get(name)?.trim() !== '0');
}

const SWITCHES = ['net.ipv4.ip_early_demux', 'net.ipv4.tcp_early_demux'];
