/** What MARK and CONNMARK share: five ways to write one change of a mark. */

import { hex, type MaskedNumber } from '../shapes/number.ts';
import type { GivenOption } from './extension.ts';

const OTHERS = ['--set-xmark', '--set-mark', '--and-mark', '--or-mark', '--xor-mark'] as const;

function othersThan(name: (typeof OTHERS)[number]): readonly string[] {
  return OTHERS.filter((other) => other !== name);
}

export const MARK_OPTIONS = {
  '--set-xmark': { value: ['xmark'], excludes: othersThan('--set-xmark') },
  '--set-mark': { value: ['xmark'], excludes: othersThan('--set-mark') },
  '--and-mark': { value: ['hexNumber'], excludes: othersThan('--and-mark') },
  '--or-mark': { value: ['hexNumber'], excludes: othersThan('--or-mark') },
  '--xor-mark': { value: ['hexNumber'], excludes: othersThan('--xor-mark') },
} as const;

/** As `iptables -L` prints them. */
export const LISTED_CHANGES = {
  '--set-mark': /set (\S+)/,
  '--set-xmark': /xset (\S+)/,
  '--and-mark': /and (\S+)/,
  '--or-mark': /or (\S+)/,
  '--xor-mark': /xor (\S+)/,
} as const;

interface GivenMark {
  readonly '--set-xmark'?: GivenOption<readonly [MaskedNumber]>;
  readonly '--set-mark'?: GivenOption<readonly [MaskedNumber]>;
  readonly '--and-mark'?: GivenOption<readonly [number]>;
  readonly '--or-mark'?: GivenOption<readonly [number]>;
  readonly '--xor-mark'?: GivenOption<readonly [number]>;
}

/** new mark = (old & keep) ^ xor, on unsigned 32 bits */
export interface MarkChange {
  readonly keep: number;
  readonly xor: number;
}

export function markChange(given: GivenMark): MarkChange | undefined {
  const { '--set-xmark': setXmark, '--set-mark': setMark, '--and-mark': andMark, '--or-mark': orMark, '--xor-mark': xorMark } = given;
  if (setXmark !== undefined) return { keep: invert(setXmark.values[0].mask), xor: setXmark.values[0].value };
  if (setMark !== undefined) return { keep: invert(setMark.values[0].mask | setMark.values[0].value), xor: setMark.values[0].value };
  if (andMark !== undefined) return { keep: andMark.values[0], xor: 0 };
  if (orMark !== undefined) return { keep: invert(orMark.values[0]), xor: orMark.values[0] };
  if (xorMark !== undefined) return { keep: 0xffff_ffff, xor: xorMark.values[0] };
  return undefined;
}

export function saveChange({ keep, xor }: MarkChange): readonly string[] {
  return ['--set-xmark', `${hex(xor)}/${hex(invert(keep))}`];
}

export function invert(bits: number): number {
  return ~bits >>> 0;
}
