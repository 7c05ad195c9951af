/** Istio's two backends for the same settings: what is known to set them apart, and which of it a class of changed packets shows.
 *  source: docs/facts/istio.md#iptables-and-nftables */
import type { ChangedClass } from '../diff/classes.ts';
import type { Sides } from '../diff/question.ts';
import { everyMatch } from '../netfilter/everyEffect.ts';
import { asksAbout } from '../netfilter/matchExpr.ts';
import { PROTO } from '../packet/protocol.ts';
import { leftWithoutSocket } from '../prove/proof/silentProxy.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';

/** Each has a page of `explain`. */
export type BackendDifference =
  | 'nft-ipv6-unwritten'
  | 'nft-ipv6-tracked'
  | 'nft-invalid-of-tcp'
  | 'nft-no-user'
  | 'nft-tproxy'
  | 'nft-kubelet-user';

interface Shown {
  readonly change: ChangedClass;
  readonly iptables: ChangedClass['base'];
  readonly nftables: ChangedClass['base'];
  /** the rules of iptables for the family of the example */
  readonly ruleset: Ruleset | undefined;
}

/** In this order: the first that a class shows is its name. */
const DIFFERENCES: readonly (readonly [BackendDifference, (shown: Shown) => boolean])[] = [
  ['nft-ipv6-unwritten', (shown) => ofUnwrittenFamily(shown) && !isFragment(shown)],
  ['nft-ipv6-tracked', ofUnwrittenFamily],
  ['nft-invalid-of-tcp', ({ iptables, change: { example } }) => dropsInvalid(iptables) && example.proto !== PROTO.tcp],
  ['nft-no-user', ({ change: { example } }) => example.dir === 'out' && example.uid === undefined],
  ['nft-tproxy', ({ iptables, nftables }) => endOf(iptables) === 'lost' && endOf(nftables) !== 'lost'],
  ['nft-kubelet-user', ({ change, iptables, nftables }) => change.example.dir === 'out' && [iptables, nftables].some(isOfPostrouting)],
];

export interface BackendDifferences {
  readonly differenceOf: (change: ChangedClass) => BackendDifference | undefined;
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
    const ruleset = written.find(({ family }) => family === change.example.family);
    return DIFFERENCES.find(([, shows]) => shows({ change, iptables, nftables, ruleset }))?.[0];
  };
  return { differenceOf, unseen: native.some((one) => leftWithoutSocket(one).length > 0) ? ['nft-tproxy'] : [] };
}

function isOfNftables(rulesets: readonly Ruleset[]): boolean {
  return rulesets.some(({ tables }) => [...tables.keys()].some((name) => name.startsWith('inet istio-')));
}

function ofUnwrittenFamily({ change: { example }, ruleset }: Shown): boolean {
  return example.family === 6 && (ruleset === undefined || ruleset.tables.size === 0);
}

function isFragment({ change: { example } }: Shown): boolean {
  return example.fragOffset !== 0;
}

function endOf({ path }: ChangedClass['base']): string {
  return path.outcome;
}

/** By its own chain, or in older versions by the rule that asks for the state. */
function dropsInvalid(end: ChangedClass['base']): boolean {
  const { rule } = end;
  if (rule === undefined || endOf(end) !== 'dropped') return false;
  return rule.chain === 'ISTIO_DROP' || everyMatch(rule).some((match) => asksAbout(match, 'ctstate'));
}

function isOfPostrouting({ rule }: ChangedClass['base']): boolean {
  return rule !== undefined && /^(?:ISTIO_POSTRT|POSTROUTING|postrouting)$/.test(rule.chain);
}
