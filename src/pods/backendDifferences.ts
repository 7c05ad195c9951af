/** Istio's two backends for the same settings: what is known to set them apart, and which of it a class of changed packets shows.
 *  source: docs/facts/istio.md#iptables-and-nftables */
import type { Outcome } from '../connection/journey.ts';
import type { ChangedClass } from '../diff/classes.ts';
import type { Sides } from '../diff/question.ts';
import { does, everyMatch } from '../netfilter/everyEffect.ts';
import { asksAbout, equals, type MatchExpr, present } from '../netfilter/matchExpr.ts';
import type { Family } from '../packet/address.ts';
import type { Packet } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Level } from '../prove/proof/claim.ts';
import { leftWithoutSocket } from '../prove/proof/silentProxy.ts';
import type { Rule, Ruleset } from '../ruleset/ruleset.ts';
import type { ConversationPart } from '../simulate/conversation.ts';

/** Each has a page of `explain`. */
export type BackendDifference =
  | 'nft-ipv6-unwritten'
  | 'nft-ipv6-tracked'
  | 'nft-invalid-of-tcp'
  | 'nft-no-user'
  | 'nft-tproxy'
  | 'nft-kubelet-user';

/** Connections change their way, or packets that are none; or nothing that anybody opens ends otherwise. */
export const LEVEL_OF_DIFFERENCE: Readonly<Record<BackendDifference, Level>> = {
  'nft-ipv6-unwritten': 'error',
  'nft-tproxy': 'error',
  'nft-invalid-of-tcp': 'warning',
  'nft-kubelet-user': 'warning',
  'nft-ipv6-tracked': 'info',
  'nft-no-user': 'info',
};

interface Shown {
  readonly change: ChangedClass;
  readonly iptables: ChangedClass['base'];
  readonly nftables: ChangedClass['base'];
  /** iptables has no rules for the family of the example, which is IPv6 */
  readonly isUnruled: boolean;
}

/** In this order: the first that a class shows is its name. */
const DIFFERENCES: readonly (readonly [BackendDifference, (shown: Shown) => boolean])[] = [
  ['nft-ipv6-unwritten', (shown) => shown.isUnruled && !isFragment(shown)],
  ['nft-ipv6-tracked', ({ isUnruled }) => isUnruled],
  ['nft-invalid-of-tcp', ({ iptables, change: { example } }) => dropsInvalid(iptables, example.proto) || dropsErrors(iptables)],
  ['nft-tproxy', ({ iptables }) => endOf(iptables) === 'lost' && iptables.rule !== undefined && does(iptables.rule, 'divert')],
  ['nft-kubelet-user', ({ change, iptables, nftables }) => change.example.dir === 'out' && [iptables, nftables].some(isOfPostrouting)],
  ['nft-no-user', (shown) => isOfNoUser(shown.change.example) || isAnsweredByNoUser(shown)],
];

/** What they ask of a packet: no class may have both kinds, or its example would not speak for all of it. */
export const TOLD_APART: readonly MatchExpr[] = [equals('proto', PROTO.tcp), present('uid'), equals('fragOffset', 0)];

export interface BackendDifferences {
  readonly differenceOf: (change: ChangedClass) => BackendDifference | undefined;
  /** of packets that are not followed to the end, in a family */
  readonly differenceOfUnclear: (family: Family) => BackendDifference | undefined;
  /** what no packet shows while the proxy listens */
  readonly unseen: readonly BackendDifference[];
}

