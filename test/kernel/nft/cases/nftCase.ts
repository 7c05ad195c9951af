/** Facts about nftables that were measured once and are measured again on every run: a text, packets, and what the kernel does. The tables are
 *  named as in rows, `inet t`; the facts are written so that the simulator can be asked the same. */
import type { HostJson } from '../../question.ts';

export interface NftCase {
  /** a fact in one sentence */
  readonly name: string;
  readonly host?: Partial<HostJson>;
  readonly nft: string;
  /** beside them, of the family of the packets */
  readonly rules?: string;
  /** which is loaded last; both backends are asked unless one is named */
  readonly last?: 'nft' | 'iptables';
  readonly backends?: readonly ('legacy' | 'nft')[];
  /** the simulator does not know what earlier packets did: one of its ways is the kernel's */
  readonly remembers?: true;
  /** what the simulator does not say, and calls by this name */
  readonly undecided?: string;
  /** as in kernelCase.ts */
  readonly ends?: Readonly<Record<string, string>>;
  readonly meets?: Readonly<Record<string, readonly string[]>>;
  readonly misses?: Readonly<Record<string, readonly string[]>>;
}

/** `t` is of family inet. */
export const inet = (...parts: readonly string[]): string => table('inet t', ...parts);
export const table = (name: string, ...parts: readonly string[]): string => `table ${name} {\n${parts.join('\n')}\n}\n`;

/** `base('i', 'filter input 0', ...)`; the policy may stand among the rules. */
export function base(name: string, place: string, ...rules: readonly string[]): string {
  const [, type, hook, priority] = /^(\S+) (\S+) (.+)$/.exec(place) ?? [];
  return chain(name, `type ${type} hook ${hook} priority ${priority};`, ...rules);
}

export const chain = (name: string, ...rules: readonly string[]): string => `chain ${name} {\n${rules.join('\n')}\n}`;

export const IN = 'in tcp 10.0.0.9 -> 10.244.0.5:80 iif=eth0';
export const IN6 = 'in tcp 2001:db8::9 -> [fd00:10:244::5]:80 iif=eth0';
export const IN_UDP = 'in udp 10.0.0.9 -> 10.244.0.5:80 iif=eth0';
export const OUT = 'out tcp 10.244.0.5 -> 203.0.113.9:80 uid=1000 gid=1000';
export const OUT6 = 'out tcp fd00:10:244::5 -> [2001:db8::9]:80 uid=1000 gid=1000';
export const OUT_UDP = 'out udp 10.244.0.5 -> 203.0.113.9:80 uid=1000 gid=1000';
export const THROUGH = 'in tcp 10.0.0.9 -> 192.168.50.9:80 iif=eth0';

export const DELIVERED = 'delivered -i eth0 10.0.0.9:40000 > 10.244.0.5:80';
export const DELIVERED6 = 'delivered -i eth0 [2001:db8::9]:40000 > [fd00:10:244::5]:80';
export const SENT = 'sent -o eth0 10.244.0.5:40000 > 203.0.113.9:80';
export const SENT6 = 'sent -o eth0 [fd00:10:244::5]:40000 > [2001:db8::9]:80';
export const FORWARDED = 'forwarded -o net1 10.0.0.9:40000 > 192.168.50.9:80';
/** As an end: delivered to another port. */
export const toPort = (port: number): string => `delivered -i eth0 10.0.0.9:40000 > 10.244.0.5:${port}`;

export const PROXY: Partial<HostJson> = {
  listeners: [
    { proto: 'tcp', port: 15006, process: 'proxy', transparent: true },
    { proto: 'tcp', port: 15001, process: 'proxy' },
  ],
};
export const toProxy = (rest: string): string => `delivered to a transparent socket ${rest.slice('delivered '.length)}`;
