/** A running pod as the files that chainwalk reads: its rules, and a description of the host around them. */
import { chooseSetting } from '../../connection/setting.ts';
import type { PacketNames } from '../../kubernetes/objects/packetNames.ts';
import type { Complaint } from '../../lib/complaint.ts';
import type { Family } from '../../packet/address.ts';
import { readRules } from '../../ruleset/readRules.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { type Call, optionText } from '../argv/command.ts';
import { BACKENDS, chooseBackend, type FamilyDump, holdsRules, type LiveBackend, nativeTables } from './backends.ts';
import { type Cluster, keptAnswer } from './cluster.ts';
import { type Debug, fetchAnswers } from './fetch.ts';
import type { FoundPod } from './findPod.ts';
import { liveHost } from './liveHost.ts';
import { liveNames } from './liveObjects.ts';
import type { NotCaptured } from './notCaptured.ts';
import { type LivePod, readLabels, readLivePod } from './pod.ts';
import { type PodFacts, podFacts, withProxyOf } from './podFacts.ts';
import { unreadKeysOf } from './podKeys.ts';
import type { PodMesh } from './podMesh.ts';
import { againWith, type PodRequest } from './request.ts';

export interface PodFiles {
  readonly rules: TextFile;
  /** `sockets`: its listeners are those that it has, not assumed */
  readonly host?: TextFile & { readonly sockets?: true };
  readonly facts: PodFacts;
  /** the mesh that is to capture the pod, by name, where its rules show none */
  readonly mesh?: string;
  /** what to know then */
  readonly notCaptured?: NotCaptured;
  /** of which the pod has no address, and no rules */
  readonly absentFamilies: readonly Family[];
  /** names in packets, as the pod would resolve them */
  readonly names: PacketNames;
  /** warnings about the pod */
  readonly about: readonly Diagnostic[];
  /** sentences without capital and stop */
  readonly notes: readonly string[];
}

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

export interface Wanted extends FoundPod {
  readonly request: PodRequest;
  /** how its files are called; absent: by its name */
  readonly label?: string;
}

export async function fetchPodFiles({ input }: Call, wanted: Wanted): Promise<PodFiles | Complaint> {
  const { cluster, name, label = name, text: described, request } = wanted;
  const pod = readLivePod(described);
  const container = optionText(input, 'container') ?? pod?.container;
  if (pod === undefined || container === undefined) return { message: `kubectl get pod ${name}: the answer is not a pod` };
  const { cannot } = pod.state;
  if (cannot !== undefined) return { message: `pod ${name} ${cannot}: no container can be queried for its rules` };
  if (!pod.containers.includes(container))
    return { message: `pod ${name} has no container \`${container}\``, help: `it has ${pod.containers.join(', ')}` };
  const again = (image: string) => againWith(request, cluster.connection, ['--debug-image', image]);
  const fetched = await fetchAnswers(cluster, { name, pod, container, debug: debugOf({ input }), again });
  if ('message' in fetched) return fetched;
  const { answers, from } = fetched;
  const backend = BACKENDS.find((known) => known === optionText(input, 'backend'));
  const chosen = chooseBackend(answers, backend);
  if (backend !== undefined && chosen.dumps.length === 0)
    return {
      message: `no container could list the rules of the ${backend} backend`,
      help: `${from} has no iptables-${backend}-save`,
    };
  const folder = optionText(input, 'save');
  const path = (ending: string) => `${folder === undefined ? '' : `${folder.replace(/\/+$/, '')}/`}${label}${ending}`;
  const left = chosen.dumps.filter(({ family, text }) => !isNoMatter(pod, family) || holdsRules(text));
  const native = backend === undefined ? nativeTables(answers) : undefined;
  const saved = left.map((dump) => withTable(dump) + halfText(dump, chosen.leftOut)).join('');
  const rules = { path: path('.rules'), text: `${saved}${native?.text ?? ''}` };
  const facts = podFacts(described);
  const source = { file: rules.path, text: rules.text };
  const { mesh: outside, notes } = await meshWithoutRules(cluster, pod, source);
  const mesh = outside?.profile;
  const beside = native === undefined ? '' : `; nftables has tables of its own, which are walked too: ${native.names.join(', ')}`;
  const queried = `${from}: ${chosen.says}${beside}`;
  const host = withProxyOf(liveHost(source, { answers, mesh }), facts);
  return {
    rules,
    facts,
    names: liveNames(cluster, pod.namespace),
    absentFamilies: ([4, 6] as const).filter((family) => isNoMatter(pod, family)),
    about: unreadKeysOf(described, name),
    ...(outside !== undefined && {
      mesh: outside.profile,
      notCaptured: {
        because: outside.because,
        queried,
        writer: outside.writer,
        name,
        connection: cluster.connection,
        again: again(pod.debugImage.image),
      },
    }),
    ...(host.text !== undefined && { host: { path: path('.host.json'), text: host.text, ...(host.sockets && { sockets: true }) } }),
    notes: [
      ...wanted.notes,
      ...startingNotes(name, pod),
      `queried ${queried}`,
      ...(pod.onNodeNetwork ? [`pod ${name} is on the node's network: these are the node's rules`] : []),
      ...notes,
      ...host.notes,
    ],
  };
}

