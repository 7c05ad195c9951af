/** Rules of a table of both families that name one of them, in the ruleset of the other. */
import { describe, expect, it } from 'vitest';
import { unknownProxies } from '../../src/connection/unknownProxy.ts';
import { inferDeclaration } from '../../src/prove/inferred/infer.ts';
import { ProofContext } from '../../src/prove/proof/context.ts';
import { noDuplicateRule } from '../../src/prove/structure/noDuplicateRule.ts';
import { readRules } from '../../src/ruleset/readRules.ts';
import { hostOf } from '../support/host.ts';

const TEXT = `table inet t {
	chain output {
		type nat hook output priority -100;
		ip6 daddr 2001:db8::9 tcp dport 80 redirect to :3129
		ip6 daddr ::1 return
		ip6 daddr ::1 return
	}
}
`;
const HOST = hostOf({ interfaces: [{ name: 'lo', addresses: ['127.0.0.1/8', '::1/128'] }] });

describe('a rule that names IPv6', () => {
  const { rulesets } = readRules({ file: 'nft', text: TEXT });
  const of = (family: 4 | 6) => {
    const ruleset = rulesets.find((one) => one.family === family);
    if (ruleset === undefined) throw new Error('no ruleset');
    return ruleset;
  };
  it('hands nothing over in IPv4', () => {
    const around = { host: { ...HOST, listeners: [{ process: 'squid', proto: 6, port: 3129 }] } } as unknown as Parameters<
      typeof unknownProxies
    >[0];
    expect(([4, 6] as const).map((family) => unknownProxies(around, of(family)).length)).toEqual([0, 1]);
  });
  it('is no duplicate in IPv4', () => {
    const repeats = ([4, 6] as const).map((family) => {
      const ruleset = of(family);
      const declared = inferDeclaration({ ruleset, profile: undefined, host: HOST });
      return noDuplicateRule.judge(new ProofContext({ ruleset, host: HOST, declared })).violations.length;
    });
    expect(repeats).toEqual([0, 1]);
  });
});
