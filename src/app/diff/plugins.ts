/** A chain of CNI plugins (`*.conflist`), compared by what it makes of a pod without settings of its own: istio-cni writes the rules, or none are written. */
import type { Sides } from '../../diff/question.ts';
import type { DiffSubject } from '../../pods/compareSubjects.ts';
import { emptyRuleset } from '../../ruleset/emptyRuleset.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { DEFAULT_POD } from './defaultPod.ts';
import type { SidePods } from './readPods.ts';
import { SIDES, type Side } from './side.ts';

export interface PluginPair {
  /** absent: the pod cannot be rendered */
  readonly pair?: Sides<DiffSubject>;
  readonly note: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** `podOf`: the default pod of a side, captured by the plugin. */
export function pluginPair(chains: Sides<Source>, podOf: (side: Side) => SidePods): PluginPair {
  const plugins = { base: pluginsIn(chains.base), head: pluginsIn(chains.head) };
  const read = { base: podOf('base'), head: podOf('head') };
  const name = `${DEFAULT_POD.file}, with ${chains.head.file}`;
  const note = `${chains.head.file}: the plugins are ${plugins.base.join(', ')} on the base, ${plugins.head.join(', ')} now; their order and settings are not checked, only whether istio-cni is called`;
  const subjectOf = (side: Side): DiffSubject | undefined => {
    const subject = read[side].subjects[0];
    return subject && { ...(plugins[side].includes('istio-cni') ? subject : withoutPlugin(subject, side)), name };
  };
  const [base, head] = [subjectOf('base'), subjectOf('head')];
  const diagnostics = SIDES.flatMap((side) => read[side].diagnostics);
  return { ...(base !== undefined && head !== undefined && { pair: { base, head } }), note, diagnostics };
}

function pluginsIn({ text }: Source): readonly string[] {
  const value = JSON.parse(text) as { readonly plugins?: unknown; readonly type?: unknown };
  const plugins: readonly unknown[] = Array.isArray(value.plugins) ? value.plugins : [value];
  return plugins.flatMap((plugin) => {
    const type: unknown = typeof plugin === 'object' && plugin !== null && 'type' in plugin ? plugin.type : undefined;
    return typeof type === 'string' ? [type] : [];
  });
}

/** The proxy runs, and there are no rules. */
function withoutPlugin({ pod: _, ...plain }: DiffSubject, side: Side): DiffSubject {
  const source: Source = { file: DEFAULT_POD.file, text: '', rendered: true };
  return { ...plain, rulesets: plain.rulesets.map(({ family }) => emptyRuleset(family, source)), key: `no plugin ${side}` };
}
