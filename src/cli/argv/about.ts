/** What the help and the manual say of the whole program. */
import type { Example } from './command.ts';
import { EXIT, type ExitCode } from './exitCode.ts';

export const TITLE = 'what Linux will do with a packet, from iptables or nftables rules';

/** The main question of each user first. */
export const EXAMPLES: readonly Example[] = [
  { says: 'where does this packet go, and which rule decides?', line: 'chainwalk trace pod.rules "out tcp -> 203.0.113.9:443 uid=1000"' },
  { says: 'does a pod keep what its mesh promises, before it is deployed?', line: 'chainwalk verify deploy.yaml --mode cni' },
  { says: 'which packets does this rule change affect?', line: 'chainwalk diff main:net/pod.rules net/pod.rules' },
  { says: 'what does this branch break?', line: 'chainwalk ci --base origin/main' },
  { says: 'do packets end as a test expects?', line: 'chainwalk expect net/*.expect.yaml' },
  { says: 'a running pod, by kubectl', line: 'kubectl chainwalk web-0 -n shop verify' },
  { says: 'what does an answer mean?', line: 'chainwalk explain captured-out' },
];

export const EXIT_CODES: readonly (readonly [code: ExitCode, says: string])[] = [
  [EXIT.ok, 'done, nothing to report'],
  [
    EXIT.findings,
    'findings: a violated claim, a changed fate, packets that were found, an unmet --expect; with --strict also warnings and undecided answers',
  ],
  [EXIT.usage, 'the input or the usage is wrong'],
  [EXIT.bug, 'a bug in chainwalk'],
];

/** Paragraphs. */
export const DESCRIPTION: readonly string[] = [
  'chainwalk walks packets through rules of iptables and nftables as the kernel does, follows a connection through the proxy of a mesh and out again, and proves claims about all packets. A dump of rules and a question are enough: no cluster, no root, no traffic.',
  'Three kinds of failure are reported separately: malformed text, rules that the kernel would refuse, and rules whose meaning is not modelled. An answer that depends on the last is `undecided` and names the rule.',
];

export const ENVIRONMENT: readonly (readonly [name: string, says: string])[] = [
  ['NO_COLOR', 'not empty: no colour'],
  ['FORCE_COLOR', 'not empty: colour even where the output is not a terminal; `0`: none'],
  ['TERM', '`dumb`: no colour'],
  ['KUBECONFIG', 'read by kubectl, when `kubectl chainwalk` runs it'],
];
