/** A rule of nftables to be written, as data. */
export const NFT_TABLES = ['nat', 'mangle', 'raw'] as const;
/** The last part of a table's name. */
export type IstioNftTable = (typeof NFT_TABLES)[number];

export interface IstioNftRule {
  readonly table: IstioNftTable;
  readonly chain: string;
  /** absent: at the end */
  readonly index?: number;
  /** what follows, with the blanks that Istio writes */
  readonly text: string;
}

/** `add CHAIN ...` or `insert CHAIN index N ...`: a command without its table. */
export type IstioNftLine = `add ${string}` | `insert ${string}`;

export function natRules(...lines: readonly IstioNftLine[]): readonly IstioNftRule[] {
  return rulesIn('nat', lines);
}

export function mangleRules(...lines: readonly IstioNftLine[]): readonly IstioNftRule[] {
  return rulesIn('mangle', lines);
}

export function rawRules(...lines: readonly IstioNftLine[]): readonly IstioNftRule[] {
  return rulesIn('raw', lines);
}

function rulesIn(table: IstioNftTable, lines: readonly IstioNftLine[]): readonly IstioNftRule[] {
  return lines.map((line) => {
    const [, chain = '', index, text = ''] = /^\w+ (\S+) (?:index (\d+) )?(.*)$/.exec(line) ?? [];
    return { table, chain, text, ...(index !== undefined && { index: Number(index) }) };
  });
}
