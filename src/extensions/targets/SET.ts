/** SET - adds the packet's addresses to an ipset, takes them out, or sets the mark that the set has for them.
 *  man    iptables-extensions(8), SET; ipset(8)
 *  kernel net/netfilter/xt_set.c set_target_v3(): XT_CONTINUE
 *  fact   `!` before any of its options is taken and means nothing */

import type { HookName } from '../../netfilter/hooks.ts';
import { type ExtensionOptionSpec, type GivenValues, type RuleComplaint, saveOption, targetExtension } from '../contract/extension.ts';

const OPTIONS = {
  '--add-set': { value: ['setName', 'setDirs'], invertible: true },
  '--del-set': { value: ['setName', 'setDirs'], invertible: true },
  '--map-set': { value: ['setName', 'setDirs'], invertible: true },
  '--exist': { value: [], invertible: true, needs: ['--add-set'], repeatable: true },
  '--timeout': { value: ['setTimeout'], invertible: true, needs: ['--add-set'], repeatable: true },
  '--map-mark': { value: [], invertible: true, needs: ['--map-set'], repeatable: true },
  '--map-prio': { value: [], invertible: true, needs: ['--map-set'], repeatable: true },
  '--map-queue': { value: [], invertible: true, needs: ['--map-set'], repeatable: true },
} as const satisfies Readonly<Record<string, ExtensionOptionSpec>>;

const SETS = ['--add-set', '--del-set', '--map-set'] as const;
const MAPS = ['--map-mark', '--map-prio', '--map-queue'] as const;
/** Where a packet has a queue. */
const SENDING: readonly HookName[] = ['FORWARD', 'OUTPUT', 'POSTROUTING'];

function mapsQueue(given: GivenValues<typeof OPTIONS>): boolean {
  return given['--map-prio'] !== undefined || given['--map-queue'] !== undefined;
}

function complaints(given: GivenValues<typeof OPTIONS>): readonly RuleComplaint[] {
  if (SETS.every((option) => given[option] === undefined)) {
    return [{ kind: 'malformed', message: '`-j SET` needs one of `--add-set`, `--del-set` and `--map-set`' }];
  }
  if (given['--map-set'] !== undefined && MAPS.every((option) => given[option] === undefined)) {
    return [{ kind: 'malformed', message: '`--map-set` needs one of `--map-mark`, `--map-prio` and `--map-queue`', option: '--map-set' }];
  }
  return [];
}

export const SET = targetExtension({
  name: 'SET',
  claim: { modelled: 'partly', why: 'the mark of --map-mark; a set that packets change is not read' },
  families: [4, 6],
  options: OPTIONS,
  tablesFor: (given) => (given['--map-set'] === undefined ? undefined : ['mangle']),
  hooks: (given) => (mapsQueue(given) ? SENDING : undefined),
  check: complaints,
  changesSets: (given) => [given['--add-set'], given['--del-set']].flatMap((option) => option?.values[0] ?? []),
  unclear: ['--map-mark'],
  listing: {
    options: {
      '--add-set': /add-set (\S+) (\S+)/,
      '--del-set': /del-set (\S+) (\S+)/,
      '--map-set': /map-set (\S+) (\S+)/,
      '--exist': /exist/,
      '--timeout': /timeout (\d+)/,
      '--map-mark': /map-mark/,
      '--map-prio': /map-prio/,
      '--map-queue': /map-queue/,
    },
  },
  lower: (given) =>
    given['--map-mark'] === undefined ? { kind: 'continue' } : { kind: 'unmodelled', reason: 'SET that takes the mark from an ipset' },
  save: (given, context) =>
    (Object.keys(OPTIONS) as (keyof typeof OPTIONS)[])
      .sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b))
      .flatMap((name) => {
        const option = given[name];
        return option === undefined ? [] : saveOption({ ...option, inverted: false }, OPTIONS[name], context);
      }),
});

const ORDER: readonly (keyof typeof OPTIONS)[] = ['--add-set', '--exist', '--timeout', '--del-set', '--map-set', ...MAPS];
