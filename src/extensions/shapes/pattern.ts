/** What -m string looks for, as bytes. */
import { malformed, type Shape } from './shape.ts';

/** kernel include/uapi/linux/netfilter/xt_string.h XT_STRING_MAX_PATTERN_SIZE */
const MAX_BYTES = 128;
const BACKSLASH = 0x5c;

export type Bytes = readonly number[];

function bytesOf(text: string): Bytes {
  return [...new TextEncoder().encode(text)];
}

function measured(value: Bytes): ReturnType<Shape<Bytes>['decode']> {
  if (value.length === 0) return malformed('expected a text to look for, found nothing');
  return value.length <= MAX_BYTES ? { value } : malformed(`a text to look for has at most ${MAX_BYTES} bytes`);
}

/** Text as it is, or hexadecimal between bars where it cannot be printed. */
export function savePattern(value: Bytes): readonly [option: '--string' | '--hex-string', text: string] {
  const isPlain = value.every((byte) => byte >= 0x20 && byte < 0x7f) && value.at(-1) !== BACKSLASH;
  if (!isPlain) return ['--hex-string', `"|${value.map((byte) => byte.toString(16).padStart(2, '0')).join('')}|"`];
  return ['--string', `"${String.fromCharCode(...value).replace(/["\\]/g, '\\$&')}"`];
}

function print(value: Bytes): string {
  return savePattern(value)[1];
}

export const pattern: Shape<Bytes> = { decode: ({ text }) => measured(bytesOf(text)), print };

/** `a|0d 0a|b`: pairs of hexadecimal digits between bars; a backslash makes the next character plain */
export const hexPattern: Shape<Bytes> = {
  decode: ({ text }) => {
    const value: number[] = [];
    let rest = text;
    // a last bar alone opens nothing
    while (rest !== '' && !/^\| *$/.test(rest)) {
      const hex = /^\| *((?:[\da-fA-F]{2} ?)+)\|(.?)/u.exec(rest);
      const plain = /^(?:\\(.)|([^\\|]))/u.exec(rest);
      if (hex === null && plain === null) return malformed(`\`${text}\` is not valid hexadecimal text`, 'bytes are written like `|0d 0a|`');
      if (hex !== null) value.push(...((hex[1] ?? '').match(/[\da-fA-F]{2}/g) ?? []).map((pair) => Number.parseInt(pair, 16)));
      // what follows a closing bar is plain, a bar too
      value.push(...bytesOf(hex?.[2] ?? plain?.[1] ?? plain?.[2] ?? ''));
      rest = rest.slice((hex ?? plain)?.[0].length);
    }
    return measured(value);
  },
  print,
};
