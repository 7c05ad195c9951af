/** A host and what is asked of it, as sends.py takes it. */
import type { HostDescription } from '../../../src/host/hostDescription.ts';

/** `late`: an interface that is down has been up. */
export interface RoutedHost extends HostDescription {
  readonly interfaces: readonly (HostDescription['interfaces'][number] & { readonly late?: true })[];
}

/** `get`: the look-up for a packet that arrives; `arrive`: that packet itself; the others are sent by a real socket. */
export interface Send {
  readonly how: 'connect' | 'sendto' | 'get' | 'arrive';
  readonly proto: 'tcp' | 'udp';
  readonly proto_number: number;
  readonly dst: string;
  readonly dport: number;
  readonly uid: number;
  readonly mark?: number;
  readonly tos?: number;
  /** that the socket is bound to, or that of a packet that arrives */
  readonly src?: string;
  readonly sport?: number;
  readonly oif?: string;
  readonly iif?: string;
  /** length of the whole packet, of UDP and of packets that arrive; absent: a short one */
  readonly size?: number;
  /** whether it may not be fragmented; absent: as Linux has it */
  readonly df?: boolean;
}

/** Of a socket or a packet that arrives: where it was seen; of a look-up: its route. */
export interface KernelAnswer {
  /** `unbound`: the socket could not be bound as it was asked */
  readonly end?: 'sent' | 'forwarded' | 'delivered' | 'lost' | 'unbound';
  readonly type?: string;
  readonly oif?: string;
  readonly src?: string;
  readonly error?: string;
  /** that an ICMP error has told */
  readonly mtu?: number;
  /** of the socket, where it is connected */
  readonly name?: string | null;
}

export interface HostAnswers {
  /** what the kernel does not have: `address NAME TEXT`, `rule TEXT`, `route TABLE TEXT` */
  readonly refused: readonly string[];
  readonly answers: readonly KernelAnswer[];
}

/** The host without what the kernel has refused. */
export function accepted(host: RoutedHost, refused: readonly string[]): RoutedHost {
  const left = [...refused];
  const isKept = (text: string): boolean => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  };
  return {
    ...host,
    interfaces: host.interfaces.map((nic) => ({
      ...nic,
      // an interface that is set down loses those of IPv6
      addresses: nic.addresses.filter((text) => isKept(`address ${nic.name} ${text}`) && !(nic.late && text.includes(':'))),
    })),
    routes: lastFirst(host.routes ?? [], (text) => isKept(`route main ${text}`)),
    route_tables: Object.fromEntries(
      Object.entries(host.route_tables ?? {}).map(([table, texts]) => [
        table,
        lastFirst(texts, (text) => isKept(`route ${table} ${text}`)),
      ]),
    ),
    ip_rules: lastFirst(host.ip_rules ?? [], (text) => isKept(`rule ${text}`)),
  };
}

/** Of equal texts the later ones were refused. */
function lastFirst(texts: readonly string[], keeps: (text: string) => boolean): readonly string[] {
  return [...texts].reverse().filter(keeps).reverse();
}