function startingNotes(name: string, { state: { initContainer } }: LivePod): readonly string[] {
  return initContainer === undefined
    ? []
    : [`pod ${name} is still starting: its init container ${initContainer} runs, and rules may be missing`];
}

/** Rules without chains of a mesh, in a pod that one is to capture. */
async function meshWithoutRules(
  cluster: Cluster,
  pod: LivePod,
  rules: Source,
): Promise<{ readonly mesh?: PodMesh; readonly notes: readonly string[] }> {
  const { rulesets } = readRules(rules, { allowEmpty: true });
  if (chooseSetting({ rulesets, given: {} }).profile !== undefined) return { notes: [] };
  const { ask } = pod;
  const told = ask === undefined ? undefined : await keptAnswer(cluster, ['get', 'namespace', ask, '--output=json']);
  const labels = told !== undefined && 'code' in told && told.code === 0 ? readLabels(told.out) : undefined;
  const unknown = `namespace ${ask} could not be read: whether ambient is to capture the pod is not known`;
  const mesh = pod.mesh(labels);
  if (mesh === undefined) return { notes: ask !== undefined && labels === undefined ? [unknown] : [] };
  return { mesh, notes: [`NOT CAPTURED: ${mesh.because}, and no rule is of that mesh`] };
}

/** Where there is no table at all the dump is empty; an empty table is the same, and says of which family. */
function withTable({ family, text }: FamilyDump): string {
  return text.trim() === '' ? `# Generated by ${family === 4 ? 'iptables' : 'ip6tables'}-save: there is no table\n*filter\nCOMMIT\n` : text;
}

/** As iptables-nft-save says it of the other backend: what is answered is half of what the kernel does. */
function halfText({ family, text }: FamilyDump, leftOut: LiveBackend | undefined): string {
  if (leftOut === undefined) return '';
  const program = family === 4 ? 'iptables' : 'ip6tables';
  const warning = `# Warning: ${program}-${leftOut} tables present, use ${program}-${leftOut}-save to see them\n`;
  return text.includes(`# Warning: ${program}-${leftOut} tables present`) ? '' : warning;
}

/** Without rules and without an address of that family there is nothing to check. */
function isNoMatter({ families }: LivePod, family: Family): boolean {
  return families.length > 0 && !families.includes(family);
}

export function debugOf({ input }: Pick<Call, 'input'>): Debug | undefined {
  const image = optionText(input, 'debugImage');
  return image === undefined ? undefined : { image, profile: optionText(input, 'debugProfile') ?? 'netadmin' };
}
