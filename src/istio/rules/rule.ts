/** A rule to be written, as data. */
export type IstioTable = 'filter' | 'mangle' | 'nat' | 'raw';

export interface IstioRule {
  readonly table: IstioTable;
  readonly chain: string;
  /** of its line, from `-A` or `-I` on */
  readonly words: readonly string[];
}

/** `-A CHAIN ...` or `-I CHAIN n ...`, in the order of words in which Istio writes them. */
export type IstioLine = `-A ${string}` | `-I ${string}`;

export function nat(...lines: readonly IstioLine[]): readonly IstioRule[] {
  return rulesIn('nat', lines);
}

export function mangle(...lines: readonly IstioLine[]): readonly IstioRule[] {
  return rulesIn('mangle', lines);
}

export function raw(...lines: readonly IstioLine[]): readonly IstioRule[] {
  return rulesIn('raw', lines);
}

function rulesIn(table: IstioTable, lines: readonly IstioLine[]): readonly IstioRule[] {
  return lines.map((line) => {
    const words = line.split(' ');
    return { table, chain: words[1] ?? '', words };
  });
}
