/** What to do about the rules of a proxy that the host names, in the words of its own chains, port and user. */

import type { Leg } from '../../connection/journey.ts';
import { does } from '../../netfilter/everyEffect.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import type { Rule } from '../../ruleset/ruleset.ts';

export type OwnFinding = Pick<Finding, 'claim' | 'blame' | 'witness' | 'family'>;

/** Undefined: the page of the claim says it as well. */
export function remedyOfOwn(finding: OwnFinding): string | undefined {
  const { claim, blame, witness } = finding;
  const [path] = witness?.paths ?? [];
  const leg = path?.legs.at(path.cycleFrom === undefined ? 0 : -1);
  switch (claim) {
    case 'no-redirect-loop':
    case 'proxy-egress-direct':
      return leg === undefined ? undefined : letPast(finding, leg, blame.find(handsOver));
    case 'own-port-closed':
      return leg === undefined ? undefined : closePort(finding, leg);
    case 'outbound-captured':
    case 'inbound-captured':
    case 'dns-captured':
      return blame[0] === undefined ? undefined : comeFirst(blame[0]);
    default:
      return undefined;
  }
}

function handsOver(rule: Rule): boolean {
  return does(rule, 'divert', 'nat', 'setMark');
}

/** `iptables -t nat -I REDSOCKS 1 ...`, by what the rules can know the packet by. */
function letPast(finding: OwnFinding, leg: Leg, by: Rule | undefined): string | undefined {
  const { walk, listener } = leg;
  const { packet } = walk;
  const name = listener?.process ?? 'the proxy';
  if (by === undefined) return listener?.port === undefined ? undefined : closePort(finding, leg);
  const { table, chain, number } = by;
  const insert = (into: string, match: string): string => `\`${program(finding)} -t ${table} -I ${into} 1 ${match} -j RETURN\``;
  if (packet.src === packet.dst)
    return `Let what is for this host itself past before ${chain}#${number}: ${insert(chain, '-m addrtype --dst-type LOCAL')}.`;
  if (packet.mark !== 0)
    return `Let what ${name} sends past before ${chain}#${number}, by its mark: ${insert(chain, `-m mark --mark 0x${packet.mark.toString(16)}`)}.`;
  if (packet.uid !== undefined && packet.uid !== 0)
    return `Let what ${name} sends past before ${chain}#${number}, by its user: ${insert('OUTPUT', `-m owner --uid-owner ${packet.uid}`)}.`;
  return `Run ${name} as a user of its own, or let it set a mark, and let that past before ${chain}#${number}: ${insert('OUTPUT', '-m owner --uid-owner USER')}. What root sends cannot be told from it.`;
}

function closePort(finding: OwnFinding, { walk: { packet }, listener }: Leg): string {
  const { process = 'the proxy', port = packet.dport ?? 0 } = listener ?? {};
  const proto = packet.proto === PROTO.udp ? 'udp' : 'tcp';
  const drop = (chain: string): string => `\`${program(finding)} -t raw -I ${chain} -p ${proto} --dport ${port} -j DROP\``;
  return `Drop calls to port ${port} of ${process} itself: ${drop('PREROUTING')}, ${drop('OUTPUT')}. What is redirected there still has its own port in table raw.`;
}

function comeFirst({ table, chain, number }: Rule): string {
  return `Let the rules of the proxy come before ${table} ${chain}#${number}, or write there what is not meant for it.`;
}

function program({ family }: OwnFinding): string {
  return family === 6 ? 'ip6tables' : 'iptables';
}
