/** Of two nat chains of one priority the kernel asks first the one that was registered last. x_tables keep theirs from one question to the next:
 *  beside native rules that are to be there before them, that must not decide. */
import { describe, expect, it } from 'vitest';
import { hostOf } from '../../support/host.ts';
import { packetOf } from '../../support/packet.ts';
import { USUAL } from '../cases/kernelCase.ts';
import { kernelHere } from '../kernelHere.ts';
import { openOracle } from '../oracle.ts';
import { questionOf } from '../question.ts';

const HOST = hostOf(USUAL);
const OUT = packetOf('out tcp 10.244.0.5 -> 10.0.0.9:80', HOST);
const redirect = (port: number): string =>
  `*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n-A OUTPUT -p tcp -j REDIRECT --to-ports ${port}\nCOMMIT\n`;
const NFT = 'table ip t {\nchain o {\ntype nat hook output priority -100;\ntcp dport 80 redirect to :2000\n}\n}\n';

describe.runIf(kernelHere()).each(['legacy', 'nft'] as const)('the oracle, %s backend', (backend) => {
  it('has what is loaded last run first, whatever was asked before', async () => {
    const oracle = openOracle(backend);
    const portOf = async (nftFirst: boolean): Promise<unknown> => {
      const [answer] = await oracle.ask(questionOf(USUAL, { v4: redirect(1000), nft: NFT, nftFirst }, [OUT]));
      return answer?.tuple_after?.dport;
    };
    try {
      const last = [await portOf(true), await portOf(false), await portOf(true), await portOf(true), await portOf(false)];
      expect(last).toEqual([1000, 2000, 1000, 1000, 2000]);
    } finally {
      await oracle.close();
    }
  });
});
