/** The files of a configuration, group by group, each with how it is read. */

import { type ConfigClaims, type ConfigGroup, type ConfigKind, givenLevelOf } from '../../api/library/config.ts';
import { holdsPods, isManifestText, kindOf, mayHoldPods } from '../../app/load/recognise.ts';
import { holdsPod } from '../../kubernetes/manifest/holdsPod.ts';
import { at, itemsOf } from '../../kubernetes/yaml/node.ts';
import { documentsOf } from '../../kubernetes/yaml/readYaml.ts';
import { JUDGED_CLAIMS } from '../../pods/claimIds.ts';
import { isSelected } from '../../prove/proof/claim.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import type { LoadedConfig } from '../config/load.ts';
import { from } from '../config/paths.ts';
import type { Io } from '../io/io.ts';
import { emptyGlobs } from './emptyGlobs.ts';
import { list } from './list.ts';

/** Files of one kind that are read with the same options. */
export interface Batch {
  readonly kind: ConfigKind;
  /** as paths from here */
  readonly files: readonly string[];
  readonly reading: GroupReading;
  /** files that the options name: when one changes, everything does */
  readonly beside: readonly string[];
}

/** How the files of a group are read, and which claims are checked. Paths are from here. */
export interface GroupReading
  extends Pick<ConfigGroup, 'profile' | 'host' | 'proxyUid' | 'proxyGid' | 'mode' | 'istio' | 'kubernetes' | 'families'> {
  readonly podIps: readonly string[];
  readonly nameservers: readonly string[];
  readonly values: readonly string[];
  readonly allowEmpty: boolean;
  readonly set: Readonly<Record<string, string>>;
  readonly except: readonly string[];
}

export interface Batches {
  readonly batches: readonly Batch[];
  /** files that the configuration names for anything */
  readonly named: ReadonlySet<string>;
  /** globs that match nothing */
  readonly diagnostics: readonly Diagnostic[];
}

/** Files that are here, or as a revision of git has them. */
export type ConfigFiles = Pick<Io, 'read' | 'glob'>;

export async function batchesOf(files: ConfigFiles, loaded: LoadedConfig): Promise<Batches> {
  const { config, folder, source, root } = loaded;
  const taken = new Set(await otherwiseUsed(files, loaded));
  const batches: Batch[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [index, group] of (config.groups ?? []).entries()) {
    const found = await files.glob(list(group.files), folder);
    const own = found.filter((file) => !taken.has(file));
    for (const file of own) taken.add(file);
    const node = itemsOf(at(root, 'groups'))[index];
    const span = node?.span ?? root.span;
    const empty = await emptyGlobs(files, { loaded, key: `groups[${index}].files`, globs: group.files, node: node && at(node, 'files') });
    if (own.length === 0 && found.length > 0) diagnostics.push({ kind: 'warning', message: takenBefore(group, index), source, span });
    else diagnostics.push(...empty);
    const read = await Promise.all(own.map((file) => recognise(files, file, group.as)));
    const warn = (message: string) => diagnostics.push({ kind: 'warning', message: `groups[${index}]: ${message}`, source, span });
    for (const { file, passedOver } of read) if (passedOver !== undefined) warn(`\`${file}\` is passed over: ${passedOver}`);
    for (const kind of ['rules', 'manifest', 'settings'] as const) {
      const same = read.filter((one) => one.kind === kind);
      if (kind === 'manifest' && same.length > 0 && !same.some(({ holdsPod }) => holdsPod)) warn('there is no pod in its manifests');
      else if (same.length > 0) batches.push({ kind, files: same.map(({ file }) => file), ...readingOf(group, loaded) });
    }
  }
  diagnostics.push(
    ...(await emptyGlobs(files, { loaded, key: 'expectations', globs: config.expectations, node: at(root, 'expectations') })),
  );
  return { batches, named: taken, diagnostics };
}

function takenBefore(group: ConfigGroup, index: number): string {
  const globs = list(group.files)
    .map((glob) => `\`${glob}\``)
    .join(', ');
  return `groups[${index}]: all files of ${globs} belong to groups before it`;
}

/** Files that the configuration names for something else are not checked, whatever globs match them. */
async function otherwiseUsed({ glob }: ConfigFiles, { config, folder, source }: LoadedConfig): Promise<readonly string[]> {
  const beside = (config.groups ?? []).flatMap(({ values, host }) => [...list(values), ...list(host)]);
  const named = [...beside, ...list(config.baseline)].map((file) => from(folder, file));
  const expectations = list(config.expectations);
  return [...named, source.file, ...(expectations.length === 0 ? [] : await glob(expectations, folder))];
}

interface Recognised {
  readonly file: string;
  /** absent: it is not checked */
  readonly kind?: ConfigKind;
  readonly passedOver?: string;
  readonly holdsPod?: boolean;
}

/** By content; what cannot be read is said by who reads it. */
export async function recognise({ read }: ConfigFiles, file: string, as: ConfigKind | undefined): Promise<Recognised> {
  const content = await read(file);
  if (!('text' in content)) return { file, kind: as ?? 'rules' };
  const found = as === undefined ? kindOf(content.text) : { kind: as };
  if ('kind' in found) {
    const isObjects = found.kind === 'manifest' || (as === undefined && found.kind === 'values' && isManifestText(content.text));
    const hasPod = isObjects && (await podIn({ file, text: content.text }));
    // beside pods, mesh configuration is read with them
    const kind = hasPod ? 'manifest' : found.kind;
    if (kind === 'values') return { file, passedOver: 'it is mesh configuration, and counts where `values` of a group names it' };
    if (kind === 'cni') return { file, passedOver: 'it is a chain of CNI plugins' };
    return { file, kind, holdsPod: hasPod };
  }
  const isData = /\.(?:ya?ml|json)$/.test(file);
  return isData ? { file, passedOver: found.why } : { file, kind: 'rules' };
}

/** What cannot be read may hold one. */
async function podIn(source: Source): Promise<boolean> {
  if (holdsPods(source.text)) return true;
  if (!mayHoldPods(source.text)) return false;
  const { documents, diagnostics } = documentsOf(await import('yaml'), source);
  return diagnostics.length > 0 || documents.some(({ root }) => holdsPod(root));
}

function readingOf(group: ConfigGroup, { config: { claims }, folder }: LoadedConfig): Pick<Batch, 'reading' | 'beside'> {
  const { profile, proxyUid, proxyGid, mode, istio, kubernetes, families, set = {} } = group;
  const values = list(group.values).map((one) => from(folder, one));
  const host = group.host === undefined ? undefined : from(folder, group.host);
  return {
    beside: [...values, ...list(host)],
    reading: {
      ...(profile !== undefined && { profile }),
      ...(host !== undefined && { host }),
      podIps: list(group.podIps),
      nameservers: list(group.nameservers),
      ...(proxyUid !== undefined && { proxyUid }),
      ...(proxyGid !== undefined && { proxyGid }),
      ...(mode !== undefined && { mode }),
      ...(istio !== undefined && { istio }),
      ...(kubernetes !== undefined && { kubernetes }),
      ...(families !== undefined && { families }),
      // settings may be of pods for which no rules are written
      allowEmpty: group.allowEmpty === true || group.as === 'settings',
      values,
      set,
      except: JUDGED_CLAIMS.filter((id) => !isAsked(claims, id)),
    },
  };
}

export function isAsked(claims: ConfigClaims | undefined, id: string): boolean {
  const { only, except } = claims ?? {};
  return isSelected(id, { only, except }) && givenLevelOf(claims, id) !== 'off';
}
