/** Pages on claims: how the rules are put together. */
import type { Page } from './page.ts';

const group = 'claim';
const SAVE = 'iptables-save -c';

export const STRUCTURE_CLAIM_PAGES: readonly Page[] = [
  {
    id: 'mark-consistency',
    group,
    title: 'marks that are asked for are set, and the other way round',
    means:
      'Every packet or connection mark that a rule asks for can be made by some rule, by the proxy or by a saved mark, with a mask that fits; every mark that a rule sets is asked for by a rule or an `ip rule`.',
    why: 'One half of a pair was removed or has another mask. The rules load, and the answers of TPROXY or ambient connections take the wrong way.',
    see: [{ run: 'ip rule; iptables-save | grep -i mark', look: 'values without a counterpart' }],
    todo: 'Set the missing half, or remove the one that nothing needs.',
  },
  {
    id: 'jump-before-foreign',
    group,
    title: 'nobody decides before the mesh',
    means:
      'No rule that stands before the jump of the mesh in PREROUTING, OUTPUT or POSTROUTING ends the table for packets that the mesh would capture.',
    why: 'Every component appends or inserts: a host agent, a network plugin, a firewall. Which one is first depends on who came last, as with the probe rule of ambient before it was inserted (istio/istio#56414).',
    see: [{ run: SAVE, look: 'the rule above the jump that counts' }],
    todo: 'Insert the jump of the mesh at the top, or make the other rule narrower.',
  },
  {
    id: 'single-backend',
    group,
    title: 'all rules are in the dump',
    means: 'Nothing in the text says that rules of the other backend of iptables exist as well.',
    why: 'legacy and nft rules run side by side, and a dump of one does not show the other (istio/istio#49279). The warning of iptables-save goes to standard error and is lost when only the output is kept.',
    see: [{ run: 'iptables-legacy-save; iptables-nft-save', look: 'rules in both' }],
    todo: 'Give both dumps in one text: both are asked. Better, keep the rules in one backend.',
  },
  {
    id: 'no-dead-rule',
    group,
    title: 'every rule matters to some packet',
    means:
      'A rule is dead when no packet reaches it that it matches (shadowed), when its conditions exclude each other, when nothing calls its chain, or when without it every packet fares the same (redundant, looked for in tables of up to 400 rules). Where that hangs on a match or target that is not modelled the claim is undecided.',
    why: 'Usually an order that was not meant: the exception stands behind the rule that it is an exception from. Istio writes some dead rules itself, for the group when the user has settled everything on lo; those are said to do no harm.',
    see: [{ run: SAVE, look: 'the counter stays at 0' }],
    todo: 'Move the rule before the one that shadows it, or remove it.',
  },
  {
    id: 'no-duplicate-rule',
    group,
    title: 'no rule stands twice',
    means: 'No chain has two rules with the same text.',
    why: 'Something wrote its rules a second time without removing the first: a container that was restarted, a plugin that two configurations name (istio/istio#57432).',
    see: [{ run: 'iptables-save | sort | uniq -d', look: 'rules' }],
    todo: 'Remove the second one, and find who writes twice.',
  },
  {
    id: 'no-stale-chain',
    group,
    title: 'no chain is left over',
    means: 'Every chain with rules is called from somewhere, and the chains of the mesh are those of one version.',
    why: 'A clean-up that stopped half-way, or a version that names its chains otherwise (istio/istio#21030).',
    see: [{ run: SAVE, look: 'chains that no -j or -g names' }],
    todo: 'Flush and delete the chain, or restore the jump to it.',
  },
  {
    id: 'no-guardrail-left',
    group,
    title: 'no emergency rule is left',
    means: 'None of the rules is left with which Istio drops all TCP and UDP while it replaces its own.',
    why: 'The replacement was interrupted, and the pod has no network since.',
    see: [{ run: 'iptables-save -c -t filter', look: 'DROP for tcp and udp in INPUT, FORWARD and OUTPUT' }],
    todo: 'Let istio-iptables run again, or delete the six rules once the others are in place.',
  },
  {
    id: 'no-unknown',
    group,
    title: 'no answer hangs on what is not modelled',
    means: 'No rule that may decide something has a match or target whose meaning is not claimed here.',
    why: 'iptables loads it, and what it does depends on a program, a list or a time that is not in the rules.',
    see: [{ run: 'chainwalk check RULES', look: 'what is not modelled' }],
    todo: 'Read the claims that are undecided with both ways of that rule in mind.',
  },
];
