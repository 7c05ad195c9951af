/** A rule to be written, as data. */
export type TableName = 'filter' | 'mangle' | 'nat' | 'raw';

export interface Rule {
  readonly table: TableName;
  readonly chain: string;
  /** of its line, from `-A` or `-I` on */
  readonly words: readonly string[];
}

/** `-A CHAIN ...` or `-I CHAIN n ...`, in the order of words in which Istio writes them. */
export type Line = `-A ${string}` | `-I ${string}`;

export function nat(...lines: readonly Line[]): readonly Rule[] {
  return rulesIn('nat', lines);
}

export function mangle(...lines: readonly Line[]): readonly Rule[] {
  return rulesIn('mangle', lines);
}

export function raw(...lines: readonly Line[]): readonly Rule[] {
  return rulesIn('raw', lines);
}

function rulesIn(table: TableName, lines: readonly Line[]): readonly Rule[] {
  return lines.map((line) => {
    const words = line.split(' ');
    return { table, chain: words[1] ?? '', words };
  });
}
