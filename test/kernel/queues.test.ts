/** Targets that hand the packet to a program: what the kernel does while none listens. The simulator leaves it undecided. */
import { afterAll, describe, expect, test } from 'vitest';
import { simulate } from '../../src/simulate/simulate.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { filter, USUAL } from './cases/kernelCase.ts';
import { kernelHere } from './kernelHere.ts';
import type { Oracle } from './oracle.ts';
import { openOracle } from './oracle.ts';
import { questionOf } from './question.ts';

const QUEUES = [
  { target: 'NFQUEUE --queue-num 5', says: 'lets it go no further', fate: 'queued' },
  { target: 'NFQUEUE --queue-num 5 --queue-bypass', says: 'takes it as accepted by the table', fate: 'local' },
  { target: 'NFQUEUE --queue-balance 5:6', says: 'lets it go no further', fate: 'queued' },
] as const;

const packet = packetOf('in tcp 10.0.0.9 -> 10.244.0.5:80 iif=eth0', hostOf(USUAL));
/** Only a packet that the table accepts at once escapes the second rule. */
const rulesFor = (target: string): string => filter(`-A INPUT -p tcp -j ${target}`, '-A INPUT -p tcp -j MARK --set-mark 7');

describe('simulator', () => {
  test.each(QUEUES)('`-j $target` is undecided', ({ target }) => {
    const { walks } = simulate({ ruleset: rulesetOf(rulesFor(target), { family: 4 }), packet, host: hostOf(USUAL) });
    expect(walks.map(({ fate }) => fate.kind)).toEqual(['undecided']);
  });
});

describe.runIf(kernelHere()).each(['legacy', 'nft'] as const)('kernel, %s backend', (backend) => {
  let oracle: Oracle | undefined;
  afterAll(() => oracle?.close());
  test.each(QUEUES)('without a program `-j $target` $says', async ({ target, fate }) => {
    oracle ??= openOracle(backend);
    const [answer] = await oracle.ask(questionOf(USUAL, { v4: rulesFor(target) }, [packet]));
    expect({ fate: answer?.fate, mark: answer?.mark_after ?? 0 }).toEqual({ fate, mark: 0 });
  });
});
