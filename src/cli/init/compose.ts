/** A configuration in YAML from what a folder has. */
import { groupBy } from '../../lib/groupBy.ts';
import { folderOf } from '../config/paths.ts';
import type { LeftOut, Survey } from './survey.ts';

export interface Composed {
  readonly text: string;
  /** a line for each part, to be told */
  readonly parts: readonly Part[];
  readonly leftOut: readonly LeftOut[];
}

export interface Part {
  readonly what: string;
  readonly count: number;
  readonly globs: readonly string[];
}

interface YamlGroup {
  readonly what: string;
  readonly count: number;
  readonly globs: readonly string[];
  readonly lines: readonly string[];
}

/** Undefined: there is nothing to check. */
export function compose({ names, files, leftOut }: Survey): Composed | undefined {
  const of = (...kinds: readonly string[]) => files.filter(({ kind }) => kinds.includes(kind)).map(({ file }) => file);
  const [rules, settings, hosts, expectations] = [of('rules'), of('settings'), of('host'), of('expectations')];
  const manifests = of('manifest').length === 0 ? [] : of('manifest', 'objects');
  const values = manifests.length === 0 ? [] : of('values');
  const pairs = rules.flatMap((file) => hosts.filter((host) => stem(host) === stem(file)).map((host) => ({ file, host })));
  const paired = pairs.map(({ file }) => file);
  const alone = rules.filter((file) => !paired.includes(file));
  // those belong to a group before
  const all = names.filter((file) => !paired.includes(file));
  const groups: YamlGroup[] = [
    ...pairs.map(({ file, host }) => groupFor('rules', { own: [file], all: [], lines: [`host: ${quoted(host)}`] })),
    ...(alone.length === 0 ? [] : [groupFor('rules', { own: alone, all, lines: [] })]),
    ...(manifests.length === 0
      ? []
      : [groupFor('manifests', { own: manifests, all, lines: values.length === 1 ? [`values: ${quoted(values[0] ?? '')}`] : [] })]),
    ...(settings.length === 0 ? [] : [groupFor('settings', { own: settings, all, lines: ['as: settings'] })]),
  ];
  if (groups.length === 0 && expectations.length === 0) return undefined;
  const expected = expectations.length === 0 ? undefined : groupFor('expectations', { own: expectations, all, lines: [] });
  const text = [
    '# What `chainwalk ci` checks. Keys: chainwalk explain config',
    '# yaml-language-server: $schema=https://raw.githubusercontent.com/chainwalk/chainwalk/main/schemas/config.json',
    ...(groups.length === 0
      ? []
      : ['groups:', ...groups.flatMap(({ globs, lines }) => [`  - files: ${listed(globs)}`, ...lines.map((line) => `    ${line}`)])]),
    ...(expected === undefined ? [] : [`expectations: ${listed(expected.globs)}`]),
    '',
  ].join('\n');
  return {
    text,
    parts: [...groups, ...(expected === undefined ? [] : [expected])],
    leftOut: [...leftOut, ...notUsed(values, hosts, pairs, manifests)],
  };
}

function notUsed(
  values: readonly string[],
  hosts: readonly string[],
  pairs: readonly { readonly host: string }[],
  manifests: readonly string[],
): readonly LeftOut[] {
  const unpaired = hosts.filter((host) => !pairs.some((pair) => pair.host === host));
  return [
    ...(values.length < 2
      ? []
      : values.map((path) => ({ path, why: 'mesh configuration, one of several: say which counts with `values:` of a group' }))),
    ...(manifests.length > 0 ? [] : values.map((path) => ({ path, why: 'mesh configuration, and there are no pods that it is for' }))),
    ...unpaired.map((path) => ({ path, why: 'it describes a host: say of which rules with `host:` of a group' })),
  ];
}

/** `net/web.rules` and `net/web.host.json` are of one pod. */
function stem(file: string): string {
  return file.replace(/(?:\.host)?\.\w+$/, '');
}

interface Grouping {
  readonly own: readonly string[];
  /** files of every kind, which a glob might take too */
  readonly all: readonly string[];
  readonly lines: readonly string[];
}

function groupFor(what: string, { own, all, lines }: Grouping): YamlGroup {
  const inTrees = all.length === 0 ? new Map<string, readonly string[]>() : treesOf(own, all);
  const inFolders = own.filter((file) => ![...inTrees.values()].some((files) => files.includes(file)));
  const globs = [...inTrees.keys(), ...globsOfFolders(inFolders, all)];
  return { what, count: own.length, globs: [...new Set(globs)], lines };
}

/** One glob for all folders below one, where it takes no file that is not meant. */
function treesOf(own: readonly string[], all: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const treeOf = (file: string) => {
    const [top, ...rest] = file.split('/');
    return rest.length === 0 || top === undefined ? undefined : `${escaped(top)}/**/${patternOf(file).split('/').at(-1)}`;
  };
  const grouped = groupBy(own, (file) => treeOf(file) ?? '');
  const trees = [...grouped].filter(([tree, files]) => {
    const isSpread = new Set(files.map(folderOf)).size > 1;
    return tree !== '' && isSpread && all.every((file) => treeOf(file) !== tree || files.includes(file));
  });
  return new Map(trees);
}

function globsOfFolders(own: readonly string[], all: readonly string[]): readonly string[] {
  return [...groupBy(own, patternOf)].flatMap(([pattern, files]) => {
    if (all.length === 0) return files.map(escaped);
    const others = all.filter((file) => patternOf(file) === pattern && !files.includes(file));
    // a lone file among others is named; the next one of a folder is to be found too
    if (others.length > files.length) return files.map(escaped);
    return [pattern, ...others.map((file) => `!${escaped(file)}`)];
  });
}

/** `net/*.rules`, `net/*.expect.yaml` */
function patternOf(file: string): string {
  const folder = folderOf(file);
  const ending = /(?:\.expect)?\.\w+$/.exec(file)?.[0] ?? '';
  return `${folder === '' ? '' : `${escaped(folder)}/`}*${ending}`;
}

/** A name as a glob that matches nothing else. */
function escaped(path: string): string {
  return path.replaceAll(/[[\]{}()!*?+@]/g, '\\$&');
}

function listed(globs: readonly string[]): string {
  const [only] = globs;
  return globs.length === 1 && only !== undefined ? quoted(only) : `[${globs.map(quoted).join(', ')}]`;
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) && !/^[\d.-]+$/.test(text) ? text : JSON.stringify(text);
}
