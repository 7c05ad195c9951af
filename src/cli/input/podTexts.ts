/** Files of manifests and mesh configuration, and the options that say how they are read. */

import type { PodReading, PodTexts, ReadTexts } from '../../app/load/podTexts.ts';
import type { SettingReading } from '../../app/load/settingTexts.ts';
import { podIpComplaint } from '../../host/podAddress.ts';
import type { Approach } from '../../injection/facts/approach.ts';
import type { Mode } from '../../istio/settings/modes.ts';
import { parseVersion } from '../../istio/settings/version.ts';
import { parseKubernetes } from '../../kubernetes/manifest/clusterNode.ts';
import { documentsOf } from '../../kubernetes/yaml/readYaml.ts';
import type { Yaml } from '../../kubernetes/yaml/yamlTree.ts';
import type { Source } from '../../syntax/text/source.ts';
import { type Call, optionIsSet, optionList, optionText } from '../argv/command.ts';
import { readVersion } from './istioVersion.ts';
import { readKubernetes } from './kubernetesVersion.ts';
import { readNameservers } from './nameservers.ts';
import { readerOf, readSources, type TextReader } from './reader.ts';
import { nestedReader } from './yaml.ts';

/** Undefined when a file or an option cannot be read, which has been reported. */
export async function podTextsOf(call: Call, files: readonly string[]): Promise<PodTexts | undefined> {
  const reading = await podReadingOf(call);
  const texts = await readPodFiles(readerOf(call), { files, values: optionList(call.input, 'values'), reading: reading ?? {} });
  return reading && texts;
}

/** --mode, --istio, --kubernetes, --nameserver and --pod-ip. Undefined when one cannot be read, which has been reported. */
async function podReadingOf(call: Call): Promise<PodReading | undefined> {
  const asked = await readVersion(call);
  const kubernetes = asked && (await readKubernetes(call));
  const nameservers = kubernetes && (await readNameservers(call));
  const mode = optionText(call.input, 'mode') as Approach | undefined;
  const podIps = optionList(call.input, 'podIp');
  const complaint = podIpComplaint(podIps, false);
  if (complaint !== undefined) {
    await readerOf(call).complain({ message: `--pod-ip: ${complaint}` });
    return undefined;
  }
  return (
    nameservers && {
      ...asked,
      ...kubernetes,
      ...nameservers,
      ...(mode !== undefined && { mode }),
      ...(optionIsSet(call.input, 'nativeNftables') && { native: true }),
      ...(podIps.length > 0 && { addresses: podIps.map(plainAddress) }),
    }
  );
}

/** `10.12.3.4/16` is the address and its subnet. */
function plainAddress(text: string): string {
  return text.replace(/\/\d+$/, '');
}

/** Names of the mode and of the versions of Istio and Kubernetes, which have been checked. */
export interface WrittenReading {
  readonly mode?: string | undefined;
  readonly istio?: string | undefined;
  readonly kubernetes?: string | undefined;
  /** `iptables` or `nftables` */
  readonly backend?: string | undefined;
  readonly nameservers?: readonly string[] | undefined;
  readonly podIps?: readonly string[] | undefined;
}

export function writtenPodReading({ mode, backend, istio, kubernetes: nodes, nameservers = [], podIps = [] }: WrittenReading): PodReading {
  const version = istio === undefined ? undefined : parseVersion(istio);
  const kubernetes = nodes === undefined ? undefined : parseKubernetes(nodes);
  return {
    ...(mode !== undefined && { mode: mode as Approach }),
    ...(backend !== undefined && { native: backend === 'nftables' }),
    ...(version !== undefined && { version }),
    ...(kubernetes !== undefined && { kubernetes }),
    ...(nameservers.length > 0 && { nameservers }),
    ...(podIps.length > 0 && { addresses: podIps.map(plainAddress) }),
  };
}

export function settingReadingOf({ mode, istio, backend }: WrittenReading): SettingReading {
  return {
    ...(mode !== undefined && { mode: mode as Mode }),
    ...(istio !== undefined && { istio }),
    ...(backend !== undefined && { native: backend === 'nftables' }),
  };
}

export interface ManifestFiles {
  readonly files: readonly string[];
  readonly values: readonly string[];
  readonly reading: PodReading;
}

/** Undefined when one cannot be read, which has been reported. */
export async function readPodFiles(reader: TextReader, { files, values, reading }: ManifestFiles): Promise<PodTexts | undefined> {
  const manifests = await readSources(reader, files);
  const configuration = await readSources(reader, values);
  if (manifests === undefined || configuration === undefined) return undefined;
  const yaml = await import('yaml');
  return { manifests: parseTexts(yaml, manifests), values: parseTexts(yaml, configuration), readNested: await nestedReader(), reading };
}

export function parseTexts(yaml: Yaml, sources: readonly Source[]): ReadTexts {
  const read = sources.map((source) => documentsOf(yaml, source));
  return { sources, documents: read.flatMap(({ documents }) => documents), diagnostics: read.flatMap(({ diagnostics }) => diagnostics) };
}
