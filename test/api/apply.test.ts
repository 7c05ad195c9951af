/** `parse(text, { apply })`: a ruleset after commands, as `diff --apply` has it. */
import { expect, it } from 'vitest';
import { diff, InputError, parse } from '../../src/api/library/index.ts';

const FW = '*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j REJECT\nCOMMIT\n';
const OPEN = 'iptables -I INPUT 1 -p tcp --dport 22 -j ACCEPT';
const WHERE = { where: 'in tcp -> 10.244.0.5:22' };
const applied = (...apply: readonly string[]) => parse(FW, { file: 'fw.rules', apply });

it('a command that helps is a change', () => {
  const { changes } = diff(FW, applied(OPEN), WHERE);
  expect(changes.map(({ base, head }) => [base.outcome, head.outcome])).toEqual([['rejected', 'to-app']]);
});

it('several are carried out in their order', () => {
  expect(diff(FW, applied(OPEN, 'iptables -D INPUT 1'), WHERE).equivalent).toBe(true);
});

it.each([
  ['fails', 'iptables -D INPUT 7', /^apply:1:19: this command fails: /],
  ['is none', 'echo hello', /^apply:1:1: no command found that changes rules/],
])('a command that %s is an error at its place', (_, command, says) => {
  const { diagnostics } = applied(command);
  const errors = diagnostics.filter(({ kind }) => kind !== 'warning');
  expect(errors.map(({ source: { file }, span }) => [file, span.start < command.length])).toEqual([['apply', true]]);
  expect(() => diff(FW, applied(command), WHERE)).toThrow(InputError);
  expect(() => diff(FW, applied(command), WHERE)).toThrow(says);
});

it('no command changes nothing', () => {
  expect(diff(FW, applied(), WHERE).equivalent).toBe(true);
});

it('members that a command puts into a set beside the rules count', () => {
  const text = `create ok hash:ip family inet\nadd ok 198.51.100.7\n${FW.replace('-j REJECT', '-m set ! --match-set ok src -j REJECT')}`;
  const { changes } = diff(text, parse(text, { apply: ['ipset add ok 198.51.100.8'] }), { where: 'in tcp 198.51.100.8 -> 10.244.0.5:22' });
  expect(changes.map(({ base, head }) => [base.outcome, head.outcome])).toEqual([['rejected', 'dropped']]);
});