/** Undefined: the two sides are not Istio's rules of one backend and of the other. */
export function backendDifferences({ base, head }: Sides<readonly Ruleset[]>): BackendDifferences | undefined {
  const [from, to] = [isOfNftables(base), isOfNftables(head)];
  if (from === to) return undefined;
  const [written, native] = from ? [head, base] : [base, head];
  const differenceOf = (change: ChangedClass): BackendDifference | undefined => {
    const [iptables, nftables] = from ? [change.head, change.base] : [change.base, change.head];
    const isUnruled = isUnwritten(change.example.family, written);
    return DIFFERENCES.find(([, shows]) => shows({ change, iptables, nftables, isUnruled }))?.[0];
  };
  const differenceOfUnclear = (family: Family): BackendDifference | undefined =>
    isUnwritten(family, written) ? 'nft-ipv6-unwritten' : undefined;
  return { differenceOf, differenceOfUnclear, unseen: native.some((one) => leftWithoutSocket(one).length > 0) ? ['nft-tproxy'] : [] };
}

export function isOfNftables(rulesets: readonly Ruleset[]): boolean {
  return rulesets.some(({ tables }) => [...tables.keys()].some((name) => name.startsWith('inet istio-')));
}

/** iptables has no rules for IPv6. */
function isUnwritten(family: Family, written: readonly Ruleset[]): boolean {
  return family === 6 && !written.some((one) => one.family === family && one.tables.size > 0);
}

function isFragment({ change: { example } }: Shown): boolean {
  return example.fragOffset !== 0;
}

const CAPTURED: readonly Outcome[] = ['captured-in', 'captured-out', 'dns'];

/** Of what has one name, this is shown first: what the proxy takes with one backend alone. */
export function isTakenOnce(base: Outcome, head: Outcome): boolean {
  return CAPTURED.includes(base) !== CAPTURED.includes(head) && base !== 'lost' && head !== 'lost';
}

function endOf({ path }: ChangedClass['base']): string {
  return path.outcome;
}

/** What is not TCP. */
function dropsInvalid(end: ChangedClass['base'], proto: number): boolean {
  return end.rule !== undefined && endOf(end) === 'dropped' && proto !== PROTO.tcp && isAboutInvalid(end.rule);
}

/** The connection is the same, but for errors about it that are INVALID, as where its zone is not theirs. */
function dropsErrors({ path }: ChangedClass['base']): boolean {
  return partsOfFirstLeg(path).some(({ arrives, walk: { fate, packet } }) => {
    if (arrives || packet.proto === PROTO.tcp || fate.kind !== 'dropped') return false;
    return fate.by !== undefined && isAboutInvalid(fate.by);
  });
}

/** By its own chain, or in older versions by the rule that asks for the state. */
function isAboutInvalid(rule: Rule): boolean {
  return rule.chain === 'ISTIO_DROP' || everyMatch(rule).some((match) => asksAbout(match, 'ctstate'));
}

function isOfPostrouting({ rule }: ChangedClass['base']): boolean {
  return rule !== undefined && /^(?:ISTIO_POSTRT|POSTROUTING|postrouting)$/.test(rule.chain);
}

function partsOfFirstLeg({ legs }: ChangedClass['base']['path']): readonly ConversationPart[] {
  return legs[0]?.connection?.ways.flatMap((way) => way.parts) ?? [];
}

function isOfNoUser({ dir, uid }: Packet): boolean {
  return dir === 'out' && uid === undefined;
}

/** The first packet of the connection that ends otherwise is sent here by nobody whose user is known, and to iptables it is another user. */
function isAnsweredByNoUser({ iptables, nftables }: Shown): boolean {
  const others = partsOfFirstLeg(nftables.path);
  const first = partsOfFirstLeg(iptables.path).find((part, at) => endOfPart(part) !== endOfPart(others[at]));
  if (first === undefined || !isOfNoUser(first.walk.packet)) return false;
  const met = first.walk.steps.flatMap((step) => (step.kind === 'rule' ? everyMatch(step.rule) : []));
  return met.some((match) => asksAbout(match, 'uid') || asksAbout(match, 'gid'));
}

function endOfPart(part: ConversationPart | undefined): string {
  if (part === undefined) return '';
  const { fate, after } = part.walk;
  return [part.name, part.arrives, fate.kind, after.src, after.sport, after.dst, after.dport].join(' ');
}
