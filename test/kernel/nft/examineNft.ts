/** A host, rules of nftables and packets, put to the simulator and to the kernel. */
import { hostNames } from '../../../src/host/host.ts';
import { type Examined, examined } from '../../../src/kernel/compared/examined.ts';
import type { Family } from '../../../src/packet/address.ts';
import { readRules } from '../../../src/ruleset/readRules.ts';
import type { Ruleset } from '../../../src/ruleset/ruleset.ts';
import { isError } from '../../../src/syntax/text/diagnostic.ts';
import { hostOf } from '../../support/host.ts';
import { atThisMoment, withSource } from '../examine.ts';
import type { Oracle, OracleAnswer } from '../oracle.ts';
import type { HostJson, Rules } from '../question.ts';
import { questionOf } from '../question.ts';
import type { RandomNft } from './generate/nftCases.ts';

/** Of the family; of one of which the text says nothing, without tables. @throws Error when the text is refused */
export function rulesetOfNft(text: string, family: Family, host: HostJson): Ruleset {
  const { rulesets, diagnostics } = readRules({ file: 'listing', text }, { ...hostNames(hostOf(host)) });
  const errors = diagnostics.filter(isError).map(({ message }) => message);
  if (errors.length > 0) throw new Error(`chainwalk refuses: ${errors.join('; ')}`);
  return rulesets.find((one) => one.family === family) ?? without(text, family);
}

function without(text: string, family: Family): Ruleset {
  const source = { file: 'listing', text };
  return { family, source, tables: new Map(), usesConntrack: false, usesDefrag: false, hasOpaqueTarget: false };
}

/** What both say of each packet. */
export async function examineNft(
  oracle: Oracle,
  { host, rules, packets }: Pick<RandomNft, 'host' | 'packets'> & { readonly rules: Rules & { readonly nft: string } },
  explain = false,
): Promise<readonly Examined[]> {
  const now = atThisMoment(host);
  const world = hostOf(now);
  const answers = await oracle.ask({ ...questionOf(host, rules, packets), explain_lost: explain });
  const rulesets = new Map(([4, 6] as const).map((family) => [family, rulesetOfNft(rules.nft, family, now)]));
  return packets.map((given, index) => {
    const packet = given.chooseSource === true ? withSource(given, world) : given;
    const ruleset = rulesets.get(packet.family) as Ruleset;
    return examined({ ruleset, host: world, packet, answer: answers[index] as OracleAnswer });
  });
}
