/** A set of packets as people speak of it. Apart from what finds the words, as printing needs no proof. */

export interface GeneralWords {
  /** in notation, the most general first: with `only`, none has a packet outside of the set */
  readonly sets: readonly string[];
  /** what they leave out; each phrase has one meaning, see `conditionsOfWords` */
  readonly only?: string;
  /** of packets of the set that none of these sets has: their protocols, none for many; absent: there are none */
  readonly more?: readonly string[];
}

/** In one text, which reads as a set of packets: the remark says nothing there. */
export function generalText({ sets, only, more }: GeneralWords): string {
  const remark = [...(only === undefined ? [] : [only]), ...othersText(more)].join(', ');
  return `${sets.join(' or ')}${remark === '' ? '' : ` (${remark})`}`;
}

export function othersText(more: GeneralWords['more']): readonly string[] {
  if (more === undefined) return [];
  return [more.length === 0 ? 'and others' : `and other ${more.join(' and ')} packets`];
}
