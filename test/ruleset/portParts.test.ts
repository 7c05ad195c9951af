/** Ports that NAT may pick, in parts that later rules tell apart. */
import { expect, test } from 'vitest';
import { portParts } from '../../src/ruleset/portParts.ts';
import { readRules } from '../../src/ruleset/readRules.ts';

function partsOf(rules: string) {
  const text = `table ip t {
	chain n {
		type nat hook postrouting priority 100
		masquerade random
	}
	chain i {
		type filter hook input priority 0
		${rules}
	}
}
`;
  const [ruleset] = readRules({ file: 'listing', text }).rulesets;
  if (ruleset === undefined) throw new Error('the listing is refused');
  return portParts(ruleset, { range: { lo: 1024, hi: 65535 }, manip: 'src', hook: 'POSTROUTING', oif: 'lo', listeners: [] });
}

test('rules of a table that has chains of nat as well count, where they are of another type', () => {
  expect(partsOf('tcp sport 8080-8089 drop')).toEqual([1024, 8080, 8090]);
});

test('neighbouring ports of a concatenation are parts of their own', () => {
  expect(partsOf('tcp sport . meta mark { 5000 . 1, 5001 . 2 } drop')).toEqual([1024, 5000, 5001, 5002]);
});
