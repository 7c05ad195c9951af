/** recent - addresses that were seen lately.
 *  man    iptables-extensions(8), recent
 *  kernel net/netfilter/xt_recent.c recent_mt(): `--set` always holds
 *  fact   of `--rsource` and `--rdest` the last one counts; names are printed without quotes */
import { ALWAYS, type MatchExpr, not, or } from '../../netfilter/matchExpr.ts';
import { formatAddress, prefixMask } from '../../packet/address.ts';
import { type GivenOption, type GivenValues, matchExtension, type RuleComplaint } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';

const OPTIONS = {
  '--set': { value: [], invertible: true, excludes: ['--rcheck', '--update', '--remove'] },
  '--rcheck': { value: [], invertible: true, excludes: ['--update', '--remove'] },
  '--update': { value: [], invertible: true, excludes: ['--remove'] },
  '--remove': { value: [], invertible: true },
  '--seconds': { value: ['positive'] },
  '--reap': { value: [], needs: ['--seconds'] },
  '--hitcount': { value: ['hitCount'] },
  '--rttl': { value: [] },
  '--name': { value: ['listName'] },
  '--mask': { value: ['addressMask'] },
  '--rsource': { value: [] },
  '--rdest': { value: [] },
} as const;

const ACTIONS = ['--set', '--rcheck', '--update', '--remove'] as const;
/** Conditions on what was seen before. */
const LOOKING_BACK = ['--seconds', '--hitcount', '--rttl'] as const;

function actionOf(given: GivenValues<typeof OPTIONS>): GivenOption<readonly []> | undefined {
  return ACTIONS.map((name) => given[name]).find((option) => option !== undefined);
}

const LISTED_ACTIONS: Readonly<Record<string, string>> = { SET: '--set', CHECK: '--rcheck', UPDATE: '--update', REMOVE: '--remove' };

export const recent = matchExtension({
  name: 'recent',
  families: [4, 6],
  claim: 'chance',
  options: OPTIONS,
  check: (given) => {
    const action = actionOf(given);
    if (action === undefined) {
      return [{ kind: 'malformed', message: '`-m recent` needs one of `--set`, `--rcheck`, `--update` and `--remove`' }];
    }
    if (action.name === '--rcheck' || action.name === '--update') return [];
    return LOOKING_BACK.filter((name) => given[name] !== undefined && given[name]?.values[0] !== 0).map(
      (name): RuleComplaint => ({ kind: 'malformed', message: `\`${name}\` needs \`--rcheck\` or \`--update\``, option: name }),
    );
  },
  listing: {
    opens: {
      pattern: /(! )?recent: (SET|CHECK|UPDATE|REMOVE)/,
      words: (not = '', action = '') => [...listedNot(not), LISTED_ACTIONS[action] ?? ''],
    },
    options: {
      '--seconds': /seconds: (\d+)/,
      '--reap': /reap/,
      '--hitcount': /hit_count: (\d+)/,
      '--rttl': /TTL-Match/,
      '--name': /name: (.+?)(?= side:)/,
      '--rsource': /side: source/,
      '--rdest': /side: dest/,
      '--mask': /mask: (\S+)/,
    },
  },
  lower: (given, { ruleId }) => {
    const set = given['--set'];
    const seen: MatchExpr = { kind: 'chance', id: ruleId, remembers: true };
    if (set === undefined) return [{ expr: seen }];
    // holds whatever was seen before, and is what others see
    const noted = or(ALWAYS, seen);
    return [{ option: '--set', expr: set.inverted ? not(noted) : noted }];
  },
  save: (given, { family }) => {
    const action = actionOf(given);
    const { '--seconds': seconds, '--hitcount': hits, '--rsource': source, '--rdest': destination } = given;
    const words = [...(action?.inverted ? ['!'] : []), action?.name ?? ''];
    // iptables-save writes it with a sign
    if (seconds !== undefined) words.push('--seconds', String(seconds.values[0] | 0));
    if (given['--reap'] !== undefined) words.push('--reap');
    if (hits !== undefined && hits.values[0] !== 0) words.push('--hitcount', String(hits.values[0]));
    if (given['--rttl'] !== undefined) words.push('--rttl');
    words.push('--name', given['--name']?.values[0] ?? 'DEFAULT');
    words.push('--mask', formatAddress(given['--mask']?.values[0] ?? prefixMask(family, family === 4 ? 32 : 128)));
    const byDestination = destination !== undefined && (source === undefined || source.span.start < destination.span.start);
    return [...words, byDestination ? '--rdest' : '--rsource'];
  },
});
