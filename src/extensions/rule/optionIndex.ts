/** Finds an option by its spelling, as getopt_long(3) does over the options that are loaded so far. */
import type { Extension } from '../contract/extension.ts';
import { type BaseOption, LONG } from './baseOptions.ts';

export type FoundOption<L> =
  | { readonly kind: 'base'; readonly option: BaseOption }
  | { readonly kind: 'extension'; readonly loaded: L; readonly name: string }
  /** `withoutFragments`: what it is to ip6tables-legacy, which has no `--fragments` */
  | { readonly kind: 'ambiguous'; readonly candidates: readonly string[]; readonly withoutFragments?: FoundOption<L> };

interface Loaded {
  readonly extension: Extension | undefined;
}

/** The option of exactly this name: base options first, then the extension that was loaded last. */
export function findExactly<L extends Loaded>(name: string, loaded: readonly L[]): FoundOption<L> | undefined {
  const option = LONG.get(name);
  if (option !== undefined) return { kind: 'base', option };
  for (let at = loaded.length - 1; at >= 0; at--) {
    const entry = loaded[at] as L;
    const found = entry.extension?.spellings.get(name);
    if (found !== undefined) return { kind: 'extension', loaded: entry, name: found };
  }
  return undefined;
}

/** The one option that starts like this. */
export function findByPrefix<L extends Loaded>(prefix: string, loaded: readonly L[]): FoundOption<L> | undefined {
  const found: { readonly spelling: string; readonly found: FoundOption<L> }[] = [];
  for (const [spelling, option] of LONG) if (spelling.startsWith(prefix)) found.push({ spelling, found: { kind: 'base', option } });
  for (const entry of loaded) {
    if (entry.extension === undefined) continue;
    for (const [spelling, name] of entry.extension.spellings) {
      if (spelling.startsWith(prefix)) found.push({ spelling, found: { kind: 'extension', loaded: entry, name } });
    }
  }
  const one = theOne(found);
  if (one !== 'several') return one;
  const withoutFragments = theOne(found.filter((each) => each.found.kind !== 'base' || each.found.option !== 'fragments'));
  const candidates = [...new Set(found.map(({ spelling }) => spelling))];
  return { kind: 'ambiguous', candidates, ...(typeof withoutFragments === 'object' ? { withoutFragments } : {}) };
}

function theOne<L>(found: readonly { readonly found: FoundOption<L> }[]): FoundOption<L> | undefined | 'several' {
  const [first, ...others] = found;
  return first === undefined || others.every((other) => isSame(first.found, other.found)) ? first?.found : 'several';
}

function isSame<L>(a: FoundOption<L>, b: FoundOption<L>): boolean {
  if (a.kind === 'base' && b.kind === 'base') return a.option === b.option && a.option !== 'refused';
  return a.kind === 'extension' && b.kind === 'extension' && a.loaded === b.loaded && a.name === b.name;
}
