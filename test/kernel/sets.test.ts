/** Members of ipsets: the kernel and the simulator agree on which packets are in them. */
import { describe, expect, test } from 'vitest';
import { chainwalk } from '../cli/memoryIo.ts';
import { kernelHere } from './kernelHere.ts';
import { ORACLE } from './oracle.ts';
import { SET_PACKETS, SET_RULES, SETS } from './setsOfAllKinds.ts';

describe.runIf(kernelHere())('sets of all kinds', () => {
  test('decide in the kernel as here', async () => {
    const argv = ['trace', 'x', '--on-kernel', '-q', '--packets', '-', '--json'];
    const { code, out } = await chainwalk(argv, {
      files: { x: SET_RULES + SETS },
      stdin: SET_PACKETS.join('\n'),
      oracle: { platform: 'linux', folder: ORACLE },
    });
    const outcomes = out.match(/"outcome":"[\w-]+"/g) ?? [];
    expect([code, outcomes.length]).toEqual([0, SET_PACKETS.length]);
    expect(outcomes.filter((one) => one.includes('dropped')).length).toBeGreaterThan(20);
    expect(outcomes.filter((one) => one.includes('to-app')).length).toBeGreaterThan(20);
  });
});
