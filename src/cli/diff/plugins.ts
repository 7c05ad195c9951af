/** A chain of CNI plugins (`*.conflist`), compared by what it makes of a pod that asks for nothing: istio-cni writes the rules, or nobody. */

import type { Sides } from '../../diff/question.ts';
import type { DiffSubject } from '../../pods/compareSubjects.ts';
import type { PodMemory } from '../../pods/renderedPod.ts';
import { emptyRuleset } from '../../ruleset/emptyRuleset.ts';
import type { Call } from '../argv/command.ts';
import { DEFAULT_POD } from './defaultPod.ts';
import { readPods } from './readPods.ts';
import type { Side } from './side.ts';

export interface PluginPair {
  readonly pair: Sides<DiffSubject>;
  readonly note: string;
}

/** Undefined when the pod cannot be rendered, which has been said. */
export async function pluginPair(calls: Sides<Call>, files: Sides<string>, memory: PodMemory): Promise<PluginPair | undefined> {
  const [base, head] = [await pluginsOf(calls.base, files.base), await pluginsOf(calls.head, files.head)];
  const subjects = {
    base: await subjectOf(calls.base, { side: 'base', plugins: base }, memory),
    head: await subjectOf(calls.head, { side: 'head', plugins: head }, memory),
  };
  if (subjects.base === undefined || subjects.head === undefined) return undefined;
  const name = `${DEFAULT_POD}, with ${files.head}`;
  const note = `${files.head}: the plugins are ${base.join(', ')} on the base, ${head.join(', ')} now; of their order and settings nothing is judged but whether istio-cni is called`;
  return { pair: { base: { ...subjects.base, name }, head: { ...subjects.head, name } }, note };
}

async function pluginsOf({ io }: Call, file: string): Promise<readonly string[]> {
  const content = await io.read(file);
  const value = 'text' in content ? (JSON.parse(content.text) as { readonly plugins?: unknown; readonly type?: unknown }) : {};
  const plugins: readonly unknown[] = Array.isArray(value.plugins) ? value.plugins : [value];
  return plugins.flatMap((plugin) => {
    const type: unknown = typeof plugin === 'object' && plugin !== null && 'type' in plugin ? plugin.type : undefined;
    return typeof type === 'string' ? [type] : [];
  });
}

interface PluginSide {
  readonly side: Side;
  readonly plugins: readonly string[];
}

/** Without the plugin the proxy runs, and there are no rules. */
async function subjectOf({ io, input }: Call, { side, plugins }: PluginSide, memory: PodMemory): Promise<DiffSubject | undefined> {
  const call = { io, input: { ...input, options: { ...input.options, mode: 'cni' } } };
  const read = await readPods(call, { side, files: [DEFAULT_POD], memory });
  const subject = read?.subjects[0];
  if (subject === undefined || plugins.includes('istio-cni')) return subject;
  const { pod: _, ...plain } = subject;
  const source = { file: DEFAULT_POD, text: '', rendered: true as const };
  return { ...plain, rulesets: plain.rulesets.map(({ family }) => emptyRuleset(family, source)), key: `no plugin ${side}` };
}
