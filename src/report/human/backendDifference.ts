/** What sets Istio's two backends apart in a comparison, for people: each difference once, by name, with one packet and what to do. */
import { groupBy } from '../../lib/groupBy.ts';
import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { type BackendDifference, isTakenOnce, LEVEL_OF_DIFFERENCE } from '../../pods/backendDifferences.ts';
import type { Level } from '../../prove/proof/claim.ts';
import { REMEDIES } from '../generated/remedies.ts';
import type { Paint } from '../text/paint.ts';
import { PLAIN } from '../text/paint.ts';
import { type Shown, titleOf } from './diffChange.ts';

interface Style {
  readonly paint: Paint;
  readonly width: number;
}

/** What it is, and the settings that make it matter. */
const WORDS: Readonly<Record<BackendDifference, { readonly says: string; readonly when: string }>> = {
  'nft-ipv6-unwritten': {
    says: 'rules of nftables that name no family hold for IPv6, for which iptables has none',
    when: 'a pod with an IPv6 address, without ISTIO_DUAL_STACK; ambient with ambient.ipv6 off',
  },
  'nft-ipv6-tracked': {
    says: 'packets of IPv6 are tracked with nftables, and not with iptables',
    when: 'a pod with an IPv6 address, without ISTIO_DUAL_STACK',
  },
  'nft-invalid-of-tcp': {
    says: 'what conntrack calls INVALID is dropped of TCP alone with nftables, of every protocol with iptables',
    when: 'INVALID_DROP',
  },
  'nft-no-user': {
    says: 'what the kernel sends without a process is no other user to nftables, and one to iptables',
    when: 'any pod with a sidecar; lists of owner groups',
  },
  'nft-tproxy': {
    says: 'while the proxy does not listen, nftables lets go on what iptables drops',
    when: 'interception mode TPROXY',
  },
  'nft-kubelet-user': {
    says: 'with nftables probes are connections of the user of the kubelet, with iptables of every process',
    when: 'nodes of an ambient mesh',
  },
};

/** `unseen`: differences that no compared packet shows. */
export function differenceBlocks(
  known: readonly Shown[],
  unseen: readonly BackendDifference[],
  style: Style,
): readonly (readonly string[])[] {
  const groups = [...groupBy(known, ({ change }) => change.difference)].sort(([a], [b]) => rank(a) - rank(b));
  const seen = groups.flatMap(([name, group]) => {
    const shown = group.find(({ change: { base, head } }) => isTakenOnce(base.outcome, head.outcome)) ?? group[0];
    return name === undefined ? [] : [blockOf(name, style, exampleLines(shown, group.length - 1, style))];
  });
  return [...seen, ...unseen.map((name) => blockOf(name, style, []))];
}

const RANK: readonly Level[] = ['error', 'warning', 'info'];

function rank(name: BackendDifference | undefined): number {
  return name === undefined ? 0 : RANK.indexOf(LEVEL_OF_DIFFERENCE[name]);
}

function blockOf(name: BackendDifference, style: Style, example: readonly string[]): readonly string[] {
  const { says, when } = WORDS[name];
  const remedy = REMEDIES[name];
  return [
    `${LEVEL_OF_DIFFERENCE[name]}: ${style.paint.bold(name)}`,
    ...textLines(says, style),
    ...example,
    ...labelled('when', when, style),
    ...(remedy === undefined ? [] : labelled('remedy', remedy, style)),
  ];
}

function exampleLines({ change, example }: Shown, others: number, style: Style): readonly string[] {
  const more = others === 0 ? '' : `, and ${plural(others, 'class', 'classes')} of packets more`;
  return labelled('example', `${example}: ${titleOf(change, PLAIN)}${more}`, style);
}

function textLines(text: string, { width }: Style): readonly string[] {
  return paragraph({ text, width: width - 2, hang: 0 })
    .split('\n')
    .map((line) => `  ${line}`);
}

function labelled(label: string, text: string, { width }: Style): readonly string[] {
  const [first = '', ...rest] = paragraph({ text, width: width - 11, hang: 0 }).split('\n');
  return [`  ${label.padEnd(9)}${first}`, ...rest.map((line) => `${' '.repeat(11)}${line}`)];
}
