/** A described host, rules and packets as a question to the kernel oracle. What a description says beside what the program reads of it
 *  is part of the question: sysctls, and which interfaces have frames. */
import type { HostDescription } from '../../src/host/hostDescription.ts';
import type { OracleQuestion } from '../../src/kernel/asked/oracle.ts';
import { packetQuestion, type SentPacket } from '../../src/kernel/asked/packetQuestion.ts';
import { framedInterfaces, worldQuestion } from '../../src/kernel/asked/worldQuestion.ts';
import { hostOf } from '../support/host.ts';

export type { SentPacket } from '../../src/kernel/asked/packetQuestion.ts';

/** The JSON form of a host, as far as a kernel can be given it. */
export type HostJson = HostDescription;

export interface Rules {
  readonly v4?: string;
  readonly v6?: string;
  /** a listing or commands of nft */
  readonly nft?: string;
  /** that is loaded before those of iptables */
  readonly nftFirst?: boolean;
}

export function questionOf(host: HostJson, rules: Rules, packets: readonly SentPacket[]): OracleQuestion {
  const { interfaces, ...world } = worldQuestion(hostOf(host), []);
  const framed = new Set([...framedInterfaces(packets), ...host.interfaces.flatMap(({ name, type }) => (type === 'veth' ? [name] : []))]);
  return {
    ...(rules.v4 === undefined ? {} : { rules_v4: rules.v4 }),
    ...(rules.v6 === undefined ? {} : { rules_v6: rules.v6 }),
    ...(rules.nft === undefined ? {} : { rules_nft: rules.nft }),
    ...(rules.nftFirst === true && { nft_first: true }),
    ...world,
    interfaces: (interfaces as readonly { readonly name: string }[]).map((one) => ({
      ...one,
      ...(framed.has(one.name) && { type: 'veth' }),
    })),
    sysctls: host.sysctls ?? {},
    packets: packets.map(packetQuestion),
  };
}

/** Several flows over one host and its rules: connections last within a flow. */
export function flowQuestion(host: HostJson, rules: Rules, flows: readonly (readonly SentPacket[])[]): OracleQuestion {
  const packets = flows.flatMap((flow) => flow.map((packet, index) => ({ ...packetQuestion(packet), icmp_id: 1, fresh: index === 0 })));
  return { ...questionOf(host, rules, flows.flat()), packets, mode: 'stateful' };
}
