/** Healthy rules with one slip of a seeded hand: a rule of the mesh's chains is lost, moved, or another comes in before it. */

/** Numbers from 0 to below `limit`, the same for the same seed. source: Marsaglia, Xorshift RNGs */
export function seededNumbers(seed: number): (limit: number) => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % limit;
  };
}

const FOREIGN: readonly string[] = [
  '-j RETURN',
  '-p tcp -j RETURN',
  '-p tcp -m tcp --dport 8080 -j ACCEPT',
  '-d 10.96.0.0/12 -j RETURN',
  '-p tcp -j ACCEPT',
];

export interface Slip {
  readonly text: string;
  /** what was done, for people who read a failure */
  readonly what: string;
}

export function brokenBySlip(text: string, seed: number): Slip {
  const next = seededNumbers(seed);
  const lines = text.split('\n');
  const rules = lines.flatMap((line, index) => (/^-A \S*(ISTIO|PROXY_INIT|MESH|CONSUL|PREROUTING|OUTPUT)/.test(line) ? [index] : []));
  const at = rules[next(rules.length)] ?? 0;
  const line = lines[at] ?? '';
  const chain = /^-A \S+/.exec(line)?.[0] ?? '';
  const peers = rules.filter((index) => lines[index]?.startsWith(`${chain} `) && index !== at);
  const kind = next(3);
  if (kind === 0 || peers.length === 0) return { text: lines.toSpliced(at, 1).join('\n'), what: `without ${line}` };
  if (kind === 1) {
    const rule = `${chain} ${FOREIGN[next(FOREIGN.length)]}`;
    return { text: lines.toSpliced(at, 0, rule).join('\n'), what: `${rule} before ${line}` };
  }
  const to = peers[next(peers.length)] ?? at;
  return { text: lines.toSpliced(at, 1).toSpliced(to, 0, line).join('\n'), what: `${line} at line ${to + 1}` };
}
