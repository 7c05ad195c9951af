/** Settings of istio-iptables after defaults, environment and flags, under the names that its flags and variables have. */
import type { ENV_SETTINGS, FLAGS } from './flags.ts';

type Known = (typeof FLAGS)[number];
type SwitchName = Extract<Known, { readonly kind: 'switch' }>['name'];
type TextName = Exclude<Known['name'], SwitchName> | (typeof ENV_SETTINGS)[number]['name'];

/** Lists are still the text that was given: what a list means depends on the setting. */
export type Settings = { readonly [N in TextName]: string } & { readonly [N in SwitchName]: boolean };

/** What Istio reads from the machine it runs on. */
export interface HostFacts {
  /** decides whether IPv6 rules are written, before the addresses */
  readonly ipv6?: boolean;
  /** of all interfaces in their order, with or without a length */
  readonly addresses?: readonly string[];
  /** of resolv.conf */
  readonly nameservers: readonly string[];
  /** user ids by name */
  readonly users: Readonly<Record<string, string>>;
  readonly sysctls: Readonly<Record<string, string>>;
  /** of a node: the number of the user that its kubelet runs as; root when absent */
  readonly kubeletUid?: string;
}

/** Items of a list: split at commas, empty ones dropped, none trimmed. */
export function splitList(text: string): readonly string[] {
  return text.split(',').filter((item) => item !== '');
}
