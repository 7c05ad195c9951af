/** The files of a configuration, group by group, each with how it is read. */
import type { ConfigClaims, ConfigGroup, ConfigKind } from '../../api/library/config.ts';
import { BEHAVIOUR_CHANGED } from '../../diff/behaviourChanged.ts';
import { at, itemsOf } from '../../kubernetes/yaml/node.ts';
import { KEPT_PROMISES } from '../../pods/keptPromises.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Call, OptionValue } from '../argv/command.ts';
import type { LoadedConfig } from '../config/load.ts';
import { from } from '../config/paths.ts';
import { CLAIM_IDS } from '../config/shape.ts';
import { holdsPods, kindOf } from '../diff/recognise.ts';
import type { Io } from '../io/io.ts';

/** What is asked of two sides, and is no claim about one. */
const OF_TWO_SIDES: readonly string[] = [BEHAVIOUR_CHANGED, ...KEPT_PROMISES];

/** Files of one kind that are read with the same options. */
export interface Batch {
  readonly kind: ConfigKind;
  /** as paths from here */
  readonly files: readonly string[];
  /** as the command line would have them */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** files that the options name: when one changes, everything does */
  readonly beside: readonly string[];
}

export interface Batches {
  readonly batches: readonly Batch[];
  /** globs that match nothing */
  readonly diagnostics: readonly Diagnostic[];
}

export async function batchesOf(call: Call, loaded: LoadedConfig): Promise<Batches> {
  const { config, folder, source, root } = loaded;
  const taken = new Set(await otherwiseUsed(call, loaded));
  const batches: Batch[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, group] of (config.groups ?? []).entries()) {
    const found = await call.io.glob(list(group.files), folder);
    const files = found.filter((file) => !taken.has(file));
    for (const file of files) taken.add(file);
    const span = itemsOf(at(root, 'groups'))[index]?.span ?? root.span;
    if (files.length === 0) diagnostics.push({ kind: 'warning', message: nothingFor(group, index, found.length), source, span });
    const read = await Promise.all(files.map((file) => recognise(call.io, file, group.as)));
    const warn = (message: string) => diagnostics.push({ kind: 'warning', message: `groups[${index}]: ${message}`, source, span });
    for (const { file, passedOver } of read) if (passedOver !== undefined) warn(`\`${file}\` is passed over: ${passedOver}`);
    for (const kind of ['rules', 'manifest', 'settings'] as const) {
      const own = read.filter((one) => one.kind === kind);
      if (kind === 'manifest' && own.length > 0 && !own.some(({ holdsPod }) => holdsPod)) warn('there is no pod in its manifests');
      else if (own.length > 0) batches.push({ kind, files: own.map(({ file }) => file), ...optionsOf(group, loaded) });
    }
  }
  return { batches, diagnostics };
}

function nothingFor(group: ConfigGroup, index: number, found: number): string {
  const globs = list(group.files)
    .map((glob) => `\`${glob}\``)
    .join(', ');
  return found === 0 ? `groups[${index}]: no file matches ${globs}` : `groups[${index}]: all files of ${globs} belong to groups before it`;
}

export function list(texts: string | readonly string[] | undefined): readonly string[] {
  return texts === undefined ? [] : typeof texts === 'string' ? [texts] : texts;
}

/** Files that the configuration names for something else are no files to judge, whatever globs match them. */
async function otherwiseUsed({ io }: Call, { config, folder, source }: LoadedConfig): Promise<readonly string[]> {
  const beside = (config.groups ?? []).flatMap(({ values, host }) => [...list(values), ...list(host)]);
  const named = [...beside, ...list(config.baseline)].map((file) => from(folder, file));
  const expectations = list(config.expectations);
  return [...named, source.file, ...(expectations.length === 0 ? [] : await io.glob(expectations, folder))];
}

interface Recognised {
  readonly file: string;
  /** absent: it is not judged */
  readonly kind?: ConfigKind;
  readonly passedOver?: string;
  readonly holdsPod?: boolean;
}

/** By content; what cannot be read is said by who reads it. */
async function recognise(io: Io, file: string, as: ConfigKind | undefined): Promise<Recognised> {
  const content = await io.read(file);
  if (!('text' in content)) return { file, kind: as ?? 'rules' };
  const found = as === undefined ? kindOf(content.text) : { kind: as };
  const holdsPod = holdsPods(content.text);
  if ('kind' in found) {
    const { kind } = found;
    if (kind === 'values') return { file, passedOver: 'it is mesh configuration, which `values` names' };
    if (kind === 'cni') return { file, passedOver: 'it is a chain of CNI plugins' };
    return { file, kind, holdsPod };
  }
  const isData = /\.(?:ya?ml|json)$/.test(file);
  return isData && !found.known ? { file, passedOver: found.why } : { file, kind: 'rules' };
}

function optionsOf(group: ConfigGroup, { config: { claims }, folder }: LoadedConfig): Pick<Batch, 'options' | 'beside'> {
  const values = list(group.values).map((one) => from(folder, one));
  const host = group.host === undefined ? undefined : from(folder, group.host);
  return {
    beside: [...values, ...(host === undefined ? [] : [host])],
    options: {
      ...(group.profile !== undefined && { profile: group.profile }),
      ...(host !== undefined && { host }),
      podIp: list(group.podIps),
      ...(group.proxyUid !== undefined && { proxyUid: String(group.proxyUid) }),
      ...(group.proxyGid !== undefined && { proxyGid: String(group.proxyGid) }),
      ...(group.mode !== undefined && { mode: group.mode }),
      ...(group.istio !== undefined && { istio: group.istio }),
      ...(group.families !== undefined && { family: group.families.join(',') }),
      // settings may be of pods for which no rules are written
      ...((group.allowEmpty === true || group.as === 'settings') && { allowEmpty: true }),
      values,
      set: Object.entries(group.set ?? {}).map(([name, value]) => `${name}=${value}`),
      except: CLAIM_IDS.filter((id) => !OF_TWO_SIDES.includes(id) && !isAsked(claims, id)).join(',') || undefined,
    },
  };
}

export function isAsked(claims: ConfigClaims | undefined, id: string): boolean {
  const { only, except, levels } = claims ?? {};
  return (only?.includes(id) ?? true) && except?.includes(id) !== true && levels?.[id] !== 'off';
}
