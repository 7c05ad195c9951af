/** The two directions of a packet, and what else people call them. */
const ARRIVES: ReadonlySet<string> = new Set(['in', 'inbound', 'incoming', 'ingress', 'input']);

/** `word`: one that the grammar takes as a direction. */
export function directionNamed(word: string): 'in' | 'out' {
  return ARRIVES.has(word.toLowerCase()) ? 'in' : 'out';
}
