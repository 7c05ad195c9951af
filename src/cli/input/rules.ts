/** Files of rules to rulesets, with everything that is wrong with them. */
import { type Host, namesOf } from '../../host/host.ts';
import type { Family } from '../../packet/address.ts';
import { type ReadRules, readRules } from '../../ruleset/readRules.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { type Call, isSet, listOf, textOf } from '../argv/command.ts';
import type { Io } from '../io/io.ts';
import { complain } from '../io/messages.ts';

export type LoadedRules = ReadRules;

export interface RuleFiles {
  readonly files: readonly string[];
  /** absent: nothing is known of the ipsets and device groups that the rules name */
  readonly host?: Host;
}

/** Undefined when a file or an option cannot be read, which has been said. */
export async function loadRules({ io, input }: Call, { files, host }: RuleFiles): Promise<LoadedRules | undefined> {
  const variables = await readVariables(io, listOf(input, 'set'));
  if (variables === undefined) return undefined;
  const family = textOf(input, 'family');
  const options = {
    variables,
    allowEmpty: isSet(input, 'allowEmpty'),
    ...(family !== undefined && { family: Number(family) as Family }),
    ...(host !== undefined && namesOf(host)),
  };
  const loaded: { readonly rulesets: Ruleset[]; readonly diagnostics: Diagnostic[] } = { rulesets: [], diagnostics: [] };
  for (const file of files) {
    const content = await io.read(file);
    if ('problem' in content) {
      await complain(io, { message: `cannot read \`${file}\`: ${content.problem}` });
      return undefined;
    }
    const { rulesets, diagnostics } = readRules({ file, text: content.text }, options);
    loaded.rulesets.push(...rulesets);
    loaded.diagnostics.push(...diagnostics);
  }
  return loaded;
}

async function readVariables(io: Io, settings: readonly string[]): Promise<ReadonlyMap<string, string> | undefined> {
  const variables = new Map<string, string>();
  for (const setting of settings) {
    const [, name, value] = /^([A-Za-z_]\w*|[1-9]\d?)=(.*)$/s.exec(setting) ?? [];
    if (name === undefined || value === undefined) {
      await complain(io, { message: `--set expects NAME=value, not \`${setting}\``, help: '--set POD_IP=10.244.0.5' });
      return undefined;
    }
    variables.set(name, value);
  }
  return variables;
}
