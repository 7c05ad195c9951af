/** The facts about nftables of test/kernel/nft/cases, in the simulator. */
import { expect, test } from 'vitest';
import { accountOfWalk } from '../../src/kernel/compared/account.ts';
import { readRules } from '../../src/ruleset/readRules.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { isError } from '../../src/syntax/text/diagnostic.ts';
import { checkCase } from '../kernel/cases/check.ts';
import { NFT_CASES } from '../kernel/nft/cases/all.ts';
import { questionOfNft, rulesOf } from '../kernel/nft/cases/check.ts';
import { LOAD_CASES } from '../kernel/nft/cases/loads.ts';
import { rulesetOfAll } from '../kernel/nft/examineNft.ts';
import { hostOf } from '../support/host.ts';

test.each(NFT_CASES)('$name', (one) => {
  const question = questionOfNft(one);
  const host = hostOf(question.host);
  const walks = question.packets.map(
    (packet) =>
      simulate({ ruleset: rulesetOfAll(rulesOf(one, question), packet.family, question.host), packet, host }, { detailed: true }).walks,
  );
  if (one.undecided !== undefined) {
    const ends = walks.map((ways) =>
      ways.map(({ fate }) => (fate.kind === 'undecided' ? fate.reasons.map(({ what }) => what) : [fate.kind])),
    );
    expect(ends).toEqual(question.packets.map(() => [[one.undecided]]));
    return;
  }
  if (one.remembers === true) {
    const ends = walks.map((ways) => ways.map((walk) => accountOfWalk(walk).end.replace(/ mark 0$/, '')));
    for (const [at, text] of question.texts.entries()) {
      const rows = (walks[at] ?? []).map((walk) => accountOfWalk(walk).rows.map((row) => row.replace(/ -[io] \S+/g, '')));
      const found = rows.filter((some) => (one.meets?.[text] ?? []).every((row) => some.includes(row)));
      expect(found.length, text).toBeGreaterThan(0);
      if (one.ends?.[text] !== undefined) expect(ends[at], text).toContain(one.ends[text]);
    }
    return;
  }
  // a listing does not tell which of two tables was loaded last: the order in which they are listed is the likeliest
  const likeliest = walks.map(([first, ...others]) => {
    expect(others.every(({ choices }) => choices.some(({ ofOrder }) => ofOrder === true))).toBe(true);
    return first;
  });
  const accounts = likeliest.flatMap((walk) => (walk === undefined ? [] : [accountOfWalk(walk)]));
  checkCase({ rules: '', ...one }, question, accounts);
});

test.each(LOAD_CASES)('$name: $loads', ({ nft, loads, later = false }) => {
  const { diagnostics } = readRules({ file: 'text', text: nft });
  const errors = diagnostics.filter(isError).map(({ message }) => message);
  expect(errors.length === 0, errors.join('; ')).toBe(loads || later);
});
