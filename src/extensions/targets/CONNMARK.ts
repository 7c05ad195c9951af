/** CONNMARK - sets the connection's mark, or copies between it and the packet's mark.
 *  man    iptables-extensions(8), CONNMARK
 *  kernel net/netfilter/xt_connmark.c connmark_tg_shift(): nothing happens without a connection */
import type { Effect } from '../../netfilter/effect.ts';
import { type Given, targetExtension } from '../extension.ts';
import { type Change, invert, MARK_OPTIONS, markChange, saveChange } from '../markChange.ts';
import { hex, U32 } from '../shapes/number.ts';

const OPTIONS = {
  ...MARK_OPTIONS,
  '--save-mark': { value: [], excludes: [...Object.keys(MARK_OPTIONS), '--restore-mark'] },
  '--restore-mark': { value: [], excludes: Object.keys(MARK_OPTIONS) },
  '--nfmask': { value: ['hexNumber'], excludes: ['--mask'] },
  '--ctmask': { value: ['hexNumber'], excludes: ['--mask'] },
  '--mask': { value: ['hexNumber'] },
  '--left-shift-mark': { value: ['shift'] },
  '--right-shift-mark': { value: ['shift'] },
} as const;

/** `--mask` also replaces the mask of a plain change. */
function change(given: Given<typeof OPTIONS>): Change | undefined {
  const plain = markChange(given);
  const mask = given['--mask']?.values[0];
  return plain === undefined || mask === undefined ? plain : { keep: invert(mask), xor: plain.xor };
}

function masks(given: Given<typeof OPTIONS>): { readonly packet: number; readonly connection: number } {
  const both = given['--mask']?.values[0];
  return { packet: both ?? given['--nfmask']?.values[0] ?? U32, connection: both ?? given['--ctmask']?.values[0] ?? U32 };
}

export const CONNMARK = targetExtension({
  name: 'CONNMARK',
  families: [4, 6],
  options: OPTIONS,
  needsConntrack: () => true,
  check: (given) =>
    change(given) === undefined && given['--save-mark'] === undefined && given['--restore-mark'] === undefined
      ? [{ kind: 'malformed', message: '`-j CONNMARK` needs `--set-mark`, `--save-mark`, `--restore-mark` or another operation' }]
      : [],
  unclear: ['--left-shift-mark', '--right-shift-mark'],
  lower: (given): Effect => {
    if (given['--left-shift-mark'] !== undefined || given['--right-shift-mark'] !== undefined) {
      return { kind: 'unmodelled', reason: 'CONNMARK that shifts the mark' };
    }
    const plain = change(given);
    if (plain !== undefined) return { kind: 'setMark', on: 'connection', ...plain };
    const { packet, connection } = masks(given);
    return given['--save-mark'] === undefined
      ? { kind: 'copyMark', from: 'connection', fromMask: connection, toMask: packet }
      : { kind: 'copyMark', from: 'packet', fromMask: packet, toMask: connection };
  },
  save: (given) => {
    const plain = change(given);
    const { packet, connection } = masks(given);
    const { '--left-shift-mark': left, '--right-shift-mark': right } = given;
    return [
      ...(plain === undefined ? [given['--save-mark'] === undefined ? '--restore-mark' : '--save-mark'] : saveChange(plain)),
      ...(plain === undefined ? ['--nfmask', hex(packet), '--ctmask', hex(connection)] : []),
      ...(left === undefined || right !== undefined ? [] : ['--left-shift-mark', String(left.values[0])]),
      ...(right === undefined ? [] : ['--right-shift-mark', String(right.values[0])]),
    ];
  },
});
