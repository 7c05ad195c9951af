/** The firewall of an institute as such dumps are: one chain that pairs senders' addresses with their network cards against spoofing, and
 *  services by address with `-m state` and `-m multiport`, for hosts and for networks, in chains by direction. */
import type { Family } from '../../src/packet/address.ts';

export interface InstituteSize {
  /** hosts whose address goes with a card */
  readonly hosts: number;
  readonly services: number;
  readonly family: Family;
}

export function instituteFirewall({ hosts, services, family }: InstituteSize, seed = 1): string {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const hex = (digits: number): string => Array.from({ length: digits }, () => below(16).toString(16)).join('');
  const hostAt = (network: number, host: number): string =>
    family === 4
      ? `10.${network}.${host >> 8}.${host & 255}/32`
      : `2001:db8:0:${(network + 1).toString(16)}::${(host + 1).toString(16)}/128`;
  const networkOf = (network: number): string => (family === 4 ? `10.${network}.0.0/16` : `2001:db8:0:${(network + 1).toString(16)}::/64`);
  const card = (): string => `00:${[hex(2), hex(2), hex(2), hex(2), hex(2)].join(':')}`.toLowerCase();
  const NETWORKS = 20;
  const at = Array.from({ length: hosts }, (_, index) => hostAt(index % NETWORKS, Math.floor(index / NETWORKS)));
  const spoofing = at.map((address) => `-A SPOOFING -s ${address} -m mac --mac-source ${card()} -j RETURN`);
  const ports = (): string => {
    const many = Array.from(
      { length: 1 + below(4) },
      () => [22, 25, 53, 80, 110, 143, 389, 443, 445, 636, 993, 3306, 8080, 8443][below(14)],
    );
    return [...new Set(many)].join(',');
  };
  const service = (index: number): string => {
    const to = below(5) === 0 ? networkOf(below(NETWORKS)) : at[below(at.length)];
    const from = below(4) === 0 ? `-s ${below(2) === 0 ? networkOf(below(NETWORKS)) : at[below(at.length)]} ` : '';
    const proto = below(4) === 0 ? 'udp' : 'tcp';
    const by = below(3) === 0 ? `--dport ${1024 + below(60_000)}` : `-m multiport --dports ${ports()}`;
    return `-A ${index % 3 === 0 ? 'INSIDE' : 'SERVICES'} ${from}-d ${to} -p ${proto} -m state --state NEW -m ${proto} ${by} -j ACCEPT`;
  };
  return [
    '*filter',
    ':INPUT DROP [0:0]',
    ':FORWARD DROP [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ...['INSIDE', 'SERVICES', 'SPOOFING'].map((name) => `:${name} - [0:0]`),
    '-A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT',
    '-A FORWARD -m state --state INVALID -j DROP',
    '-A FORWARD -i eth1 -j SPOOFING',
    '-A FORWARD -i eth1 -j INSIDE',
    '-A FORWARD -j SERVICES',
    '-A FORWARD -m limit --limit 5/sec -j LOG --log-prefix "denied "',
    '-A FORWARD -j REJECT',
    ...spoofing,
    '-A SPOOFING -j DROP',
    ...Array.from({ length: services }, (_, index) => service(index)),
    'COMMIT',
    '',
  ].join('\n');
}
