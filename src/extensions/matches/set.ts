/** set - the packet's addresses or ports are in an ipset.
 *  man    iptables-extensions(8), set; ipset(8)
 *  kernel net/netfilter/xt_set.c set_match_v4()
 *  fact   the members are the host's: without them the match is not modelled, and with a member that is not read here what it could decide */
import { unmodelled } from '../../netfilter/matchExpr.ts';
import { type GivenOptions, matchExtension, type OptionTable, saveOption } from '../contract/extension.ts';
import { setExpr } from '../contract/ipset.ts';
import { listedNot } from '../contract/listing.ts';

const OPTIONS = {
  '--match-set': { value: ['setName', 'setDirs'], invertible: true, required: true },
  '--return-nomatch': { value: [], repeatable: true },
  '--update-counters': { value: [], invertible: true, repeatable: true },
  '--update-subcounters': { value: [], invertible: true, repeatable: true },
  '--packets-eq': { value: ['counter'], invertible: true, excludes: ['--packets-lt', '--packets-gt'] },
  '--packets-lt': { value: ['counter'], excludes: ['--packets-gt'] },
  '--packets-gt': { value: ['counter'] },
  '--bytes-eq': { value: ['counter'], invertible: true, excludes: ['--bytes-lt', '--bytes-gt'] },
  '--bytes-lt': { value: ['counter'], excludes: ['--bytes-gt'] },
  '--bytes-gt': { value: ['counter'] },
} as const satisfies OptionTable;

/** To update the counters is the default, and not saved. */
const DEFAULTS: readonly string[] = ['--update-counters', '--update-subcounters'];

export const set = matchExtension({
  name: 'set',
  families: [4, 6],
  claim: {
    modelled: 'partly',
    why: 'sets whose members the host gives, by addresses, ports, interfaces, MAC addresses and marks; counters are not',
  },
  options: OPTIONS,
  unclear: ['--match-set'],
  listing: {
    opens: {
      pattern: /(! )?match-set (\S+) (\S+)/,
      words: (not = '', set = '', sides = '') => [...listedNot(not), '--match-set', set, sides],
    },
    options: {
      '--return-nomatch': /return-nomatch/,
      '--update-counters': /(! )?update-counters/,
      '--update-subcounters': /(! )?update-subcounters/,
      '--packets-eq': /(! )?packets-eq (\d+)/,
      '--packets-lt': /packets-lt (\d+)/,
      '--packets-gt': /packets-gt (\d+)/,
      '--bytes-eq': /(! )?bytes-eq (\d+)/,
      '--bytes-lt': /bytes-lt (\d+)/,
      '--bytes-gt': /bytes-gt (\d+)/,
    },
  },
  lower: (given, context) => {
    const asked = given['--match-set'];
    if (asked === undefined) return [];
    const [name, dirs] = asked.values;
    const plain = Object.keys(given).every(
      (option) => option === '--match-set' || option === '--update-counters' || option === '--update-subcounters',
    );
    const expr = plain ? setExpr(name, { dirs, family: context.family, sets: context.sets }) : unmodelled(`counters of ipset \`${name}\``);
    return [{ expr: asked.inverted ? { kind: 'not', of: expr } : expr }];
  },
  save: (given, context) =>
    Object.entries(OPTIONS).flatMap(([name, spec]) => {
      const option = (given as GivenOptions)[name];
      return option === undefined || (DEFAULTS.includes(name) && !option.inverted) ? [] : saveOption(option, spec, context);
    }),
});
