/** How lists of known names are written: by the kind of value that istiod, or a chart, takes for each. */

/** text: a string in quotes where it looks like something else; whole: a number, or its digits as text; texts: a map of strings; map: a map of other
 *  fields; *  open: whatever is inside is not Istio's to name, or changes no rule */
export type ValueKind = 'text' | 'truth' | 'whole' | 'list' | 'texts' | 'map' | 'open';

export interface KnownFields {
  readonly kinds: ReadonlyMap<string, ValueKind>;
  readonly inner: ReadonlyMap<string, KnownFields>;
}

export interface WrittenFields extends Partial<Readonly<Record<ValueKind, string>>> {
  readonly inner?: Readonly<Record<string, KnownFields>>;
}

const KINDS: readonly ValueKind[] = ['text', 'truth', 'whole', 'list', 'texts', 'map', 'open'];

export function fields({ inner = {}, ...lists }: WrittenFields): KnownFields {
  const kinds = new Map<string, ValueKind>();
  for (const kind of KINDS) for (const name of (lists[kind] ?? '').split(/\s+/)) if (name !== '') kinds.set(name, kind);
  return { kinds, inner: new Map(Object.entries(inner)) };
}

export function namesOf({ kinds, inner }: KnownFields): readonly string[] {
  return [...kinds.keys(), ...inner.keys()];
}

export function hasName({ kinds, inner }: KnownFields, name: string): boolean {
  return kinds.has(name) || inner.has(name);
}
