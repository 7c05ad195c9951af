/** A fact about nftables as a question. */
import type { CaseQuestion } from '../../cases/check.ts';
import { questionOfCase } from '../../cases/check.ts';
import type { Rules } from '../../question.ts';
import type { NftCase } from './nftCase.ts';

export function rulesOf({ nft, rules = '', last = 'nft' }: NftCase, { family }: CaseQuestion): Rules {
  const beside = rules === '' ? {} : family === 4 ? { v4: rules } : { v6: rules };
  return { ...beside, nft, ...(last === 'iptables' && { nftFirst: true }) };
}

export function questionOfNft(one: NftCase): CaseQuestion {
  return questionOfCase({ rules: '', ...one });
}
