/** Rows of values as bits, one value behind the other: to be compared and asked bit by bit. */

export interface PackedKeys {
  /** of all rows in turn */
  readonly words: Uint32Array;
  /** words of a row */
  readonly width: number;
}

/** `values`: of each row as many as there are `lengths`, of so many bits. */
export function packedKeys(values: readonly (number | bigint)[], lengths: readonly number[]): PackedKeys {
  const width = Math.ceil(lengths.reduce((bits, length) => bits + length, 0) / WORD);
  const rows = lengths.length === 0 ? 0 : values.length / lengths.length;
  const words = new Uint32Array(rows * width);
  let next = 0;
  for (let row = 0; row < rows; row++) {
    let bit = row * width * WORD;
    for (const length of lengths) {
      put(words, bit, { value: values[next++] as number | bigint, length });
      bit += length;
    }
  }
  return { words, width };
}

/** The bit of a row that comes after so many others. */
export function bitOf({ words, width }: PackedKeys, row: number, at: number): number {
  return ((words[row * width + (at >>> 5)] as number) >>> (WORD - 1 - (at & (WORD - 1)))) & 1;
}

/** Negative: the one row comes before the other. */
export function comparedKeys({ words, width }: PackedKeys, one: number, other: number): number {
  for (let at = 0; at < width; at++) {
    const difference = (words[one * width + at] as number) - (words[other * width + at] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

const WORD = 32;

function put(words: Uint32Array, from: number, { value, length }: { readonly value: number | bigint; readonly length: number }): void {
  let [at, left] = [from, length];
  while (left > 0) {
    const room = WORD - (at & (WORD - 1));
    const taken = Math.min(room, left);
    left -= taken;
    const part =
      typeof value === 'bigint' ? Number(BigInt.asUintN(taken, value >> BigInt(left))) : Math.floor(value / 2 ** left) % 2 ** taken;
    words[at >>> 5] = (words[at >>> 5] as number) + part * 2 ** (room - taken);
    at += taken;
  }
}
