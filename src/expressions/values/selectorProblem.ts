/** What is wrong with what is asked of a packet, whatever it is compared with. */
import type { NftSelector } from '../../syntax/nft/ast.ts';
import { tcpOptionProblem } from '../datatypes/tcpOptions.ts';
import { fibProblem } from '../selectors/host.ts';

export interface SelectorProblem {
  readonly code: 'bad-argument' | 'bad-value';
  readonly message: string;
}

/** kernel net/netfilter/nft_ct.c nft_ct_get_init() */
const OF_DIRECTION: ReadonlySet<string> = new Set(['saddr', 'daddr', 'proto-src', 'proto-dst']);

/** kernel include/net/xfrm.h XFRM_MAX_DEPTH, from 0 on */
const STATES = 6;

export function selectorProblem(selector: NftSelector): SelectorProblem | undefined {
  switch (selector.kind) {
    case 'ct':
      return selector.direction === undefined && OF_DIRECTION.has(selector.key)
        ? { code: 'bad-argument', message: `\`ct ${selector.key}\` needs \`original\` or \`reply\`` }
        : undefined;
    case 'header': {
      const message = selector.of === 'tcp option' ? tcpOptionProblem(selector.name) : undefined;
      return message === undefined ? undefined : { code: 'bad-value', message };
    }
    case 'fib': {
      const message = fibProblem(selector);
      return message === undefined ? undefined : { code: 'bad-argument', message };
    }
    case 'other': {
      const number = selector.words[selector.words.indexOf('spnum') + 1];
      return selector.words.includes('spnum') && Number(number) >= STATES
        ? { code: 'bad-value', message: `\`spnum ${number}\`: a packet has passed at most ${STATES} transformations, from 0 on` }
        : undefined;
    }
    default:
      return undefined;
  }
}
