/** A list that is kept by the thousand, in no more room than it needs: V8 makes room for 17 when something is first pushed. Of 70,000 rules
 *  that keep four lists each that was a fifth of the memory. */
export function packedList<T>(list: readonly T[]): readonly T[] {
  return list.slice();
}
