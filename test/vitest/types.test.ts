/** The matchers as TypeScript sees them: checked by `npm run typecheck`, which knows what must not compile. */
import { expect, expectTypeOf, it } from 'vitest';
import { parse } from '../../src/api/library/index.ts';
import '../../src/api/vitest/index.ts';

const RULES = parse('*nat\n-A OUTPUT -p tcp -j REDIRECT --to-ports 15001\nCOMMIT\n# iptables\n');

it('take packets, sets, claims and options of the right types', () => {
  const expectation = expect(RULES);
  expectTypeOf(expectation.toCapture).toBeCallableWith('out tcp -> 203.0.113.9:443', { profile: 'none' });
  expectTypeOf(expectation.toCapture).toBeCallableWith({ dir: 'out', dst: '203.0.113.9' });
  expectTypeOf(expectation.toBypass).toBeCallableWith({ where: 'out tcp' });
  expectTypeOf(expectation.toReach).toBeCallableWith('out tcp', 15001);
  // @ts-expect-error what is undecided is no end
  expectTypeOf(expectation.not.toReach).toBeCallableWith('out tcp', 'undecided');
  expectTypeOf(expectation.toReach).toBeCallableWith('out tcp', 'captured-out', { host: { interfaces: [] } });
  expectTypeOf(expectation.toHold).toBeCallableWith('no-redirect-loop', { proxyUid: 5 });
  expectTypeOf(expectation.not.toHold).toBeCallableWith();
  expectTypeOf(expectation.toBeEquivalentTo).toBeCallableWith(RULES.rulesets, { where: 'in tcp' });
  expectTypeOf(expectation.toCapture).returns.toBeVoid();
});

it('refuse what is not one', () => {
  // @ts-expect-error no such outcome
  expect(() => expect(RULES).toReach('out tcp -> 203.0.113.9:443', 'sideways')).toThrow('is neither an outcome nor a port');
  // @ts-expect-error no such claim
  expect(() => expect(RULES).toHold('no-redirect-lop')).toThrow('unknown claim `no-redirect-lop`: did you mean `no-redirect-loop`?');
  // @ts-expect-error no such profile
  expect(() => expect(RULES).toHold('no-redirect-loop', { profile: 'istio' })).toThrow('did you mean `istio-sidecar`?');
  // @ts-expect-error a packet has no such key
  expect(() => expect(RULES).toCapture({ dts: '203.0.113.9' }, { profile: 'istio-sidecar' })).toThrow('a packet has no key');
  // @ts-expect-error without what it is to reach
  expect(() => expect(RULES).toReach('out tcp -> 203.0.113.9:443')).toThrow('is neither an outcome nor a port');
});
