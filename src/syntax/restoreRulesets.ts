/** Sorts the table blocks of a text into rulesets of one family each. */
import type { Family } from '../packet/address.ts';
import type { RulesetNode, TableNode } from './ast.ts';
import { familyOfAddresses } from './family.ts';
import { type RestoreInput, readRestore, type Section } from './restore.ts';
import type { Source } from './source.ts';

interface Options {
  readonly family?: Family;
}

export function restoreRulesets(input: RestoreInput, options: Options): readonly RulesetNode[] {
  const { sections, marked } = readRestore(input);
  if (marked.size === 0)
    return joinFamilies(
      input,
      sections.map((section) => rulesetOf(input.source, section, options)),
    );
  return (sections.some(({ family }) => family !== undefined) ? sections.map(({ family }) => family?.is ?? 4) : ([4, 6] as const))
    .flatMap((only) => readMarked(input, only))
    .filter(({ family, tables }) => (familyOfAddresses(tables) ?? family) === family);
}

/** Lines with `-4` or `-6`: one text for iptables-restore and ip6tables-restore, each of which passes over the other's lines. */
function readMarked({ source, lines }: RestoreInput, only: Family): readonly RulesetNode[] {
  const { sections } = readRestore({ source, lines, only, report: () => {} });
  return sections.map(({ tables }) => ({ family: only, familyFrom: 'command', source, form: 'restore', tables: tables.map(tableNode) }));
}

/** The table without what only its reader needs. */
export function tableNode({ name, chains }: TableNode): TableNode {
  return { name, chains };
}

function rulesetOf(source: Source, { family, form, tables: states }: Section, options: Options): RulesetNode {
  const tables = states.map(tableNode);
  const rest = { source, form, tables } as const;
  if (family !== undefined) return { family: family.is, familyFrom: family.from, ...rest };
  const byAddress = familyOfAddresses(tables);
  if (byAddress !== undefined) return { family: byAddress, familyFrom: 'addresses', ...rest };
  return { family: options.family ?? 4, familyFrom: options.family === undefined ? 'default' : 'option', ...rest };
}

/** A second table of one name and family takes the place of the first, as it does in iptables-restore. */
function joinFamilies({ report }: RestoreInput, rulesets: readonly RulesetNode[]): readonly RulesetNode[] {
  const joined: RulesetNode[] = [];
  for (const next of rulesets) {
    const index = joined.findIndex(({ family }) => family === next.family);
    const before = joined[index];
    if (before === undefined) {
      joined.push(next);
      continue;
    }
    const kept = before.tables.filter(({ name }) => !next.tables.some((table) => table.name.text === name.text));
    for (const { name } of next.tables.filter((table) => before.tables.some((other) => other.name.text === table.name.text))) {
      const message = `table \`${name.text}\` of IPv${next.family} stands twice in this text: this one takes the place of the first, as in iptables-restore`;
      const help = 'if one of them is for the other family, give it a file of its own and say `--family`';
      report({ kind: 'warning', message, span: name, help });
    }
    const form = before.form === 'restore' ? before.form : next.form;
    joined[index] = { ...before, form, tables: [...kept, ...next.tables] };
  }
  return joined;
}
