/** policy - the IPsec policy that brought the packet, or that it will leave by.
 *  man    iptables-extensions(8), policy
 *  kernel net/netfilter/xt_policy.c policy_mt(): true for `none` where no policy applies, else false
 *  fact   the hosts described here have no IPsec */
import type { HookName } from '../../netfilter/hooks.ts';
import { ALWAYS, NEVER } from '../../netfilter/matchExpr.ts';
import { type Complaint, type GivenOptions, matchExtension, saveOption } from '../extension.ts';

const ELEMENT = {
  '--reqid': { value: ['u32'], invertible: true },
  '--spi': { value: ['hexNumber'], invertible: true },
  '--proto': { value: ['policyProto'], invertible: true },
  '--mode': { value: ['policyMode'], invertible: true },
  '--tunnel-dst': { value: ['network'], invertible: true },
  '--tunnel-src': { value: ['network'], invertible: true },
} as const;

export const policy = matchExtension({
  name: 'policy',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'hosts without IPsec are; several elements with `--next` are kept as written' },
  options: {
    '--dir': { value: ['policyDir'], required: true },
    '--pol': { value: ['policyKind'] },
    '--strict': { value: [] },
    ...ELEMENT,
    '--next': { value: [], opens: 'a policy of several elements' },
  },
  checksHooksOnEntry: true,
  hooks: (given): readonly HookName[] =>
    given['--dir']?.values[0] === 'out' ? ['FORWARD', 'OUTPUT', 'POSTROUTING'] : ['PREROUTING', 'INPUT', 'FORWARD'],
  check: (given) => {
    const complaints: Complaint[] = [];
    const none = given['--pol']?.values[0] === 'none';
    const asked = Object.keys(ELEMENT).some((name) => (given as GivenOptions)[name] !== undefined);
    if (given['--strict'] !== undefined && none) {
      complaints.push({ kind: 'malformed', message: '`--pol none` and `--strict` exclude each other', option: '--strict' });
    } else if (given['--strict'] !== undefined && !asked) {
      complaints.push({ kind: 'malformed', message: '`--strict` needs at least one element, such as `--proto esp`', option: '--strict' });
    }
    const { '--mode': mode } = given;
    for (const tunnel of [given['--tunnel-src'], given['--tunnel-dst']]) {
      if (tunnel === undefined || none || (mode?.values[0] === 'tunnel' && !mode.inverted)) continue;
      complaints.push({ kind: 'malformed', message: `\`${tunnel.name}\` needs \`--mode tunnel\``, option: tunnel.name });
    }
    return complaints;
  },
  lower: (given) => [{ option: '--dir', expr: given['--pol']?.values[0] === 'none' ? ALWAYS : NEVER }],
  save: (given, context) => {
    const kind = given['--pol']?.values[0] ?? 'ipsec';
    const words = ['--dir', given['--dir']?.values[0] ?? 'in', '--pol', kind];
    if (given['--strict'] !== undefined) words.push('--strict');
    if (kind === 'none') return words;
    for (const [name, spec] of Object.entries(ELEMENT)) {
      const option = (given as GivenOptions)[name];
      if (option !== undefined) words.push(...saveOption(option, spec, context));
    }
    return words;
  },
});
