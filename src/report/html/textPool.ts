/** Texts of rules, each once however many findings speak of it. */
export interface TextPool {
  readonly numberOf: (text: string) => number;
  readonly texts: () => readonly string[];
}

export function textPool(): TextPool {
  const numbers = new Map<string, number>();
  const numberOf = (text: string): number => {
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
  return { numberOf, texts: () => [...numbers.keys()] };
}
