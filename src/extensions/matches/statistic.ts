/** statistic - one packet in so many, by lot or by count.
 *  man    iptables-extensions(8), statistic
 *  kernel net/netfilter/xt_statistic.c statistic_mt(); `--probability 1` always holds, 0 never */
import { ALWAYS, type MatchExpr, NEVER } from '../../netfilter/matchExpr.ts';
import { matchExtension, saveOption } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';

function chance(id: string, probability: number, counts: boolean): MatchExpr {
  if (probability >= 1) return ALWAYS;
  return probability <= 0 ? NEVER : { kind: 'chance', id, probability, ...(counts && { remembers: true }) };
}

export const statistic = matchExtension({
  name: 'statistic',
  families: [4, 6],
  claim: 'chance',
  options: {
    '--mode': { value: ['statisticMode'], required: true },
    '--probability': { value: ['probability'], invertible: true, excludes: ['--every', '--packet'] },
    '--every': { value: ['positive'], invertible: true, needs: ['--packet'] },
    '--packet': { value: ['u32'] },
  },
  check: (given) => {
    const needed = given['--mode']?.values[0] === 'nth' ? '--every' : '--probability';
    const every = given['--every'];
    const packet = given['--packet'];
    if (given['--mode'] !== undefined && given[needed] === undefined) {
      return [{ kind: 'malformed', message: `\`--mode ${given['--mode'].values[0]}\` needs \`${needed}\`` }];
    }
    return every !== undefined && packet !== undefined && packet.values[0] >= every.values[0]
      ? [{ kind: 'malformed', message: '`--packet` counts from 0 and must be less than `--every`', option: '--packet' }]
      : [];
  },
  listing: {
    opens: { pattern: /statistic mode (\S+)/, words: (mode = '') => ['--mode', mode] },
    options: {
      '--probability': /(! )?probability (\S+)/,
    },
    pieces: [
      {
        pattern: /(! )?every (\d+)(?: packet (\d+))?/,
        words: (not = '', every = '', packet = '') => [...listedNot(not), '--every', every, '--packet', packet === '' ? '0' : packet],
      },
    ],
  },
  lower: (given, { ruleId }) => {
    const { '--probability': probability, '--every': every } = given;
    const share = every === undefined ? (probability?.values[0] ?? 0) : 1 / every.values[0];
    return [{ expr: chance(ruleId, (every ?? probability)?.inverted ? 1 - share : share, every !== undefined) }];
  },
  save: (given, context) => {
    const { '--mode': mode, '--probability': probability, '--every': every, '--packet': packet } = given;
    const words = ['--mode', mode?.values[0] ?? ''];
    if (probability !== undefined) words.push(...saveOption(probability, { value: ['probability'] }, context));
    if (every !== undefined) words.push(...saveOption(every, { value: ['positive'] }, context));
    if (packet !== undefined && every !== undefined) words.push(...saveOption(packet, { value: ['u32'] }, context));
    return words;
  },
});
