/** CONNMARK - sets the connection's mark, or copies between it and the packet's mark.
 *  man    iptables-extensions(8), CONNMARK
 *  kernel net/netfilter/xt_connmark.c connmark_tg_shift(): nothing happens without a connection */
import type { Effect } from '../../netfilter/effect.ts';
import { type GivenOption, type GivenValues, type RuleComplaint, targetExtension } from '../contract/extension.ts';
import { invert, LISTED_CHANGES, MARK_OPTIONS, type MarkChange, markChange, saveChange } from '../contract/markChange.ts';
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

const CHANGES = Object.keys(MARK_OPTIONS) as (keyof typeof MARK_OPTIONS)[];

/** `--mask` and `--ctmask` after a plain change replace its mask. */
function change(given: GivenValues<typeof OPTIONS>): MarkChange | undefined {
  const plain = markChange(given);
  const mask = given['--mask'] ?? given['--ctmask'];
  const said = CHANGES.flatMap((name) => given[name]?.span.start ?? []);
  return plain === undefined || mask === undefined || said.every((start) => start > mask.span.start)
    ? plain
    : { keep: invert(mask.values[0]), xor: plain.xor };
}

/** The last one counts; by nothing is not at all. */
function shift(given: GivenValues<typeof OPTIONS>): GivenOption<readonly [number]> | undefined {
  const { '--left-shift-mark': left, '--right-shift-mark': right } = given;
  const [last] = [left, right].flatMap((option) => option ?? []).sort((a, b) => b.span.start - a.span.start);
  return last?.values[0] === 0 ? undefined : last;
}

const MARK_BITS = 32;

function complaints(given: GivenValues<typeof OPTIONS>): readonly RuleComplaint[] {
  if (change(given) === undefined && given['--save-mark'] === undefined && given['--restore-mark'] === undefined) {
    const message = '`-j CONNMARK` needs `--set-mark`, `--save-mark`, `--restore-mark` or another operation';
    return [{ kind: 'malformed', message }];
  }
  const by = shift(given);
  return (by?.values[0] ?? 0) < MARK_BITS
    ? []
    : [{ kind: 'not-loadable', message: `a mark has ${MARK_BITS} bits: the kernel takes shifts by less`, option: by?.name ?? '' }];
}

function masks(given: GivenValues<typeof OPTIONS>): { readonly packet: number; readonly connection: number } {
  const both = given['--mask']?.values[0];
  return { packet: both ?? given['--nfmask']?.values[0] ?? U32, connection: both ?? given['--ctmask']?.values[0] ?? U32 };
}

export const CONNMARK = targetExtension({
  name: 'CONNMARK',
  families: [4, 6],
  options: OPTIONS,
  needsConntrack: () => true,
  check: complaints,
  unclear: ['--left-shift-mark', '--right-shift-mark'],
  listing: {
    opens: /CONNMARK/,
    options: {
      ...LISTED_CHANGES,
      '--save-mark': /save/,
      '--restore-mark': /restore/,
      '--mask': /mask (\S+)/,
      '--nfmask': /nfmask ~?(\S+)/,
      '--ctmask': /ctmask ~?(\S+)/,
      '--left-shift-mark': /left-shift-mark (\d+)/,
      '--right-shift-mark': /right-shift-mark (\d+)/,
    },
  },
  lower: (given): Effect => {
    if (shift(given) !== undefined) {
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
    const by = shift(given);
    return [
      ...(plain === undefined ? [given['--save-mark'] === undefined ? '--restore-mark' : '--save-mark'] : saveChange(plain)),
      ...(plain === undefined ? ['--nfmask', hex(packet), '--ctmask', hex(connection)] : []),
      ...(by === undefined ? [] : [by.name, String(by.values[0])]),
    ];
  },
});
