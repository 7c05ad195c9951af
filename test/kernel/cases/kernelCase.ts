/** Facts about the kernel that were measured once and are measured again on every run: what each packet met, in the simulator and in Linux.
 *  `ends` maps a packet to its end as compare.ts writes it, `mark 0` left out; `meets` to rows on its way. */
import type { TableName } from '../../../src/netfilter/hooks.ts';
import { TABLE_HOOKS } from '../../../src/netfilter/hooks.ts';
import type { HostJson } from '../question.ts';

export interface KernelCase {
  /** a fact in one sentence */
  readonly name: string;
  readonly host?: Partial<HostJson>;
  /** iptables-restore text of one family */
  readonly rules: string;
  readonly ends?: Readonly<Record<string, string>>;
  /** ends that a backend has otherwise than the simulator */
  readonly endsOn?: Readonly<Partial<Record<'legacy' | 'nft', Readonly<Record<string, string>>>>>;
  readonly meets?: Readonly<Record<string, readonly string[]>>;
  /** rows that the packet must not meet */
  readonly misses?: Readonly<Record<string, readonly string[]>>;
}

export const USUAL: HostJson = {
  interfaces: [
    { name: 'lo', addresses: ['::6/128'] },
    { name: 'eth0', addresses: ['10.244.0.5/24', 'fd00:10:244::5/64'] },
    { name: 'net1', addresses: ['192.168.50.5/24', 'fd00:192:168:50::5/64'] },
  ],
  routes: ['default via 10.244.0.1 dev eth0', '-6 default via fd00:10:244::1 dev eth0'],
};

export const FORWARDING: Partial<HostJson> = { sysctls: { 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1' } };
export const LINK_LOCAL: Partial<HostJson> = {
  interfaces: [
    { name: 'lo', addresses: ['::6/128'] },
    { name: 'eth0', addresses: ['10.244.0.5/24', 'fd00:10:244::5/64', 'fe80::5/64'] },
    { name: 'net1', addresses: ['192.168.50.5/24', 'fd00:192:168:50::5/64'] },
  ],
};

/** A table with all its base chains, so that both backends walk them. */
const table =
  (name: TableName) =>
  (...rules: readonly string[]): string =>
    [`*${name}`, ...TABLE_HOOKS[name].map((chain) => `:${chain} ACCEPT`), ...rules, 'COMMIT', ''].join('\n');
export const raw = table('raw');
export const mangle = table('mangle');
export const nat = table('nat');
export const filter = table('filter');

/** Marks each packet with its conntrack state. */
const STATES = ['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED'] as const;
export const markState = (chain: string): string =>
  mangle(...STATES.map((state, index) => `-A ${chain} -m conntrack --ctstate ${state} -j MARK --set-mark ${index + 1}`));
export const stateOf = (state: (typeof STATES)[number]): string => ` mark ${STATES.indexOf(state) + 1}`;

export const out = (flags: string): string => `out tcp 10.244.0.5 -> 10.0.0.9:80 flags=${flags}`;
export const SENT = 'sent -o eth0 10.244.0.5:40000 > 10.0.0.9:80';

/** A table with two chains of the user's, A and B. */
export const chains = (table: string, ...rules: readonly string[]): string =>
  [`*${table}`, ...['A', 'B'].map((chain) => `:${chain} - [0:0]`), ...rules, 'COMMIT', ''].join('\n');
export const OUT = 'out tcp 10.244.0.5 -> 10.0.0.9:80';
