/** What the base checks and what is checked now: what is gone, emptied, or checked less. */

import type { JudgedPart } from '../../app/ci/judge.ts';
import type { Gone } from '../../app/ci/promises.ts';
import type { Expectation, ExpectationFile, LoadedExpectations } from '../../app/expect/expectation.ts';
import { wantedText } from '../../connection/wantedEnd.ts';
import { folderOf, from } from '../config/paths.ts';
import type { Io } from '../io/io.ts';

export interface JudgedSide {
  readonly parts: readonly JudgedPart[];
  readonly expectations: readonly LoadedExpectations[];
}

export interface GoneQuestion {
  /** the files of the head */
  readonly read: Io['read'];
  readonly revision: string;
  readonly base: JudgedSide;
  readonly head: JudgedSide;
  /** files in which there is an error, which is said: a pod of theirs is not gone */
  readonly unread: ReadonlySet<string>;
  /** by their names on the base */
  readonly renamed: ReadonlyMap<string, string>;
}

export async function goneSince(question: GoneQuestion): Promise<readonly Gone[]> {
  return [...(await goneParts(question)), ...goneExpectations(question)];
}

async function goneParts({ read, revision, base, head, unread, renamed }: GoneQuestion): Promise<readonly Gone[]> {
  const now = new Map(numbered(head.parts));
  const broken: Gone[] = [];
  const after = base.parts.map((part) => ({ ...part, file: renamed.get(part.file) ?? part.file, was: part.file }));
  for (const [key, part] of numbered(after)) {
    const still = now.get(key);
    const says = part.name === undefined ? `the ${part.says} of \`${part.file}\`` : `${part.name} of \`${part.file}\``;
    const is = part.name === undefined ? 'are' : 'is';
    const of = part.name ?? part.file;
    if (still?.isUnread || (still === undefined && unread.has(part.file))) continue;
    if (still === undefined) {
      broken.push({
        of,
        level: 'error',
        message: `${says}, which ${revision} checks, ${is} no longer checked: ${await whyGone(read, part.file)}`,
      });
    } else if (still.isEmpty && part.isEmpty === false) {
      broken.push({ of, level: 'error', message: `${says} are empty now: there are rules on ${revision}` });
    } else if (part.mesh !== undefined && still.mesh === undefined) {
      broken.push({ of, level: 'error', message: `${says} ${is} checked without a mesh, on ${revision} as ${part.mesh}` });
    }
  }
  return broken;
}

/** The same part of one file as often as it is there. */
function numbered<T extends JudgedPart>(parts: readonly T[]): readonly (readonly [key: string, part: T])[] {
  const seen = new Map<string, number>();
  return parts.map((part) => {
    const key = part.name ?? JSON.stringify([part.file, part.says]);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return [`${key} ${count}`, part];
  });
}

async function whyGone(read: Io['read'], file: string): Promise<string> {
  const content = await read(file);
  if ('problem' in content) return 'the file is not there';
  return content.text.trim() === '' ? 'the file is empty' : 'it is not in the file, or the configuration does not name the file';
}

function goneExpectations({ revision, base, head, renamed }: GoneQuestion): readonly Gone[] {
  const files = new Map(head.expectations.map((one) => [one.source.file, one]));
  return base.expectations.flatMap(({ source, file: was }): readonly Gone[] => {
    const name = renamed.get(source.file) ?? source.file;
    const is = files.get(name);
    if (is === undefined)
      return [{ of: name, level: 'error', message: `the expectations of \`${name}\`, which ${revision} has, are not checked any more` }];
    const moved = sceneOf(was, source.file, renamed) === sceneOf(is.file, name, new Map());
    return [
      ...(moved
        ? []
        : [
            {
              of: name,
              level: 'error' as const,
              message: `the expectations of \`${name}\` are checked in another setting than on ${revision}`,
            },
          ]),
      ...was.packets.flatMap((packet): readonly Gone[] => {
        const still = is.file.packets.filter(({ kind, text }) => kind === packet.kind && text === packet.text);
        if (still.length === 0)
          return [{ of: name, level: 'error', message: `\`${packet.text}\` is not expected any more in \`${name}\`` }];
        if (still.some((one) => endText(one) === endText(packet))) return [];
        const outcomes = still.map(endText).join(', ');
        return [
          {
            of: name,
            level: 'warning',
            message: `\`${packet.text}\` is expected to be ${outcomes} in \`${name}\`, on ${revision} ${endText(packet)}`,
          },
        ];
      }),
    ];
  });
}

function sceneOf({ packets: _, ...scene }: ExpectationFile, file: string, renamed: ReadonlyMap<string, string>): string {
  const path = (one: string): string => {
    const own = from(folderOf(file), one);
    return renamed.get(own) ?? own;
  };
  const { rules, manifest, host, values, ...words } = scene;
  return JSON.stringify([[rules, manifest, host].map((one) => one && path(one)), values?.map(path), Object.entries(words).sort()]);
}

function endText({ wanted }: Expectation): string {
  return 'outcome' in wanted ? wantedText(wanted) : `leaving by ${wanted.leavesOnlyBy.join(' or ')} alone`;
}
