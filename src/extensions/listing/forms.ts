/** The forms of all extensions, made ready when the first listing is read: other texts need none of them. */
import type { Family } from '../../packet/address.ts';
import type { Extension, ExtensionOptionSpec } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';
import { MATCHES } from '../rule/registry.ts';

export interface ReadyPiece {
  /** sticky */
  readonly pattern: RegExp;
  readonly words: (...parts: readonly string[]) => readonly string[];
}

export interface ReadyForm {
  readonly name: string;
  /** it begins with something of its own */
  readonly opens: boolean;
  /** pieces that it may begin with, and those that may follow */
  readonly begins: readonly ReadyPiece[];
  readonly inside: readonly ReadyPiece[];
  readonly all: readonly ReadyPiece[];
  readonly adds: readonly string[];
  readonly hasOptions: boolean;
}

const FORMS = new Map<Extension, ReadyForm>();
const OF_FAMILY = new Map<Family, readonly ReadyForm[]>();

/** Of all matches that print something. */
export function formsOf(family: Family): readonly ReadyForm[] {
  const known = OF_FAMILY.get(family);
  if (known !== undefined) return known;
  const forms = MATCHES.filter(({ families, listing }) => listing !== undefined && families.includes(family)).map(formOf);
  OF_FAMILY.set(family, forms);
  return forms;
}

export function formOf(extension: Extension): ReadyForm {
  const known = FORMS.get(extension);
  if (known !== undefined) return known;
  const { name, listing, options } = extension;
  const opener = listing?.opens;
  const opens = opener === undefined ? [] : [opener instanceof RegExp ? piece(opener, () => []) : piece(opener.pattern, opener.words)];
  const inside = [
    ...(listing?.pieces ?? []).map(({ pattern, words }) => piece(pattern, words)),
    ...Object.entries(options).flatMap(([option, spec]) => {
      const pattern = listing?.options?.[option];
      return pattern === undefined ? [] : [piece(pattern, optionWords(option, spec))];
    }),
  ];
  const form: ReadyForm = {
    name,
    opens: opens.length > 0,
    begins: opens.length > 0 ? opens : inside,
    inside,
    all: [...opens, ...inside],
    adds: listing?.adds ?? [],
    hasOptions: Object.keys(options).length > 0,
  };
  FORMS.set(extension, form);
  return form;
}

function optionWords(option: string, { value }: ExtensionOptionSpec): ReadyPiece['words'] {
  return (...parts) => {
    const from = parts.length - value.length;
    return [...(from > 0 ? listedNot(parts[0]) : []), option, ...parts.slice(from)];
  };
}

/** A piece ends before a blank, or the NUL that iptables-nft prints behind `-m bpf`; only the length of `-m ah` and `-m eui64` are
 *  printed right behind what comes before. */
function piece({ source }: RegExp, words: ReadyPiece['words']): ReadyPiece {
  const earliest = source.replaceAll('\\S+)', '\\S+?)');
  return { pattern: new RegExp(`(?:${earliest})(?=[\\s\\0]|$|length:|eui64(?:\\s|$))`, 'y'), words };
}
