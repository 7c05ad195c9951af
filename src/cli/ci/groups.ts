/** The files of a configuration, group by group, each with how it is read. */
import type { ConfigClaims, ConfigGroup, ConfigKind } from '../../config.ts';
import { at, itemsOf } from '../../istio/manifest/node.ts';
import type { Diagnostic } from '../../syntax/diagnostic.ts';
import { UNCHANGED_FATE } from '../../verify/unchangedFate.ts';
import type { Call, OptionValue } from '../command.ts';
import type { LoadedConfig } from '../config/load.ts';
import { from } from '../config/paths.ts';
import { CLAIM_IDS } from '../config/shape.ts';
import type { Io } from '../io.ts';
import { isManifest } from '../manifest/recognise.ts';

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
  const taken = new Set<string>();
  const batches: Batch[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, group] of (config.groups ?? []).entries()) {
    const found = await call.io.glob(list(group.files), folder);
    const files = found.filter((file) => !taken.has(file));
    for (const file of files) taken.add(file);
    const span = itemsOf(at(root, 'groups'))[index]?.span ?? root.span;
    if (files.length === 0) diagnostics.push({ kind: 'warning', message: nothingFor(group, index, found.length), source, span });
    const kinds = await Promise.all(files.map((file) => kindOf(call.io, file, group.as)));
    for (const kind of ['rules', 'manifest', 'settings'] as const) {
      const own = files.filter((_, at) => kinds[at] === kind);
      if (own.length > 0) batches.push({ kind, files: own, ...optionsOf(group, loaded) });
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

/** By content; what cannot be read is said by who reads it. */
async function kindOf(io: Io, file: string, as: ConfigKind | undefined): Promise<ConfigKind> {
  if (as !== undefined) return as;
  const content = await io.read(file);
  if (!('text' in content)) return 'rules';
  if (isManifest(content.text)) return 'manifest';
  return /^\s*\{/.test(content.text) ? 'settings' : 'rules';
}

function optionsOf(group: ConfigGroup, { config: { claims }, folder }: LoadedConfig): Pick<Batch, 'options' | 'beside'> {
  const values = list(group.values).map((one) => from(folder, one));
  const host = group.host === undefined ? undefined : from(folder, group.host);
  return {
    beside: [...values, ...(host === undefined ? [] : [host])],
    options: {
      ...(group.profile !== undefined && { profile: group.profile }),
      ...(host !== undefined && { host }),
      ...(group.mode !== undefined && { mode: group.mode }),
      ...(group.istio !== undefined && { istio: group.istio }),
      ...(group.families !== undefined && { family: group.families.join(',') }),
      values,
      set: Object.entries(group.set ?? {}).map(([name, value]) => `${name}=${value}`),
      except: CLAIM_IDS.filter((id) => id !== UNCHANGED_FATE && !isAsked(claims, id)).join(',') || undefined,
    },
  };
}

export function isAsked(claims: ConfigClaims | undefined, id: string): boolean {
  const { only, except, levels } = claims ?? {};
  return (only?.includes(id) ?? true) && except?.includes(id) !== true && levels?.[id] !== 'off';
}
