/** Pages on how to read what a command answers. */
import type { Page } from './page.ts';

const group = 'command';

export const COMMAND_PAGES: readonly Page[] = [
  {
    id: 'diff',
    group,
    title: 'which packets fare otherwise under other rules',
    means:
      'Each block is one class: packets that changed in the same way, first in words, then by one packet that was walked through both rulesets. `base` and `head` say how that packet ends on each side and which rule parted the two; a side without a rule was decided by a policy or by the end of a chain. What is in no class fares alike, and that is proved for the first packet of every connection, not sampled. The worst come first: loops, then what goes round the proxy, what no longer arrives, what arrives anew, what is captured anew, other outcomes, and last packets that end in the same way with other addresses; in each of these broad classes come before narrow ones. Packets for other hosts, and those with unusual marks, flags or addresses, stand behind the others in brief. BASE and HEAD are files of rules, manifests, settings, mesh configuration or a chain of CNI plugins, as their content says, and `REV:path` is a file of a git revision. Pods are matched by kind, namespace and name. `cause` names what was changed: each changed setting alone was put into the base and taken back from the head, and the packet was walked again.',
    why: 'Compared are the outcome of the whole journey and the end of its first leg: who takes the packet or where it leaves, its addresses and ports, and the answer of a REJECT. Marks and zones are compared by what they cause. Not compared are logs, counters, copies, other fields of the header, and why the kernel itself discards a packet. A packet counts as alone and first of its connection: the answer of a REJECT is walked, other answers and what follows are not, and changed rules that they may meet, when no first packet shows the change, make the answer undecided; what the proxy sends on is among all packets and has a class of its own. UNDECIDED names what a proof would need: a match or target that is not modelled; rules of chance under which the same may happen with other odds; or rules that remember (recent, hashlimit, limit, connlimit, SET) and are asked about other packets than before, so that later packets may fare otherwise.',
    see: [
      { run: 'chainwalk diff BASE HEAD --where "in tcp -> :443"', look: 'the classes of these packets alone' },
      { run: 'chainwalk trace HEAD -v PACKET', look: 'the example of a class on one side, with the rules that did not match' },
      { run: 'chainwalk diff BASE HEAD --json', look: '`equivalent`, and all classes: people are shown the first ten' },
      { run: 'chainwalk diff --git main...HEAD -o markdown', look: 'all that a pull request changes, as a comment on it' },
    ],
    todo: 'Read the first class and ask whether it is what the edit was for. A class that nobody wanted has its rule named on both sides. Exit code 1 says that something changed; with --strict undecided counts as well.',
  },
  {
    id: 'find',
    group,
    title: 'which packets of a set can have an outcome',
    means:
      'For packets that are sent here and for each interface the answer has the class in words, first as far as applications send such packets, then exactly; and one packet that was walked. When none is found, that is proved for the whole set.',
    why: 'The set is followed through all rules at once. Where chance decides, a packet is found when one of its ways has the outcome.',
    see: [{ run: 'chainwalk find RULES --where "out tcp uid=1000" --outcome direct', look: 'what leaves the pod past the proxy' }],
    todo: 'Narrow the set with --where until the class is the question that you have. Exit code 1 says that packets were found.',
  },
  {
    id: 'behaviour-changed',
    group,
    title: 'every packet ends as it does on the base',
    means:
      'Asked by `chainwalk diff`, and by `chainwalk ci` with a base, of every file and pod that both sides have: for all packets, the journey ends as it does under the rules of the base. A class is an error when its packets now loop, are dropped, rejected, refused or lost and were not before, or were captured and now go past the proxy, if only by chance. The other way round, and every other change, is a warning; packets that end nowhere in another way are for information. Where it cannot be decided whether packets become one of the errors, `chainwalk ci` fails as well. It was called `unchanged-fate`, which configurations may still say.',
    why: 'A change of rules is made to change something, and its classes are what a reviewer has to agree with. One that breaks calls should not pass because no claim was written for it.',
    see: [{ run: 'chainwalk diff BASE HEAD', look: 'all classes, each with a packet that was walked on both sides' }],
    todo: 'Read the first class: is it what the change was for? When it is, a level in `claims.levels` or an entry in `suppressions` lets it pass, which is a change of the configuration that a reviewer sees.',
  },
  {
    id: 'configuration-changed',
    group,
    title: 'the configuration, and what it accepts, are those of the base',
    means:
      'Asked by `chainwalk ci` with a base. The keys of the configuration are compared with those of the base, the entries of the baseline file with those that it has there, and the comments that accept a finding with the findings of the base. What may let less be found is an error: claims that are switched off, another profile, other files, a suppression, an entry, a comment. What lets more be found is for information. A configuration that is code is compared as text; what it imports is not.',
    why: 'Whoever may change the rules may change what is asked of them in the same pull request. A check that passes since it asks less says nothing about the rules.',
    see: [
      {
        run: 'chainwalk ci --base origin/main --config-from-base',
        look: 'what the configuration of the base finds in the files that are here',
      },
    ],
    todo: 'Read the difference as one of the rules. `claims.levels` of the configuration on the base may make it a warning; the pull request does not change its own level, and neither a suppression nor a baseline accepts it.',
  },
  {
    id: 'subject-gone',
    group,
    title: 'what the base judges is judged still',
    means:
      'Asked by `chainwalk ci` with a base, of every file of rules by family, every pod and every expectation that the configuration names there: each of them is there, has rules, is recognised as of a mesh when it was, and is judged. A file that has another name and is judged under it is not gone.',
    why: 'What is deleted, emptied, or moved out of the globs breaks no claim, and so passes every other check.',
    see: [{ run: 'git diff --stat BASE', look: 'where the file went' }],
    todo: 'Nothing, when it is meant to go: merge it as the change that it is. Else bring it back, or name its new place in `groups`.',
  },
];
