/** The options of one side: its own before those of both. */
import { asksPods, type Plan } from '../../app/diff/plan.ts';
import { type ComparedSide, type PodsOfSide, SIDES, type Side } from '../../app/diff/side.ts';
import { parseVersion } from '../../istio/settings/version.ts';
import { parseKubernetes } from '../../kubernetes/manifest/clusterNode.ts';
import { nestedDocuments } from '../../kubernetes/yaml/readYaml.ts';
import type { Source } from '../../syntax/text/source.ts';
import { type Call, type CommandInput, optionIsSet, optionList, optionText } from '../argv/command.ts';
import { complainAboutVersion } from '../input/istioVersion.ts';
import { complainAboutKubernetes } from '../input/kubernetesVersion.ts';
import { readNameservers } from '../input/nameservers.ts';
import { parseTexts, settingReadingOf, writtenPodReading } from '../input/podTexts.ts';
import { readerOf, readSources, type TextReader } from '../input/reader.ts';
import { ruleReadingOf } from '../input/ruleTexts.ts';
import type { Files } from './files.ts';

interface SideWords {
  readonly mode: string | undefined;
  readonly istio: string | undefined;
  readonly kubernetes: string | undefined;
  readonly backend: string | undefined;
  readonly values: readonly string[];
}

/** `--head-mode` stands for `--mode` on the side of head. */
function wordsOf(input: CommandInput, side: Side, rename: Files['rename']): SideWords {
  const own = (name: string): string => `${side}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const values = optionList(input, own('values'));
  return {
    mode: optionText(input, own('mode')) ?? optionText(input, 'mode'),
    istio: optionText(input, own('istio')) ?? optionText(input, 'istio'),
    kubernetes: optionText(input, own('kubernetes')) ?? optionText(input, 'kubernetes'),
    backend: optionText(input, own('backend')),
    values: values.length > 0 ? values : optionList(input, 'values').map((file) => rename(file, side)),
  };
}

/** What is about pods is read only where the plan needs them. Undefined when an option or a file cannot be used, which has been reported. */
export async function readSide(
  call: Call,
  side: Side,
  { plan, rename }: Pick<Files, 'rename'> & { readonly plan: Plan },
): Promise<ComparedSide | undefined> {
  const reading = await ruleReadingOf(call);
  const applied = side === 'head' ? appliedOf(call) : undefined;
  const rules = reading && { ...reading, ...(applied !== undefined && { applied }) };
  const words = wordsOf(call.input, side, rename);
  const settings = settingReadingOf(words);
  if (!asksPods(plan)) return rules && { rules, settings };
  const pods = await readPodOptions(call, side, words);
  return rules && pods && { rules, settings, pods };
}

/** Of several each is a line. */
function appliedOf({ input }: Call): Source | undefined {
  const texts = optionList(input, 'apply');
  return texts.length === 0 ? undefined : { file: '--apply', text: texts.join('\n') };
}

async function readPodOptions(
  call: Call,
  side: Side,
  { mode, backend, istio, kubernetes, values: files }: SideWords,
): Promise<PodsOfSide | undefined> {
  const reader = readerOf(call);
  const annotations = await annotationsOf(reader, call.input, side);
  const isWrong = istio !== undefined && parseVersion(istio) === undefined;
  if (isWrong) await complainAboutVersion(reader, istio);
  const isUnknown = kubernetes !== undefined && parseKubernetes(kubernetes) === undefined;
  if (isUnknown) await complainAboutKubernetes(reader, kubernetes);
  const servers = await readNameservers(call);
  const sources = await readSources(reader, files);
  if (annotations === undefined || isWrong || isUnknown || servers === undefined || sources === undefined) return undefined;
  const yaml = await import('yaml');
  return {
    reading: { ...writtenPodReading({ mode, backend, istio, kubernetes, podIps: optionList(call.input, 'podIp') }), ...servers },
    values: parseTexts(yaml, sources),
    annotations,
    parse: (texts) => parseTexts(yaml, texts),
    readNested: nestedDocuments(yaml),
  };
}

/** Annotations that one side has besides those of its manifests; undefined: one is not KEY=VALUE, which has been reported. */
async function annotationsOf(reader: TextReader, input: CommandInput, side: Side): Promise<ReadonlyMap<string, string> | undefined> {
  const found = new Map<string, string>();
  for (const text of optionList(input, `${side}Annotation`)) {
    const [, key, value] = /^([^=\s]+)=(.*)$/s.exec(text) ?? [];
    if (key === undefined || value === undefined) {
      const help = `--${side}-annotation sidecar.istio.io/interceptionMode=TPROXY`;
      await reader.complain({ message: `--${side}-annotation expects KEY=VALUE, not \`${text}\``, help });
      return undefined;
    }
    found.set(key, value);
  }
  return found;
}

const OF_ONE_SIDE = ['Host', 'Mode', 'Backend', 'Istio', 'Kubernetes', 'Values', 'Annotation'];

/** Whether the two sides are asked about in different ways: then one file can be both. */
export function sidesDiffer({ input }: Call): boolean {
  const given = (name: string) => optionText(input, name) !== undefined || optionList(input, name).length > 0 || optionIsSet(input, name);
  return given('apply') || SIDES.some((side) => OF_ONE_SIDE.some((name) => given(`${side}${name}`)));
}
