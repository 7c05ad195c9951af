/** Reads a value where a rule of the same words had another one. Undefined: something would be said of it, or it is refused, or it is of another
 *  form; the whole rule is read then. */
import { baseNetwork } from '../shapes/address.ts';
import type { AnyValue } from '../shapes/all.ts';
import { decodeValue } from '../shapes/shape.ts';
import type { BindContext, ReadAs } from './boundRule.ts';
import { decodeCached } from './decodeOption.ts';
import { findTarget } from './registry.ts';

export interface ValueRead {
  /** of an option; of a jump the chain; of an address and an interface nothing is kept */
  readonly value?: AnyValue | string;
}

export interface LikeValueContext extends BindContext {
  readonly plainAddresses: Map<string, boolean>;
}

export function readLikeValue(as: ReadAs, text: string, context: LikeValueContext): ValueRead | undefined {
  switch (as.kind) {
    case 'argument': {
      const decoded = decodeCached(as.shape, text, context);
      return 'value' in decoded && decoded.warning === undefined ? decoded : undefined;
    }
    case 'address':
      return isKnownAddress(text, context) ? FINE : undefined;
    case 'interface':
      return /^[\w.-]{1,15}$/.test(text) ? FINE : undefined;
    case 'chain': {
      const value = context.chainNamed(text);
      return value === undefined || findTarget(text) !== undefined ? undefined : { value };
    }
  }
}

const FINE: ValueRead = {};

/** Addresses come in threes and fours: of a service, of a pod. Of the last thousand it is known what they are. */
function isKnownAddress(text: string, context: LikeValueContext): boolean {
  const { plainAddresses: known } = context;
  const found = known.get(text);
  if (found !== undefined) return found;
  if (known.size >= MOST_KNOWN) known.clear();
  const made = isPlainAddress(text, context);
  known.set(text, made);
  return made;
}

const MOST_KNOWN = 1024;

/** One network, and not all addresses, of which there is something to say behind a `!`. */
function isPlainAddress(text: string, context: BindContext): boolean {
  if (text.includes(',')) return false;
  const decoded = decodeValue(baseNetwork, text, context);
  return 'value' in decoded && decoded.warning === undefined && decoded.value.mask !== 0 && decoded.value.mask !== 0n;
}
