/** Two configurations: what the second says in another way, and whether less is found by it. */
import { type ChainwalkConfig, type ConfigClaims, type ConfigSuppression, givenLevelOf } from '../../api/library/config.ts';
import type { Level } from '../../prove/proof/claim.ts';
import { list } from './list.ts';

export interface ConfigChange {
  /** error: something may not be found any more; info: more is found, or the same */
  readonly level: Level;
  /** the key with its place, and what it says on both sides */
  readonly message: string;
}

export function configChanges(base: ChainwalkConfig, head: ChainwalkConfig): readonly ConfigChange[] {
  return [
    ...groupChanges(list2(base.groups), list2(head.groups)),
    ...claimChanges(base.claims, head.claims),
    ...setChanges('expectations', list(base.expectations), list(head.expectations)),
    ...suppressionChanges(list2(base.suppressions), list2(head.suppressions)),
    ...valueChange('base', base.base, head.base),
    ...valueChange('baseline', base.baseline, head.baseline),
    ...valueChange('output', list(base.output), list(head.output), 'info'),
    ...valueChange('strict', base.strict ?? false, head.strict ?? false, head.strict === true ? 'info' : 'error'),
  ];
}

function list2<T>(items: readonly T[] | undefined): readonly T[] {
  return items ?? [];
}

/** A group that comes last takes no file from another. */
function groupChanges(base: readonly object[], head: readonly object[]): readonly ConfigChange[] {
  return Array.from({ length: Math.max(base.length, head.length) }).flatMap((_, index): readonly ConfigChange[] => {
    const [was, is] = [base[index], head[index]];
    if (was === undefined) return [{ level: 'info', message: `\`groups[${index}]\` is new` }];
    if (is === undefined) return [{ level: 'error', message: `\`groups[${index}]\` is gone: it was ${textOf(was)}` }];
    const fields = (group: object): Readonly<Record<string, unknown>> => ({ ...group });
    return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((key) => {
      const texts = key === 'files' || key === 'values';
      const value = (group: object) => (texts ? list(fields(group)[key] as string | undefined) : fields(group)[key]);
      return valueChange(`groups[${index}].${key}`, value(was), value(is));
    });
  });
}

function claimChanges(base: ConfigClaims = {}, head: ConfigClaims = {}): readonly ConfigChange[] {
  const only = valueChange('claims.only', base.only, head.only, isAtLeast(head.only, base.only) ? 'info' : 'error');
  const except = setChanges('claims.except', list2(head.except), list2(base.except)).map(({ level }): ConfigChange => {
    return { level, message: changeText('claims.except', base.except, head.except) };
  });
  const ids = new Set([...Object.keys(base.levels ?? {}), ...Object.keys(head.levels ?? {})]);
  const levels = [...ids].flatMap((id) => {
    const [was, is] = [givenLevelOf(base, id), givenLevelOf(head, id)];
    return valueChange(`claims.levels.${id}`, was, is, is === 'error' || was === 'off' ? 'info' : 'error');
  });
  return [...only, ...except.slice(0, 1), ...levels];
}

/** Absent: all. */
function isAtLeast(head: readonly string[] | undefined, base: readonly string[] | undefined): boolean {
  return head === undefined || (base?.every((id) => head.includes(id)) ?? false);
}

/** One that is gone is the worse of the two. */
function setChanges(key: string, base: readonly string[], head: readonly string[]): readonly ConfigChange[] {
  const gone = base.filter((one) => !head.includes(one));
  const come = head.filter((one) => !base.includes(one));
  return [
    ...gone.map((one): ConfigChange => ({ level: 'error', message: `\`${key}\` has no \`${one}\` any more` })),
    ...come.map((one): ConfigChange => ({ level: 'info', message: `\`${key}\` has \`${one}\` as well` })),
  ];
}

function suppressionChanges(base: readonly ConfigSuppression[], head: readonly ConfigSuppression[]): readonly ConfigChange[] {
  const same = (one: ConfigSuppression) => JSON.stringify([one.claim, list(one.files), one.packets === undefined ? [] : list(one.packets)]);
  const known = new Set(base.map(same));
  const still = new Set(head.map(same));
  return [
    ...head.flatMap((one): readonly ConfigChange[] => {
      const message = `\`suppressions\` accepts \`${one.claim}\` of ${where(one)}, which the base does not: ${one.reason}`;
      return known.has(same(one)) ? [] : [{ level: 'error', message }];
    }),
    ...base.flatMap((one): readonly ConfigChange[] => {
      const message = `\`suppressions\` accepts \`${one.claim}\` of ${where(one)} no more`;
      return still.has(same(one)) ? [] : [{ level: 'info', message }];
    }),
  ];
}

function where({ files }: ConfigSuppression): string {
  return files === undefined ? 'all files' : list(files).join(', ');
}

function valueChange(key: string, ...[base, head, level = 'error']: readonly [unknown, unknown, Level?]): readonly ConfigChange[] {
  return textOf(base) === textOf(head) ? [] : [{ level, message: changeText(key, base, head) }];
}

function changeText(key: string, ...[base, head]: readonly [unknown, unknown]): string {
  return `\`${key}\` is ${textOf(head)}; on the base it is ${textOf(base)}`;
}

function textOf(value: unknown): string {
  return value === undefined ? 'not there' : JSON.stringify(value);
}
