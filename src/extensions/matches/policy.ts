/** policy - the IPsec policy that brought the packet, or that it will leave by.
 *  man    iptables-extensions(8), policy
 *  kernel net/netfilter/xt_policy.c policy_mt(): true for `none` where no policy applies, else false
 *  fact   the hosts described here have no IPsec */
import type { HookName } from '../../netfilter/hooks.ts';
import { ALWAYS, NEVER } from '../../netfilter/matchExpr.ts';
import { elementKey, type GivenOption, type GivenOptions, matchExtension, type RuleComplaint, saveOption } from '../contract/extension.ts';

const ELEMENT = {
  '--reqid': { value: ['u32'], invertible: true, perElement: true },
  '--spi': { value: ['hexNumber'], invertible: true, perElement: true },
  '--proto': { value: ['policyProto'], invertible: true, perElement: true },
  '--mode': { value: ['policyMode'], invertible: true, perElement: true },
  '--tunnel-dst': { value: ['network'], invertible: true, perElement: true },
  '--tunnel-src': { value: ['network'], invertible: true, perElement: true },
} as const;

/** kernel include/uapi/linux/netfilter/xt_policy.h XT_POLICY_MAX_ELEM */
const MAX_ELEMENTS = 4;

type Element = ReadonlyMap<keyof typeof ELEMENT, GivenOption>;

/** One more than there are `--next`. */
function elements(given: GivenOptions): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at === 0 || given[elementKey('--next', at - 1)] !== undefined; at++) {
    const names = Object.keys(ELEMENT) as (keyof typeof ELEMENT)[];
    found.push(
      new Map(
        names.flatMap((name) => (given[elementKey(name, at)] === undefined ? [] : [[name, given[elementKey(name, at)] as GivenOption]])),
      ),
    );
  }
  return found;
}

/** A tunnel has ends only where its mode may be `tunnel`; no mode counts as `transport`. */
function tunnelComplaints(element: Element): readonly RuleComplaint[] {
  const mode = element.get('--mode');
  const mayBeTunnel = mode !== undefined && (mode.values[0] === 'tunnel') !== mode.inverted;
  const ends = [element.get('--tunnel-src'), element.get('--tunnel-dst')].flatMap((option) => option ?? []);
  return mayBeTunnel ? [] : ends.map(({ name }) => ({ kind: 'malformed', message: `\`${name}\` needs \`--mode tunnel\``, option: name }));
}

function complaints(given: GivenOptions): readonly RuleComplaint[] {
  const strict = given['--strict'] !== undefined;
  const asked = elements(given);
  if (asked.length > MAX_ELEMENTS)
    return [{ kind: 'malformed', message: `at most ${MAX_ELEMENTS} elements, found ${asked.length}`, option: '--next' }];
  if (given['--pol']?.values[0] === 'none') {
    return strict ? [{ kind: 'malformed', message: '`--pol none` and `--strict` exclude each other', option: '--strict' }] : [];
  }
  if (strict && asked.some(({ size }) => size === 0)) {
    return [{ kind: 'malformed', message: '`--strict` needs something in every element, such as `--proto esp`', option: '--strict' }];
  }
  return asked.flatMap(tunnelComplaints);
}

export const policy = matchExtension({
  name: 'policy',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'hosts without IPsec are' },
  options: {
    '--dir': { value: ['policyDir'], required: true },
    '--pol': { value: ['policyKind'] },
    '--strict': { value: [] },
    ...ELEMENT,
    '--next': { value: [], opensElement: true, needs: ['--strict'] },
  },
  checksHooksOnEntry: true,
  hooks: (given): readonly HookName[] =>
    given['--dir']?.values[0] === 'out' ? ['FORWARD', 'OUTPUT', 'POSTROUTING'] : ['PREROUTING', 'INPUT', 'FORWARD'],
  check: complaints,
  listing: {
    opens: { pattern: /policy match dir (\S+) pol (\S+)/, words: (dir = '', kind = '') => ['--dir', dir, '--pol', kind] },
    options: {
      '--strict': /strict/,
      '--reqid': /(! )?reqid (\d+)/,
      '--spi': /(! )?spi (\S+)/,
      '--proto': /(! )?proto (\S+)/,
      '--mode': /(! )?mode (\S+)/,
      '--tunnel-dst': /(! )?tunnel-dst (\S+)/,
      '--tunnel-src': /(! )?tunnel-src (\S+)/,
      '--next': /\[[1-3]\]/,
    },
    pieces: [{ pattern: /\[0\]/, words: () => [] }],
  },
  lower: (given) => [{ option: '--dir', expr: given['--pol']?.values[0] === 'none' ? ALWAYS : NEVER }],
  save: (given, context) => {
    const kind = given['--pol']?.values[0] ?? 'ipsec';
    const words = ['--dir', given['--dir']?.values[0] ?? 'in', '--pol', kind];
    if (given['--strict'] !== undefined) words.push('--strict');
    if (kind === 'none') return words;
    for (const [at, element] of elements(given).entries()) {
      if (at > 0) words.push('--next');
      for (const [name, option] of element) words.push(...saveOption(option, ELEMENT[name], context));
    }
    return words;
  },
});
