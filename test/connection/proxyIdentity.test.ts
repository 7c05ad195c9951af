/** Which of the users that the rules let past is taken for the proxy. */
import { expect, it } from 'vitest';
import { chooseIdentity } from '../../src/connection/proxyIdentity.ts';
import { istioSidecar } from '../../src/mesh/istioSidecar.ts';
import { consul, linkerd } from '../../src/mesh/others.ts';
import { nat } from '../kernel/cases/kernelCase.ts';
import { rulesetOf } from '../support/rulesets.ts';

const passing = (chain: string, ...matches: readonly string[]) =>
  nat(`:${chain} - [0:0]`, `-A OUTPUT -p tcp -j ${chain}`, ...matches.map((match) => `-A ${chain} ${match} -j RETURN`));
const user = (uid: number) => `-m owner --uid-owner ${uid}`;
const onLo = (uid: number) => `-o lo -m owner --uid-owner ${uid}`;

it.each([
  ['the first user of Linkerd', linkerd, passing('PROXY_INIT_OUTPUT', user(3000), user(3001)), 3000],
  ["Consul's excluded users come before its proxy", consul, passing('CONSUL_PROXY_OUTPUT', user(3000), user(3001)), 3001],
  ['the usual user, wherever it stands', consul, passing('CONSUL_PROXY_OUTPUT', user(5995), user(3001)), 5995],
  ['the first user of Istio', istioSidecar, passing('ISTIO_OUTPUT', user(3000), user(3001)), 3000],
  ["of Istio's users the one with rules for lo as well", istioSidecar, passing('ISTIO_OUTPUT', onLo(3001), user(3000), user(3001)), 3001],
  ['a user that is let past under a condition is none', istioSidecar, passing('ISTIO_OUTPUT', `-d 10.0.0.0/8 ${user(3000)}`), 1337],
])('%s', (_, profile, rules, uid) => {
  const ruleset = rulesetOf(rules, { family: 4 });
  const chosen = chooseIdentity({ profile, rulesets: [ruleset], shownBy: [ruleset], said: {}, transparent: false });
  expect(chosen.uid).toBe(uid);
});
