import { expect, it } from 'vitest';
import { countRules, countRulesAndElements } from '../../src/ruleset/count.ts';
import { readRules } from '../../src/ruleset/readRules.ts';

const TEXT = `table ip t {
	set s { type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2, 10.0.0.3 } }
	map m { type inet_service : ipv4_addr; elements = { 80 : 10.0.0.1, 81 : 10.0.0.2 } }
	chain c {
		type nat hook prerouting priority dstnat
		ip saddr @s accept
		ip daddr @s accept
		tcp dport vmap { 1 : accept, 2 : drop }
		tcp dport { 3, 4, 5 } meta mark set tcp sport map { 1 : 1, 2 : 2 }
		dnat to tcp dport map @m
		dnat to tcp dport map { 6 : 10.0.0.1 }
	}
}
`;

it('elements of sets and maps are counted beside the rules, those of a named one once', () => {
  const { rulesets, diagnostics } = readRules({ file: 'rules.nft', text: TEXT });
  expect(diagnostics).toEqual([]);
  const [ruleset] = rulesets;
  expect(ruleset && [countRules(ruleset), countRulesAndElements(ruleset)]).toEqual([6, 6 + 3 + 2 + 2 + 3 + 2 + 1]);
});
