/** Texts of manifests and of mesh configuration, with what is said besides them, read. */
import { Composer, isAlias, isMap, isScalar, isSeq, Parser } from 'yaml';
import type { PodReading, PodTexts, ReadTexts } from '../../app/load/podTexts.ts';
import { APPROACHES, type Approach } from '../../injection/facts/approach.ts';
import { NEWEST, OLDEST, parseVersion } from '../../istio/settings/version.ts';
import { parseKubernetes } from '../../kubernetes/manifest/clusterNode.ts';
import { documentsOf, nestedDocuments } from '../../kubernetes/yaml/readYaml.ts';
import { parseAddress } from '../../packet/address.ts';
import type { Source } from '../../syntax/text/source.ts';
import { InputError } from '../library/inputError.ts';
import type { OptionKinds } from '../library/options.ts';
import { shownValue } from '../library/shown.ts';

/** What is read of the package: the page leaves out the rest. */
const YAML = { Composer, isAlias, isMap, isScalar, isSeq, Parser };

/** YAML or JSON, of one object, of several, or of a List; with a name for messages, or without. */
export type ManifestText = string | Source;

export type ManifestTexts = ManifestText | readonly ManifestText[];

export interface ManifestOptions {
  /** mesh configuration: Helm values, MeshConfig, an IstioOperator, ConfigMaps of istiod; later ones win */
  readonly values?: ManifestTexts;
  /** who writes the rules; absent: as the mesh is installed */
  readonly mode?: Approach;
  /** version of Istio, `1.25`; absent: the one that is installed, or else the newest known one */
  readonly istio?: string;
  /** version of Kubernetes on the nodes, `1.33`; absent: as Nodes among the manifests say, or else 1.33 */
  readonly kubernetes?: string;
  /** name servers in the pods' resolv.conf; absent: as Services and kubelets among the manifests say, or else 10.96.0.10 */
  readonly nameservers?: readonly string[];
}

export const MANIFEST_OPTIONS: OptionKinds<ManifestOptions> = {
  values: 'anything',
  mode: { a: 'mode', words: APPROACHES },
  istio: 'text',
  kubernetes: 'text',
  nameservers: 'texts',
};

/** @throws InputError when a version or an address cannot be read, and when a manifest is no text */
export function manifestTexts(manifests: ManifestTexts, { values = [], ...said }: ManifestOptions): PodTexts {
  const reading = readingOf(said);
  return {
    manifests: textsOf(manifests, 'manifests.yaml'),
    values: textsOf(values, 'values.yaml'),
    readNested: nestedDocuments(YAML),
    reading,
  };
}

function readingOf({ mode, istio, kubernetes, nameservers }: Omit<ManifestOptions, 'values'>): PodReading {
  const version = istio === undefined ? undefined : parseVersion(istio);
  if (istio !== undefined && version === undefined) {
    throw new InputError([`\`${istio}\` is not a version from 1.${OLDEST} to 1.${NEWEST}`]);
  }
  const nodes = kubernetes === undefined ? undefined : parseKubernetes(kubernetes);
  if (kubernetes !== undefined && nodes === undefined) throw new InputError([`\`${kubernetes}\` is not a version such as 1.33`]);
  const wrong = nameservers?.find((text) => parseAddress(text) === undefined);
  if (wrong !== undefined) throw new InputError([`\`${wrong}\` is not an address of a name server`]);
  return {
    ...(mode !== undefined && { mode }),
    ...(version !== undefined && { version }),
    ...(nodes !== undefined && { kubernetes: nodes }),
    ...(nameservers !== undefined && { nameservers }),
  };
}

function textsOf(texts: ManifestTexts, file: string): ReadTexts {
  const list: readonly unknown[] = Array.isArray(texts) ? texts : [texts];
  const wrong = list.find((one) => !isText(one));
  if (list.some((one) => !isText(one)))
    throw new InputError([`a manifest is a text, or an object with \`file\` and \`text\`; this is ${shownValue(wrong)}`]);
  const sources = (list as readonly ManifestText[]).map((text) => (typeof text === 'string' ? { file, text } : text));
  const read = sources.map((source) => documentsOf(YAML, source));
  return { sources, documents: read.flatMap((one) => one.documents), diagnostics: read.flatMap((one) => one.diagnostics) };
}

function isText(value: unknown): value is ManifestText {
  if (typeof value === 'string') return true;
  return (
    typeof value === 'object' &&
    value !== null &&
    'text' in value &&
    typeof value.text === 'string' &&
    'file' in value &&
    typeof value.file === 'string'
  );
}
