/** What was read of many pods: equal ones together, and those of which nothing is known. */
import { type Call, optionIsSet } from '../argv/command.ts';
import type { PodFiles } from './podFiles.ts';

/** Pods with the same rules and the same host but for their addresses. */
export interface EqualPods {
  readonly labels: readonly string[];
  /** of each, in the order of labels */
  readonly all: readonly PodFiles[];
}

/** Pods about which nothing is proved. */
export interface UnreadPods {
  readonly label: string;
  readonly why: string;
  readonly help?: string;
  readonly isNothing?: true;
}

export interface PodsRead {
  readonly groups: readonly EqualPods[];
  readonly unread: readonly UnreadPods[];
}

/** What was noted of each pod: all of it with -v. */
export async function tellNotes({ io, input }: Call, { groups }: PodsRead): Promise<void> {
  if (optionIsSet(input, 'quiet') || !optionIsSet(input, 'verbose')) return;
  const notes = groups.flatMap(({ labels, all }) =>
    all.flatMap((files, at) => files.notes.map((note) => `note: ${labels[at]}: ${note}\n`)),
  );
  await io.err.write(notes.join(''));
}
