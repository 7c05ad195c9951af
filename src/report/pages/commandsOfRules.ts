/** Pages on the commands that ask about rules. */
import type { Page } from './page.ts';

const group = 'command';

export const RULES_COMMAND_PAGES: readonly Page[] = [
  {
    id: 'trace',
    group,
    title: 'where one packet goes, and which rules decide it',
    means:
      'The first word is the outcome of the whole journey. Below it stand the packet, what was assumed of it, and one leg for each sender: the packet as it was given, then what the proxy sends on. A line of a leg is a rule that matched, with its table, chain, number and place in the file; between them stand the hooks, the routing and what NAT has changed; `=>` says how the leg ends. `same result for` is the class of packets that fare alike.',
    why: 'Rules that did not match are left out; -v shows each with the first thing that was against it. Where the answer hangs on chance or on a rule that is not modelled, every way is followed, and the outcome is `undecided` unless all agree.',
    see: [
      { run: 'chainwalk trace RULES -v PACKET', look: 'why the rule that you had expected did not match' },
      { run: 'chainwalk trace RULES PACKET -o xtables', look: 'lines to compare with those of `xtables-monitor --trace`' },
      { run: 'chainwalk trace RULES --packets FILE', look: 'one JSON line for each packet of a file' },
    ],
    todo: 'Read what was assumed: most surprises are a user, an address or an interface that was not given. With --expect the exit code judges.',
  },
  {
    id: 'verify',
    group,
    title: 'do rules keep what the mesh promises, for every packet?',
    means:
      'Each claim that does not hold has a sentence that says what is promised, the class of packets that break it, one of them with its way, the rules that decide, and what to do. Claims that hold are counted; -o json lists all. Notes say what was taken from the rules themselves, such as excluded ports.',
    why: 'A claim is asked of all packets at once, and a packet that breaks it is walked again by the simulator before it is shown. `undecided` names what a proof would need; `not-applicable` says that the rules promise nothing of the kind. For a manifest the rules are rendered first, and its fields and annotations are judged too.',
    see: [
      { run: 'chainwalk verify RULES --only no-redirect-loop', look: 'one claim' },
      { run: 'chainwalk verify RULES --where "out tcp uid=1000"', look: 'the claims for some packets only' },
      { run: 'chainwalk verify MANIFEST --phase init', look: 'what holds while init containers run' },
    ],
    todo: 'Claims of level error fail the run; --strict lets warnings and what is undecided fail too. `chainwalk explain CLAIM` has a page on each.',
  },
  {
    id: 'check',
    group,
    title: 'would the kernel load these rules?',
    means: '`ok` with the number of rules, or every problem with its place and a remedy. Nothing is traced and nothing is loaded.',
    why: 'Text that iptables cannot read, and rules that the kernel would refuse, are told apart: `iptables-restore --test` sees the first only. What is accepted but not modelled is listed and is no error.',
    see: [{ run: 'iptables-save | chainwalk check -', look: 'what chainwalk makes of the rules of this host' }],
    todo: 'Mend the first error of a line first: others may follow from it.',
  },
  {
    id: 'print',
    group,
    title: 'rules as iptables-save prints them',
    means: 'One spelling for each rule, without counters and comments: what iptables 1.8.9 would print after these rules were loaded.',
    why: 'Dumps, restore input and shell lines have many spellings of one rule. IPv6 comes after a line `# ip6tables`.',
    see: [{ run: 'diff <(chainwalk print A) <(chainwalk print B)', look: 'rules that differ, not spellings' }],
    todo: 'Whether rules that differ also do something else is a question for `chainwalk diff`.',
  },
  {
    id: 'ci',
    group,
    title: 'everything that a repository promises about its traffic',
    means:
      'The first line counts what is new: errors, warnings, and what is undecided. Each has a packet that shows it, the rule that decides and the line that a person would change. Below stand findings for information, and those that are known: on the base, in the baseline, or suppressed with a reason.',
    why: 'A change should answer for what it breaks, and not for what was broken before: with --base, findings of that revision are known.',
    see: [
      { run: 'chainwalk ci --base origin/main', look: 'what this branch breaks' },
      { run: 'chainwalk explain config', look: 'the file that says what is judged' },
    ],
    todo: 'Mend it, or accept it with a reason: `chainwalk explain suppression`.',
  },
  {
    id: 'expect',
    group,
    title: 'do packets fare as files of expectations say?',
    means: 'The first line counts what is not as expected; each such packet or set stands below it with its way and the rule that decides.',
    why: 'What is undecided is not as expected. A set is proved, packet by packet of the kind that an application sends.',
    see: [{ run: 'chainwalk explain expectations', look: 'how such a file is written' }],
    todo: 'Either the rules are wrong or the expectation is: the packet, put to `chainwalk trace`, tells which rule to look at.',
  },
];
