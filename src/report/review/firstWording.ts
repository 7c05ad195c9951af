/** Sentences that fingerprints hash, in the words in which they were first written: a reworded sentence is no new problem, and
 *  what a baseline file or an alert is about stays the same. Add a line whenever such a sentence changes. */
const FIRST: readonly (readonly [now: string, first: string])[] = [
  [': it is not read', ': nobody reads it'],
  [', where it is not read', ', where nobody reads it'],
  ['is metadata of the proxy that is not read', 'is metadata of the proxy that nobody reads'],
  ['and no other program knows the address', 'and nobody else knows the address'],
  ['does not capture traffic', 'captures nothing'],
  ['has a label that requests injection', 'has a label that asks for injection'],
  ['waits for rules that are never written', 'waits for rules that nobody writes'],
  [
    'both sides allow the same outcomes but choose by different random rules; probabilities are not compared',
    'the same may become of them on both sides, but other rules of chance decide: how often is not compared',
  ],
  [
    'they update stateful matches differently, so later packets may be treated differently',
    'they are remembered or counted otherwise, and so later packets may fare otherwise',
  ],
  ['the set contains no packets', 'there is no packet in the set'],
  ['what the listener sends for a connection', 'what whoever listens sends for a connection'],
  ['but no rules are written for it:', 'and nobody writes rules:'],
  ['istio.io/reroute-virtual-interfaces comes before it', 'istio.io/reroute-virtual-interfaces stands before it'],
  ['the addresses and interfaces of this host are not given, and', 'nobody said which addresses and interfaces this host has, and'],
  ["is not a pod's: give --host", "is not a pod's: --host says it"],
  ['are not checked any more', 'are not asked any more'],
  ['are checked in another setting than on', 'are asked of something else than on'],
  [', but not on the base: ', ', which the base has not: '],
  ['are empty now: there are rules on', 'are none any more: there are rules on'],
  [' checks, is no longer checked: ', ' judges, is judged no more: '],
  [' checks, are no longer checked: ', ' judges, are judged no more: '],
  ['is checked without a mesh, on', 'is judged without a mesh, on'],
  ['are checked without a mesh, on', 'are judged without a mesh, on'],
];

export function firstWording(says: string): string {
  return FIRST.reduce((text, [now, first]) => text.replaceAll(now, first), says);
}
