/** Carries table blocks out, as iptables-restore does: each takes the place of the table of its name and family.
 *  fact iptables-nft-restore sets the policies that a block does not name to ACCEPT, iptables-legacy-restore leaves them */
import type { Family } from '../../packet/address.ts';
import { familyOfAddresses } from './family.ts';
import type { TableState } from './openTables.ts';
import { readRestore } from './restore.ts';
import type { RestoreInput, Section } from './restoreReader.ts';
import { putTable, type RulesetState, rulesetFor, type TextTables, tableNode } from './tablesOfText.ts';

export interface RestoreOptions {
  readonly family?: Family;
  /** of the program that reads the blocks; absent for blocks that stand in the text as they are */
  readonly program?: { readonly family: Family; readonly backend: 'legacy' | 'nft' | undefined };
}

/** True when there was something to carry out. */
export function restoreInto(world: TextTables, given: RestoreInput, options: RestoreOptions): void {
  const input = { ...given, meaning: world.meaning };
  const { sections, marked } = readRestore(input);
  if (marked.size === 0 || input.only !== undefined) {
    for (const section of sections) apply(world, section, { input, options });
    return;
  }
  // lines with `-4` or `-6`: one text for iptables-restore and ip6tables-restore, each of which passes over the other's lines
  const families = sections.some(({ family }) => family !== undefined) ? sections.map(({ family }) => family?.is ?? 4) : ([4, 6] as const);
  for (const only of new Set(families)) {
    for (const section of readRestore({ ...input, only, report: () => {} }).sections) {
      if ((familyOfAddresses(section.tables.map(tableNode)) ?? only) !== only) continue;
      apply(world, { ...section, family: { is: only, from: 'command' }, form: 'restore' }, { input, options });
    }
  }
}

interface Applied {
  readonly input: RestoreInput;
  readonly options: RestoreOptions;
}

function apply(world: TextTables, section: Section, { input, options }: Applied): void {
  const ruleset = rulesetFor(
    world,
    { ...familyOf(section, options), form: section.form, backend: options.program?.backend ?? section.backend },
    section.tables.map(({ name }) => name.text),
  );
  for (const table of section.tables) {
    const before = putTable(ruleset, table);
    if (before === undefined) continue;
    if (options.program === undefined) warnOfSecond(input, table, ruleset);
    else keepPolicies(input, { before, table, backend: options.program.backend });
  }
}

function familyOf({ family, tables }: Section, options: RestoreOptions): Pick<RulesetState, 'family' | 'familyFrom'> {
  if (family !== undefined) return { family: family.is, familyFrom: family.from };
  const byAddress = familyOfAddresses(tables.map(tableNode));
  if (byAddress !== undefined) return { family: byAddress, familyFrom: 'addresses' };
  return { family: options.family ?? 4, familyFrom: options.family === undefined ? 'default' : 'option' };
}

function warnOfSecond({ report }: RestoreInput, { name }: TableState, { family }: RulesetState): void {
  const message = `table \`${name.text}\` of IPv${family} stands twice in this text: this one takes the place of the first, as in iptables-restore`;
  const help = 'if one of them is for the other family, give it a file of its own and say `--family`';
  report({ kind: 'warning', code: 'repeated-option', message, span: name, help });
}

interface Replaced {
  readonly before: TableState;
  readonly table: TableState;
  readonly backend: 'legacy' | 'nft' | undefined;
}

function keepPolicies({ report }: RestoreInput, { before, table, backend }: Replaced): void {
  for (const { name, policy } of before.chains) {
    if (policy?.text !== 'DROP') continue;
    const chain = table.byName.get(name.text);
    if (chain?.policy !== undefined) continue;
    if (backend === 'legacy') {
      if (chain !== undefined) chain.policy = policy;
      else {
        const kept = { name, policy, rules: [] };
        table.chains.push(kept);
        table.byName.set(name.text, kept);
      }
    } else if (backend === undefined) {
      const message = `the policy of \`${name.text}\` is not named here: iptables-nft-restore sets it to ACCEPT, iptables-legacy-restore leaves it at DROP`;
      report({ kind: 'warning', message, span: table.name, help: `write \`:${name.text} DROP [0:0]\`, or ACCEPT` });
    }
  }
}
