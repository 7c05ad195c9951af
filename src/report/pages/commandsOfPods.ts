/** Pages on the commands that ask about pods, and on those around the command line. */
import type { Page } from './page.ts';

const group = 'command';

export const PODS_COMMAND_PAGES: readonly Page[] = [
  {
    id: 'render',
    group,
    title: 'the rules that Istio writes',
    means:
      'Input of iptables-restore in the order and wording of istio-iptables, the CNI plugin or the ambient agent; IPv6 after a line `# ip6tables`.',
    why: 'Settings are read as Istio reads them: flags before environment variables before defaults, of the version that --istio names. What Istio refuses is refused with its place.',
    see: [
      { run: 'chainwalk render --mode init', look: 'a pod that asks for nothing' },
      { run: 'chainwalk render --pod MANIFEST', look: 'a pod with its annotations, and the values of its mesh' },
    ],
    todo: 'The text is input for trace, verify and diff: `chainwalk render --mode cni | chainwalk verify -`.',
  },
  {
    id: 'enrol',
    group,
    title: 'is a pod captured, by whom, and which step decides it?',
    means:
      'The answer is captured, skipped or blocked. The steps below it are those that injection, the init container, the CNI plugin or the ambient agent take, in their order; the first one that decides ends them. Then come the settings, each with the line that it comes from, and what is wrong with them.',
    why: 'A namespace that is not in the files is taken to be labelled for the mesh, and a note says so. -v shows the steps that found nothing.',
    see: [{ run: 'kubectl get namespaces,pods -A -o yaml | chainwalk enrol -', look: 'every pod of a cluster' }],
    todo: 'Every step has a page: `chainwalk explain STEP`. Exit code 2 says that Istio or Kubernetes would refuse the pod; --expect judges the answer.',
  },
  {
    id: 'approaches',
    group,
    title: 'one pod under istio-init, the CNI plugin, Multus and ambient',
    means:
      'The table has a column for each way to capture the pod, and a line for what it needs and does. Below it stands what has to be known of each, and for each neighbours which packets fare otherwise, as `chainwalk diff` says it.',
    why: 'The ways write nearly the same rules, and differ in who writes them, when, and with which rights.',
    see: [{ run: 'chainwalk approaches MANIFEST --json', look: 'all pairs, and an example for each class' }],
    todo: 'Read the line on what happens when the agent is late before you move from init containers to an agent.',
  },
  {
    id: 'kubectl',
    group,
    title: 'the rules of a running pod: kubectl chainwalk',
    means:
      '`kubectl chainwalk POD COMMAND` asks a container of the pod for its rules, its addresses and its routes, and answers offline as for a file. The proxy is asked first. The notes say who was asked, and which backend of iptables holds the rules.',
    why: 'All containers of a pod share its rules, but many have no iptables, and few may read rules: that takes NET_ADMIN. --debug-image adds an ephemeral container that has both; Kubernetes keeps it until the pod ends. Needed are the rights to get pods and to create pods/exec; for --debug-image to patch pods/ephemeralcontainers, to create pods/attach and to get pods/log.',
    see: [
      { run: 'kubectl chainwalk POD --dry-run', look: 'every call that would be made' },
      { run: 'kubectl chainwalk POD --save FOLDER', look: 'what was fetched, as files for chainwalk' },
    ],
    todo: 'When both backends hold rules, the kernel asks both, and so does chainwalk; nobody knows in which order, and where it matters the answer is undecided. --backend shows one alone. Find out who has written to the other.',
  },
  {
    id: 'completion',
    group,
    title: 'completion of the command line',
    means: 'A script for bash, zsh or fish, which asks chainwalk itself what may stand where the cursor is.',
    why: 'Commands, options, claims and pages are those of the version that is installed.',
    see: [{ run: 'source <(chainwalk completion bash)', look: '`chainwalk verify --only ` and the tabulator key' }],
    todo: '`chainwalk completion --help` has the set-up of each shell.',
  },
];
