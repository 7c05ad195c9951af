/** Words for the packets of a class. Of ten classes people are shown a few, and words for all are a tenth of the time of a diff of two pods. */
import { kept } from '../lib/kept.ts';

/** `later`: looked for when they are read. */
export function withWords<T extends object>(known: T, make: () => string, later: boolean): T & { readonly packets: string } {
  if (!later) return { ...known, packets: make() };
  const words = kept(make);
  return {
    ...known,
    get packets() {
      return words();
    },
  };
}
