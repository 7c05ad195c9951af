/** Options that several commands share. */

import type { Approach } from '../../injection/facts/approach.ts';
import { MESH_NAMES } from '../../mesh/names.ts';
import { TABLES } from '../../netfilter/hooks.ts';
import { LINE_FORMAT_NAMES, REVIEW_FORMAT_NAMES } from '../../report/formats/names.ts';
import type { CommandOption } from './command.ts';

export const COLOR: CommandOption = {
  common: 'output',
  flags: '--color <when>',
  says: 'colour the output for people',
  choices: ['auto', 'always', 'never'],
};
export const FAMILY: CommandOption = {
  common: 'rules',
  flags: '--family <n>',
  says: 'read rules of unknown family as IPv4 or IPv6',
  choices: ['4', '6'],
};
export const POD_OF_LOG: CommandOption = { flags: '--pod <name>', says: 'whose rules, where a log has those of several pods' };
export const RULES_TABLE: CommandOption = {
  common: 'rules',
  flags: '--table <table>',
  says: 'table of rules that name none, as `iptables -S` prints them: a part of it',
  choices: TABLES,
};
export const WITH: CommandOption = {
  common: 'rules',
  flags: '--with <file>',
  says: 'another dump of the same host: of legacy beside nft, of `nft list ruleset`; all of them decide',
  repeatable: true,
};
export const SET_VARIABLE: CommandOption = {
  common: 'rules',
  flags: '--set <NAME=value>',
  says: 'value of a shell variable in the rules',
  repeatable: true,
};
export const ALLOW_EMPTY: CommandOption = {
  common: 'rules',
  flags: '--allow-empty',
  says: 'a text without tables and rules is meant: a kernel that has none',
};
export const STRICT: CommandOption = { common: 'output', flags: '--strict', says: 'exit 1 for warnings and undecided answers too' };
export const QUIET: CommandOption = { common: 'output', flags: '-q, --quiet', says: 'no warnings' };
export const DETAILS: CommandOption = {
  common: 'output',
  flags: '-v, --verbose',
  says: 'also hints, what is suppressed, assumptions and notes',
};
export const JSON_OUTPUT: CommandOption = { common: 'output', flags: '--json', says: 'the same as -o json' };

export const TIMEOUT: CommandOption = {
  common: 'output',
  flags: '--timeout <seconds>',
  says: 'most time for one question, which is then undecided; 60 without it',
  positive: true,
};

export const HOST: CommandOption = {
  common: 'host',
  flags: '--host <file>',
  says: 'the host around the rules: YAML, JSON, or what `ip`, `ss`, `ipset save`, `sysctl` print there; without it a pod',
  repeatable: true,
};
export const POD_IP: CommandOption = {
  common: 'host',
  flags: '--pod-ip <address>',
  says: 'address of the assumed pod, once for each family',
  repeatable: true,
};
export const PROXY_UID: CommandOption = { common: 'host', flags: '--proxy-uid <n>', says: 'user that the proxy runs as' };
export const PROXY_GID: CommandOption = { common: 'host', flags: '--proxy-gid <n>', says: 'group that the proxy runs as' };
export const WHERE: CommandOption = {
  flags: '--where <packets>',
  says: 'only packets of this set, such as "out tcp -> 10.0.0.0/8 uid=!1337"',
};

export const ON_KERNEL: CommandOption = {
  common: 'output',
  flags: '--on-kernel',
  says: 'asks the running kernel about the packets as well, in network namespaces of its own: Linux, root',
};

export const WATCH: CommandOption = {
  common: 'output',
  flags: '-w, --watch',
  says: 'again, whenever a file that was read changes; q ends it',
};

export function output(choices: readonly string[]): CommandOption {
  return { flags: '-o, --output <format>', says: 'form of the answer', choices };
}

export const OUTPUTS = outputs(['human', 'json', ...REVIEW_FORMAT_NAMES]);

/** Those of `verify` of files. */
export const LINE_OUTPUTS = outputs(['human', 'json', ...LINE_FORMAT_NAMES, ...REVIEW_FORMAT_NAMES]);

function outputs(formats: readonly string[]): CommandOption {
  return {
    flags: '-o, --output <formats>',
    says: `${formats.slice(0, -1).join(', ')} or ${formats.at(-1)}; FORMAT=FILE for a file, several with commas`,
    repeatable: true,
  };
}

export const JOBS: CommandOption = {
  common: 'output',
  flags: '--jobs <n>',
  says: 'with -o jsonl: threads; they gain where many files or pods have rules of their own',
};

export const SHARD: CommandOption = {
  common: 'output',
  flags: '--shard <I/N>',
  says: 'with -o jsonl: the Ith of N parts of the files or pods; `chainwalk merge` puts them together',
};

export const PROFILE: CommandOption = {
  common: 'host',
  flags: '--profile <mesh>',
  says: 'the mesh whose proxy runs here; auto reads it from the chains',
  choices: ['auto', 'none', ...MESH_NAMES],
};

/** All of them, as the compiler sees to. */
const APPROACHES: Readonly<Record<Approach, true>> = { init: true, cni: true, multus: true, ambient: true };

/** Those of questions about pods. */
export const MESH_MODE: CommandOption = {
  common: 'pods',
  flags: '--mode <mode>',
  says: 'who writes the rules; without it as the values say, or else init',
  choices: Object.keys(APPROACHES),
};
export const PHASE: CommandOption = {
  common: 'pods',
  flags: '--phase <phase>',
  says: 'of a pod: while its init containers run, or later',
  choices: ['init', 'running'],
};
export const VALUES: CommandOption = {
  common: 'pods',
  flags: '--values <file>',
  says: 'Helm values, MeshConfig or objects of a mesh; later files win',
  repeatable: true,
};
export const KUBERNETES: CommandOption = {
  common: 'pods',
  flags: '--kubernetes <version>',
  says: 'version of Kubernetes on the nodes, such as 1.31; else as Nodes among the files say, or 1.33',
};
export const NAMESERVER: CommandOption = {
  common: 'pods',
  flags: '--nameserver <address>',
  says: "of the pod's resolv.conf; else as kube-dns or the kubelet's clusterDNS among the files says",
  repeatable: true,
};
export const ISTIO: CommandOption = {
  common: 'pods',
  flags: '--istio <version>',
  says: 'version of Istio, such as 1.25; else the installed or the newest',
};

/** What is around rules: the host and its proxy. */
export const PLACE: readonly CommandOption[] = [HOST, POD_IP, PROXY_UID, PROXY_GID, PROFILE];
/** What is around pods of manifests: the mesh and the cluster. */
export const CLUSTER: readonly CommandOption[] = [VALUES, ISTIO, KUBERNETES, NAMESERVER];
