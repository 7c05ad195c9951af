/** Finding 12: what becomes of an ICMP error about a question of Istio's agent with INVALID_DROP, by either backend. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { SettingsObject } from '../../../src/api/arbitraries/settings.ts';
import { render } from '../../../src/api/library/index.ts';
import { accountOfAnswer } from '../../../src/kernel/compared/account.ts';
import { iptablesBlocks } from '../../support/nftGoldens.ts';
import { questionOfFlow } from '../cases/flowQuestion.ts';
import type { FlowStep } from '../cases/flows.ts';
import { USUAL } from '../cases/kernelCase.ts';
import { kernelHere } from '../kernelHere.ts';
import { type Oracle, openOracle } from '../oracle.ts';
import { play } from '../playFlow.ts';

const SETTINGS = JSON.parse(
  readFileSync(new URL('../../../fixtures/findings/istio-invalid-drop.json', import.meta.url), 'utf8'),
) as SettingsObject;

const QUESTION = { proto: 17, src: '10.244.0.5', dst: '10.96.0.10', sport: 41000, dport: 53 };
const ABOUT_CAPTURED: readonly FlowStep[] = [
  { packet: 'out udp 10.244.0.5:41000 -> 10.96.0.10:53 uid=1337 gid=1337', end: '' },
  { packet: 'in icmp 10.96.0.10 -> 10.244.0.5 iif=eth0 icmp=3/3', about: QUESTION, end: '' },
];
/** Of another port, which no zone is set for. */
const ABOUT_OTHERS: readonly FlowStep[] = [
  { packet: 'out udp 10.244.0.5:41001 -> 10.96.0.10:123 uid=1337 gid=1337', end: '' },
  { packet: 'in icmp 10.96.0.10 -> 10.244.0.5 iif=eth0 icmp=3/3', about: { ...QUESTION, sport: 41001, dport: 123 }, end: '' },
];

const DELIVERED = expect.stringMatching(/^delivered -i eth0 10\.96\.0\.10 > 10\.244\.0\.5/);

describe.runIf(kernelHere())('an ICMP error with INVALID_DROP', () => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());

  const { v4 } = iptablesBlocks(render(SETTINGS).v4);
  const mended = v4.replace(/^(?=-A PREROUTING .*ISTIO_DROP$)/m, '-A PREROUTING -p icmp -j ACCEPT\n');
  const { nft = '' } = render({ ...SETTINGS, 'native-nftables': true });
  test.each([
    ['iptables, about a question of the agent', { v4 }, ABOUT_CAPTURED, expect.stringMatching(/^dropped/)],
    ['nftables, about a question of the agent', { nft }, ABOUT_CAPTURED, DELIVERED],
    ['iptables, mended: what is ICMP goes first', { v4: mended }, ABOUT_CAPTURED, DELIVERED],
    ['iptables, about anything else', { v4 }, ABOUT_OTHERS, DELIVERED],
    ['nftables, about anything else', { nft }, ABOUT_OTHERS, DELIVERED],
  ] as const)('%s', async (name, rules, packets, end) => {
    oracle ??= openOracle('nft');
    const { flow } = questionOfFlow({ name, rules: '', packets });
    const [played] = await play(oracle, { host: USUAL, family: 4, rules }, [flow]);
    expect(played?.disagreement).toBeUndefined();
    expect(played?.pairs.map(({ answer }) => accountOfAnswer(answer).end).at(-1)).toEqual(end);
  });
});
