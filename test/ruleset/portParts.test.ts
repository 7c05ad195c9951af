/** Ports that NAT may pick, in parts that later rules tell apart. */
import { expect, test } from 'vitest';
import { portParts } from '../../src/ruleset/portParts.ts';
import { readRules } from '../../src/ruleset/readRules.ts';

function partsOf(rules: string, { late = '', oif = 'lo' } = {}) {
  const text = `table ip t {
	chain n {
		type nat hook postrouting priority 100
		masquerade random
	}
	chain i {
		type filter hook input priority 0
		${rules}
	}
	chain l {
		type filter hook postrouting priority 101
		${late}
	}
}
`;
  const [ruleset] = readRules({ file: 'listing', text }).rulesets;
  if (ruleset === undefined) throw new Error('the listing is refused');
  return portParts(ruleset, { range: { lo: 1024, hi: 65535 }, manip: 'src', hook: 'POSTROUTING', oif, listeners: [] });
}

test('rules of a table that has chains of nat as well count, where they are of another type', () => {
  expect(partsOf('tcp sport 8080-8089 drop')).toEqual({ firsts: [1024, 8080], more: false });
});

test('neighbouring ports of a concatenation are parts of their own', () => {
  expect(partsOf('tcp sport . meta mark { 5000 . 1, 5001 . 2 } drop')).toEqual({ firsts: [1024, 5000, 5001], more: false });
});

test('ports that rules take alike are one part, wherever they are', () => {
  expect(partsOf('tcp sport { 2000, 3000-3010, 5000 } drop')).toEqual({ firsts: [1024, 2000], more: false });
});

test('bits of a port tell ports apart', () => {
  expect(partsOf('tcp sport & 0x3 == 1 drop')).toEqual({ firsts: [1024, 1025], more: false });
});

test('rules behind the chains of nat see what was picked', () => {
  expect(partsOf('tcp sport 2000 drop', { oif: 'eth0' })).toEqual({ firsts: [1024], more: false });
  expect(partsOf('tcp sport 2000 drop', { oif: 'eth0', late: 'tcp sport 3000 drop' })).toEqual({ firsts: [1024, 3000], more: false });
});

test('more parts than are walked are said to be there', () => {
  const ports = Array.from({ length: 100 }, (_, at) => `tcp sport ${2000 + at} drop`);
  const { firsts, more } = partsOf(ports.join('\n\t\t'));
  expect([firsts.length, more]).toEqual([64, true]);
});
