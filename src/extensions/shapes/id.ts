/** User and group ids. */
import { numberOf } from './number.ts';
import { malformed, notModelled, part, type Shape, type ShapeContext } from './shape.ts';

export interface IdRange {
  readonly lo: number;
  readonly hi: number;
}

/** Largest id: the one above means "no id". kernel include/linux/uidgid.h INVALID_UID */
const MAX_ID = 0xffff_fffe;

/** `1337`, `1000-2000`, or a name that the loading machine knows */
export function idRange(kind: 'user' | 'group'): Shape<IdRange> {
  const names = (context: ShapeContext): ReadonlyMap<string, number> | undefined => (kind === 'user' ? context.users : context.groups);
  return {
    rule: 'idRange',
    decode: (parts, context) => {
      const name = part(parts, 'accountName');
      if (name !== undefined) {
        const id = names(context)?.get(name) ?? (name === 'root' ? 0 : undefined);
        if (id !== undefined) return { value: { lo: id, hi: id } };
        return notModelled(`${kind} name \`${name}\` is looked up when the rules are loaded`, `write the numeric ${kind} id`);
      }
      const lo = numberOf(part(parts, 'low') ?? '');
      const hi = numberOf(part(parts, 'high') ?? part(parts, 'low') ?? '');
      if (lo > MAX_ID || hi > MAX_ID) return malformed(`\`${parts.text}\` is not a valid ${kind} id`, `ids go up to ${MAX_ID}`);
      return lo <= hi ? { value: { lo, hi } } : { refused: 'not-loadable', message: `${kind} id range \`${parts.text}\` is reversed` };
    },
    print: ({ lo, hi }) => (lo === hi ? String(lo) : `${lo}-${hi}`),
  };
}
