/** Values of a description from JSON or YAML, which may be anything. */

/** The entries of a list that may be absent; `problems` gets a sentence where it is none. */
export function listIn(value: unknown, what: string, problems: string[]): readonly unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  problems.push(`\`${what}\` is not a list`);
  return [];
}

/** A number of 32 bits: a user, a group, a packet mark. */
export function isWord(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
}
