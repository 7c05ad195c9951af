/** Files of both sides by what they are: which are compared with which. */

import type { Sides } from '../../diff/question.ts';
import { isBlank } from '../../syntax/document/parse.ts';
import type { Call } from '../argv/command.ts';
import { type Kind, kindOf } from './recognise.ts';
import type { Side } from './side.ts';

/** As they are read: `main:net/pod.rules`. Absent: not there on that side. */
export interface FilePair {
  readonly base?: string;
  readonly head?: string;
}

export interface Files {
  readonly pairs: readonly FilePair[];
  /** given one by one: what is no kind that is known is an error then */
  readonly explicit: boolean;
  readonly notes: readonly string[];
  /** changed, and not looked into */
  readonly passedOver?: number;
  /** files of mesh configuration that count for all pods */
  readonly valuesGiven?: ReadonlySet<string>;
  /** where a side has a file that was given once for both */
  readonly rename: (file: string, side: Side) => string;
}

export interface Plan {
  /** rules or settings on both sides */
  readonly rules: readonly Sides<Recognised>[];
  readonly manifests: Sides<readonly string[]>;
  /** mesh configuration, compared by what it makes of a pod that asks for nothing */
  readonly values: readonly Sides<string>[];
  readonly cni: readonly Sides<string>[];
  /** rules on one side, a manifest on the other */
  readonly mixed?: { readonly side: 'base' | 'head'; readonly file: Recognised };
  /** rules or settings on one side */
  readonly alone: readonly { readonly side: 'base' | 'head'; readonly file: string }[];
  /** what cannot be judged, and why */
  readonly refused: readonly { readonly file: string; readonly why: string }[];
  /** read by nobody */
  readonly unknown: readonly string[];
}

export interface Recognised {
  readonly file: string;
  readonly kind: 'rules' | 'settings';
}

interface Read {
  readonly file: string;
  readonly text: string;
  readonly found: ReturnType<typeof kindOf>;
}

/** A file that cannot be read is unknown here. One that is empty is rules where rules are compared: whoever reads them says what is wrong. */
export async function planOf(call: Call, { pairs, explicit }: Pick<Files, 'pairs' | 'explicit'>): Promise<Plan> {
  const plan = {
    rules: [] as Sides<Recognised>[],
    manifests: { base: [] as string[], head: [] as string[] },
    values: [] as Sides<string>[],
    cni: [] as Sides<string>[],
    alone: [] as { side: 'base' | 'head'; file: string }[],
    refused: [] as { file: string; why: string }[],
    unknown: [] as string[],
    mixed: undefined as Plan['mixed'],
  };
  for (const pair of pairs) {
    const found = { base: await read(call, pair.base), head: await read(call, pair.head) };
    const base = asRules(found.base, explicit || kindIs(found.head, 'rules'));
    const head = asRules(found.head, explicit || kindIs(found.base, 'rules'));
    const there = [head, base].flatMap((one) => one ?? []);
    const wrong = there.flatMap(({ file, found }) => ('why' in found ? [{ file, why: found.why, known: found.known }] : []));
    const kinds = new Set(there.flatMap(({ found }) => ('kind' in found ? [found.kind] : [])));
    if (wrong.some(({ known }) => known)) plan.refused.push(...wrong.filter(({ known }) => known).slice(0, 1));
    else if (kinds.size === 0) plan.unknown.push(pair.head ?? pair.base ?? '');
    for (const [side, one] of [['base', base] as const, ['head', head] as const])
      if (one !== undefined && kindIs(one, 'manifest')) plan.manifests[side].push(one.file);
    const rules = { base: ruleFile(base), head: ruleFile(head) };
    if (rules.base !== undefined && rules.head !== undefined) plan.rules.push({ base: rules.base, head: rules.head });
    else if (rules.base !== undefined && kindIs(head, 'manifest')) plan.mixed = { side: 'base', file: rules.base };
    else if (rules.head !== undefined && kindIs(base, 'manifest')) plan.mixed = { side: 'head', file: rules.head };
    else if (rules.base !== undefined) plan.alone.push({ side: 'base', file: rules.base.file });
    else if (rules.head !== undefined) plan.alone.push({ side: 'head', file: rules.head.file });
    for (const kind of ['values', 'cni'] as const)
      if (base !== undefined && head !== undefined && kindIs(base, kind) && kindIs(head, kind))
        plan[kind].push({ base: base.file, head: head.file });
  }
  const { mixed, ...rest } = plan;
  return { ...rest, ...(mixed !== undefined && { mixed }) };
}

function asRules(read: Read | undefined, expected: boolean): Read | undefined {
  return read !== undefined && expected && isBlank(read.text) ? { ...read, found: { kind: 'rules' } } : read;
}

function kindIs(read: Read | undefined, kind: Kind): boolean {
  return read !== undefined && 'kind' in read.found && read.found.kind === kind;
}

function ruleFile(read: Read | undefined): Recognised | undefined {
  if (read === undefined || !('kind' in read.found)) return undefined;
  const { kind } = read.found;
  return kind === 'rules' || kind === 'settings' ? { file: read.file, kind } : undefined;
}

async function read({ io }: Call, file: string | undefined): Promise<Read | undefined> {
  const content = file === undefined ? undefined : await io.read(file);
  if (file === undefined || content === undefined || 'problem' in content) return undefined;
  return { file, text: content.text, found: kindOf(content.text) };
}
