/** Texts of both sides by what they are: which are compared with which. */
import type { Sides } from '../../diff/question.ts';
import { isBlank } from '../../syntax/document/parse.ts';
import type { Source } from '../../syntax/text/source.ts';
import { type Kind, kindOf } from '../load/recognise.ts';
import type { Side } from './side.ts';

/** What one file was and is. Absent: it is not there on that side, or cannot be read. */
export type TextPair = Partial<Sides<Source>>;

export interface Plan {
  /** rules or settings on both sides */
  readonly rules: readonly Sides<Recognised>[];
  readonly manifests: Sides<readonly Source[]>;
  /** mesh configuration, compared by what it makes of a pod without settings of its own */
  readonly values: readonly Sides<Source>[];
  readonly cni: readonly Sides<Source>[];
  /** rules on one side, a manifest on the other */
  readonly mixed?: { readonly side: Side; readonly file: Recognised };
  /** rules or settings on one side */
  readonly alone: readonly { readonly side: Side; readonly file: string }[];
  /** not read */
  readonly unknown: readonly string[];
}

export interface Recognised {
  readonly source: Source;
  readonly kind: 'rules' | 'settings';
}

interface Read {
  readonly source: Source;
  readonly found: ReturnType<typeof kindOf>;
}

/** A text that is empty is rules where rules are compared: their reader says what is wrong. `explicit`: the files were given one by
 *  one, and not found to have changed. */
export function planOf(pairs: readonly TextPair[], explicit: boolean): Plan {
  const plan = {
    rules: [] as Sides<Recognised>[],
    manifests: { base: [] as Source[], head: [] as Source[] },
    values: [] as Sides<Source>[],
    cni: [] as Sides<Source>[],
    alone: [] as { side: Side; file: string }[],
    unknown: [] as string[],
    mixed: undefined as Plan['mixed'],
  };
  for (const pair of pairs) {
    const found = { base: recognise(pair.base), head: recognise(pair.head) };
    const base = asRules(found.base, explicit || kindIs(found.head, 'rules'));
    const head = asRules(found.head, explicit || kindIs(found.base, 'rules'));
    const there = [head, base].flatMap((one) => one ?? []);
    const wrong = there.flatMap(({ source: { file }, found }) => ('why' in found ? [file] : []));
    const kinds = new Set(there.flatMap(({ found }) => ('kind' in found ? [found.kind] : [])));
    if (explicit && wrong.length > 0) plan.unknown.push(...wrong.slice(0, 1));
    else if (kinds.size === 0) plan.unknown.push(pair.head?.file ?? pair.base?.file ?? '');
    for (const [side, one] of [['base', base] as const, ['head', head] as const])
      if (one !== undefined && kindIs(one, 'manifest')) plan.manifests[side].push(one.source);
    const rules = { base: ruleText(base), head: ruleText(head) };
    if (rules.base !== undefined && rules.head !== undefined) plan.rules.push({ base: rules.base, head: rules.head });
    else if (rules.base !== undefined && kindIs(head, 'manifest')) plan.mixed = { side: 'base', file: rules.base };
    else if (rules.head !== undefined && kindIs(base, 'manifest')) plan.mixed = { side: 'head', file: rules.head };
    else if (rules.base !== undefined) plan.alone.push({ side: 'base', file: rules.base.source.file });
    else if (rules.head !== undefined) plan.alone.push({ side: 'head', file: rules.head.source.file });
    for (const kind of ['values', 'cni'] as const)
      if (base !== undefined && head !== undefined && kindIs(base, kind) && kindIs(head, kind))
        plan[kind].push({ base: base.source, head: head.source });
  }
  const { mixed, ...rest } = plan;
  return { ...rest, ...(mixed !== undefined && { mixed }) };
}

/** Whether some pod is to be rendered. */
export function asksPods({ manifests, values, cni }: Plan): boolean {
  return manifests.base.length + manifests.head.length + values.length + cni.length > 0;
}

function asRules(read: Read | undefined, expected: boolean): Read | undefined {
  return read !== undefined && expected && isBlank(read.source.text) ? { ...read, found: { kind: 'rules' } } : read;
}

function kindIs(read: Read | undefined, kind: Kind): boolean {
  return read !== undefined && 'kind' in read.found && read.found.kind === kind;
}

function ruleText(read: Read | undefined): Recognised | undefined {
  if (read === undefined || !('kind' in read.found)) return undefined;
  const { kind } = read.found;
  return kind === 'rules' || kind === 'settings' ? { source: read.source, kind } : undefined;
}

function recognise(source: Source | undefined): Read | undefined {
  return source && { source, found: kindOf(source.text) };
}
