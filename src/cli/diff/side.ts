/** The options of one side: its own before those of both. */
import { type Call, isSet, listOf, textOf } from '../argv/command.ts';
import { complain } from '../io/messages.ts';

export type Side = 'base' | 'head';
export const SIDES: readonly Side[] = ['base', 'head'];

/** `--head-mode` stands for `--mode` on the side of head; `rename` says where a side has its files of values. */
export function sideCall({ io, input }: Call, side: Side, rename: (file: string) => string = (file) => file): Call {
  const own = (name: string): string => `${side}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const values = listOf(input, own('values'));
  const options = {
    ...input.options,
    mode: textOf(input, own('mode')) ?? textOf(input, 'mode'),
    istio: textOf(input, own('istio')) ?? textOf(input, 'istio'),
    values: values.length > 0 ? values : listOf(input, 'values').map(rename),
  };
  return { io, input: { ...input, options } };
}

/** Annotations that one side has besides those of its manifests; undefined: one is no KEY=VALUE, which has been said. */
export async function annotationsOf({ io, input }: Call, side: Side): Promise<ReadonlyMap<string, string> | undefined> {
  const found = new Map<string, string>();
  for (const text of listOf(input, `${side}Annotation`)) {
    const [, key, value] = /^([^=\s]+)=(.*)$/s.exec(text) ?? [];
    if (key === undefined || value === undefined) {
      const help = `--${side}-annotation sidecar.istio.io/interceptionMode=TPROXY`;
      await complain(io, { message: `--${side}-annotation expects KEY=VALUE, not \`${text}\``, help });
      return undefined;
    }
    found.set(key, value);
  }
  return found;
}

const OF_ONE_SIDE = ['Mode', 'Istio', 'Values', 'Annotation'];

/** Whether the two sides are asked about in different ways: then one file can be both. */
export function sidesDiffer({ input }: Call): boolean {
  const given = (name: string) => textOf(input, name) !== undefined || listOf(input, name).length > 0 || isSet(input, name);
  return SIDES.some((side) => OF_ONE_SIDE.some((name) => given(`${side}${name}`)));
}
