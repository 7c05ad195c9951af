/** The same rules, saved at another time: other counters of chains, another date. */
export function laterDump(text: string, age: number): string {
  let at = 0;
  return text
    .replaceAll(/^(:\S+ \S+) \[\d+:\d+\]$/gm, (_, chain: string) => `${chain} [${10 ** (at++ % 5) * age}:${7 ** (at % 6) * age}]`)
    .replaceAll(/ on \w{3} \w{3} [ \d]\d [\d:]{8} \d{4}$/gm, ` on Mon Jan  5 0${age % 10}:10:0${age % 10} 2026`);
}
