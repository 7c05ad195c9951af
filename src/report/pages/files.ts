/** Pages on the files that somebody writes, and on those that describe a mesh. */
import type { Page } from './page.ts';

const group = 'file';

export const FILE_PAGES: readonly Page[] = [
  {
    id: 'config',
    group,
    title: 'chainwalk.config.ts, .js, .json or .yaml: what `chainwalk ci` judges',
    means:
      'The nearest one from the current folder upwards is read, up to the top of the repository and not above the home folder; one that belongs to another user is not taken. Its paths and globs start from its own folder, and in JSON and YAML they do not lead out of it, by links neither. A configuration in TypeScript or JavaScript is code and is run; --config-data-only refuses it. `groups` says which files are judged and how: `as` (rules, manifest or settings; without it by content), `mode`, `values`, `istio`, `host`, `profile`, `families` and `set` do what the options of these names do, `allowEmpty` what --allow-empty does. A file belongs to the first group that matches it. What is neither rules nor a manifest nor settings is passed over with a warning. `claims` has `only`, `except` and a level for each id: error, warning, info or off. `expectations` are globs, `suppressions` have a claim, files and a reason, `baseline` is a file, `base` a git revision, `output` a list such as `github`, `sarif=out.sarif`; `strict` lets warnings fail.',
    why: 'A check that everybody runs in the same way needs one place that says what it checks. Options of the command line come before the file.',
    example: [
      'groups:',
      '  - files: net/*.rules',
      '    families: [4, 6]',
      '  - files: [deploy/*.yaml, "!deploy/jobs.yaml"]',
      '    mode: cni',
      '    values: mesh/values.yaml',
      'expectations: net/*.expect.yaml',
      'claims:',
      '  levels: { invalid-not-to-app: info, no-dead-rule: error }',
      'baseline: chainwalk-baseline.json',
    ],
    see: [
      { run: 'chainwalk ci', look: 'the verdict on everything that the file names' },
      { run: 'chainwalk ci --base origin/main', look: 'what was wrong there already is listed as known and does not fail' },
    ],
    todo: "In TypeScript: `import { defineConfig } from 'chainwalk'` and `export default defineConfig({ ... })`; every key has its type and its comment there. A key or a value that is wrong is named with its place, all at once.",
  },
  {
    id: 'expectations',
    group,
    title: 'a file of packets and the outcomes that somebody expects',
    means:
      '`rules` names a dump, or `manifest` a manifest with `pod`, `phase`, `mode`, `values` and `istio`; paths start from the folder of the file, `host` and `profile` are as for trace. `packet` is one packet, in any form, with its `outcome`, the port that it reaches first (`to`) and part of a rule that decides it (`by`). `packets` is a set: the outcome is proved for each of its packets that an application would send or receive as the first one of a connection, or for every one with `every: true`.',
    why: 'A reviewer reads what is meant to happen beside the rules that make it happen. What is not shown is not met: a packet whose outcome is undecided fails, and so does a set without packets.',
    example: [
      'rules: pod.rules',
      'packets:',
      '  - packet: out tcp -> 203.0.113.9:443 uid=1000',
      '    outcome: captured-out',
      '    to: 15001',
      '    by: -j ISTIO_REDIRECT',
      '    because: the application leaves through the proxy',
      '  - packets: in tcp -> 10.244.0.5:{15020,15021,15090}',
      '    outcome: to-proxy',
    ],
    see: [
      { run: 'chainwalk expect net/*.expect.yaml', look: 'each packet that fares otherwise, with its way and the rule that decides' },
      { run: 'chainwalk trace net/pod.rules PACKET', look: 'the whole way of one of them' },
    ],
    todo: 'A set that is too wide names the packets that are not as expected: leave them out of it (`uid=!1337`), or mend the rules.',
  },
  {
    id: 'suppression',
    group,
    title: 'findings that somebody has accepted, and why',
    means:
      'A comment `# chainwalk-disable-next-line CLAIM[,CLAIM] -- reason` stands above a rule in a dump or a script, or above the setting in a manifest; `# chainwalk-disable-file` holds for the whole file. `suppressions` in the configuration hold for globs. A baseline (`chainwalk ci --baseline FILE --update-baseline`) takes everything that is open for known, one line for each finding. What is suppressed is listed, with its reason, and does not count for the exit code.',
    why: 'Above a rule a comment accepts the packets that match this rule, and no others: another rule that breaks the same claim is still found. In a baseline a finding is known by its claim, its subject and its packet, not by its line; when it is true of other packets than before, it counts as new. A comment without a reason or with an unknown claim, and one that suppresses nothing, are warnings.',
    example: ['# chainwalk-disable-next-line outbound-captured -- not in the mesh', '-A ISTIO_OUTPUT -d 10.9.0.0/24 -j RETURN'],
    see: [{ run: 'chainwalk verify pod.rules', look: '`suppressed` at the end, with each reason' }],
    todo: 'Write the reason for whoever reads it in a year. Entries of a baseline that do not occur any more are named; --update-baseline drops them.',
  },
  {
    id: 'mesh-configuration',
    group,
    title: 'what is known of a mesh: Helm values, MeshConfig, objects of a cluster',
    means:
      '`--values` reads Helm values (of istiod, or of the CNI agent), a MeshConfig, an IstioOperator, or the Istio, IstioRevision and IstioCNI of the Sail operator; later files win. Below that counts what stands among the manifests: those objects, the ConfigMaps `istio` (data.mesh), `istio-sidecar-injector` (data.config, then data.values) and `istio-cni-config`, and what charts set for OpenShift. A ConfigMap `istio-canary` and an Istio named `canary` are of that revision, which a namespace or else a pod chooses with istio.io/rev, or by a tag where a webhook configuration with istio.io/tag says whose it is. Variables of the proxy come from defaultConfig.proxyMetadata, then from the ProxyConfig of the root namespace, of the namespace, from the annotation proxy.istio.io/config, and last from a ProxyConfig whose labels choose the pod.',
    why: 'An annotation that is not there means what the mesh says. In a cluster the mesh says it in objects that nobody has as a file.',
    example: ['kubectl get pods,ns,cm,proxyconfigs -A -o yaml > cluster.yaml', 'chainwalk verify cluster.yaml --mode cni'],
    see: [{ run: 'chainwalk enrol cluster.yaml --json', look: 'the file and the line from which each setting comes' }],
    todo: 'What no file says is taken from the charts; assumptions are printed as notes. For another revision give its objects, or its values with --values, which count for all revisions.',
  },
];
