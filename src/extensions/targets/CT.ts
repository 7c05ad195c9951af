/** CT, NOTRACK - decides before the lookup how a packet is tracked.
 *  man    iptables-extensions(8), CT and NOTRACK
 *  kernel net/netfilter/xt_CT.c xt_ct_tg_check(): table raw; conntrack is needed unless `--notrack` is given
 *  fact   of `--zone`, `--zone-orig` and `--zone-reply` the last id counts, or `mark` wherever it stands; a direction stays, both cancel out */
import type { Effect, Zone } from '../../netfilter/effect.ts';
import { type GivenValues, saveOption, targetExtension } from '../contract/extension.ts';

const OPTIONS = {
  '--notrack': { value: [] },
  '--helper': { value: ['helper'] },
  '--ctevents': { value: ['ctEvents'] },
  '--expevents': { value: ['expEvents'] },
  '--timeout': { value: ['timeoutPolicy'] },
  '--zone': { value: ['zone'] },
  '--zone-orig': { value: ['zone'] },
  '--zone-reply': { value: ['zone'] },
} as const;

interface AskedZone {
  readonly id: number | 'mark';
  readonly dir?: 'original' | 'reply';
}

function zoneOf(given: GivenValues<typeof OPTIONS>): AskedZone | undefined {
  const { '--zone': both, '--zone-orig': original, '--zone-reply': reply } = given;
  const options = [both, original, reply].flatMap((option) => option ?? []).sort((a, b) => a.span.start - b.span.start);
  const last = options.at(-1);
  if (last === undefined) return undefined;
  const id = options.some(({ values }) => values[0] === 'mark') ? 'mark' : last.values[0];
  if ((original === undefined) === (reply === undefined)) return { id };
  return { id, dir: original === undefined ? 'reply' : 'original' };
}

export const CT = targetExtension({
  name: 'CT',
  families: [4, 6],
  options: OPTIONS,
  tables: ['raw'],
  needsConntrack: (given) => given['--notrack'] === undefined,
  check: (given, { proto }) =>
    (given['--helper']?.values[0] ?? '') === '' || given['--notrack'] !== undefined || (proto !== undefined && !proto.inverted)
      ? []
      : [{ kind: 'not-loadable', message: '`--helper` needs `-p` with its protocol in the same rule', option: '--helper' }],
  unclear: ['--zone', '--zone-orig', '--zone-reply'],
  listing: {
    opens: /CT/,
    // what -j NOTRACK makes of itself
    pieces: [{ pattern: /NOTRACK/, words: () => ['--notrack'] }],
    options: {
      '--notrack': /notrack/,
      '--helper': /helper (\S+)/,
      '--timeout': /timeout (\S+)/,
      '--ctevents': /ctevents (\S+)/,
      '--expevents': /expevents (\S+)/,
      '--zone-orig': /zone-orig (\S+)/,
      '--zone-reply': /zone-reply (\S+)/,
      '--zone': /zone (\S+)/,
    },
  },
  lower: (given): Effect => {
    if (given['--notrack'] !== undefined) return { kind: 'conntrack', track: false };
    const zone = zoneOf(given);
    if (zone === undefined || zone.id === 0) return { kind: 'conntrack', track: true };
    if (zone.id === 'mark') return { kind: 'unmodelled', reason: 'CT that takes the zone from the packet mark' };
    const modelled: Zone = zone.dir === undefined ? { id: zone.id } : { id: zone.id, dir: zone.dir };
    return { kind: 'conntrack', track: true, zone: modelled };
  },
  save: (given, context) => {
    const zone = zoneOf(given);
    const direction = zone?.dir === undefined ? '--zone' : zone.dir === 'original' ? '--zone-orig' : '--zone-reply';
    const { '--helper': helper, '--timeout': timeout, '--ctevents': ctEvents, '--expevents': expEvents } = given;
    return [
      ...(given['--notrack'] === undefined ? [] : ['--notrack']),
      ...(helper === undefined || helper.values[0] === '' ? [] : saveOption(helper, OPTIONS['--helper'], context)),
      ...(timeout === undefined || timeout.values[0] === '' ? [] : saveOption(timeout, OPTIONS['--timeout'], context)),
      ...(ctEvents === undefined ? [] : saveOption(ctEvents, OPTIONS['--ctevents'], context)),
      ...(expEvents === undefined ? [] : saveOption(expEvents, OPTIONS['--expevents'], context)),
      ...(zone === undefined || zone.id === 0 ? [] : [direction, String(zone.id)]),
    ];
  },
});

export const NOTRACK = targetExtension({
  name: 'NOTRACK',
  families: [4, 6],
  options: {},
  tables: ['raw'],
  listing: { opens: /NOTRACK|CT notrack/ },
  lower: () => ({ kind: 'conntrack', track: false }),
});
