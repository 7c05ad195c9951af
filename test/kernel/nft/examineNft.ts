/** A host, rules of nftables and packets, put to the simulator and to the kernel. */
import { hostNames } from '../../../src/host/host.ts';
import { type Examined, examined } from '../../../src/kernel/compared/examined.ts';
import type { Family } from '../../../src/packet/address.ts';
import { besideNft } from '../../../src/ruleset/readNftRules.ts';
import { readRules } from '../../../src/ruleset/readRules.ts';
import type { Chain, Ruleset } from '../../../src/ruleset/ruleset.ts';
import { isError } from '../../../src/syntax/text/diagnostic.ts';
import { hostOf } from '../../support/host.ts';
import { rulesetOf } from '../../support/rulesets.ts';
import { atThisMoment, withSource } from '../examine.ts';
import type { Oracle, OracleAnswer } from '../oracle.ts';
import type { HostJson, Rules } from '../question.ts';
import { questionOf } from '../question.ts';
import type { RandomNft } from './generate/nftCases.ts';

/** Of the family; of one of which the text says nothing, without tables. @throws Error when the text is refused */
export function rulesetOfNft(text: string, family: Family, host: HostJson): Ruleset {
  return rulesetOfAll({ nft: text }, family, host);
}

/** With the rules of iptables beside it. */
export function rulesetOfAll(rules: Rules, family: Family, host: HostJson): Ruleset {
  const known = hostOf(host);
  const names = hostNames(known);
  const text = rules.nft ?? '';
  const { rulesets, diagnostics } = readRules({ file: 'listing', text }, { ...names });
  const errors = diagnostics.filter(isError).map(({ message }) => message);
  if (errors.length > 0) throw new Error(`chainwalk refuses: ${errors.join('; ')}`);
  const saved = family === 4 ? rules.v4 : rules.v6;
  const plain = saved === undefined ? [] : [rulesetOf(saved, { family, ...names })];
  const beside = rules.nftFirst === true ? plain.map(asLoadedLast) : plain;
  return besideNft(beside, rulesets).find((one) => one.family === family) ?? without(text, family);
}

const LAST = 1_000_000;

/** Its chains run before others of their priority. */
function asLoadedLast(ruleset: Ruleset): Ruleset {
  const later = (chain: Chain): Chain => (chain.base === undefined ? chain : { ...chain, base: { ...chain.base, registered: LAST } });
  const tables = [...ruleset.tables].map(([name, table]) => {
    const chains = new Map([...table.chains].map(([of, chain]) => [of, later(chain)]));
    return [name, { ...table, chains }] as const;
  });
  return { ...ruleset, tables: new Map(tables) };
}

function without(text: string, family: Family): Ruleset {
  const source = { file: 'listing', text };
  return { family, source, tables: new Map(), usesConntrack: false, usesDefrag: false, hasOpaqueTarget: false };
}

/** What both say of each packet. */
export async function examineNft(
  oracle: Oracle,
  { host, rules, packets }: Pick<RandomNft, 'host' | 'packets'> & { readonly rules: Rules },
  explain = false,
): Promise<readonly Examined[]> {
  const now = atThisMoment(host);
  const world = hostOf(now);
  const answers = await oracle.ask({ ...questionOf(host, rules, packets), explain_lost: explain });
  const rulesets = new Map(([4, 6] as const).map((family) => [family, rulesetOfAll(rules, family, now)]));
  return packets.map((given, index) => {
    const packet = given.chooseSource === true ? withSource(given, world) : given;
    const ruleset = rulesets.get(packet.family) as Ruleset;
    return examined({ ruleset, host: world, packet, answer: answers[index] as OracleAnswer, everyOrder: true });
  });
}
