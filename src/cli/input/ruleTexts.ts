/** Files of rules, and the options that say how they are read. */
import type { RuleReading, RuleTexts } from '../../app/load/ruleTexts.ts';
import type { Family } from '../../packet/address.ts';
import { type Call, optionIsSet, optionList, optionText } from '../argv/command.ts';
import { complain } from '../io/messages.ts';
import { readerOf, readSources, type TextReader } from './reader.ts';

/** Undefined when a file or an option cannot be read, which has been reported. */
export async function ruleTextsOf(call: Call, files: readonly string[]): Promise<RuleTexts | undefined> {
  const reading = await ruleReadingOf(call);
  return reading === undefined ? undefined : readRuleFiles(readerOf(call), { files, reading });
}

export interface RuleFiles {
  readonly files: readonly string[];
  readonly reading: RuleReading;
}

/** Undefined when one cannot be read, which has been reported. */
export async function readRuleFiles(reader: TextReader, { files, reading }: RuleFiles): Promise<RuleTexts | undefined> {
  const sources = await readSources(reader, files);
  return sources && { sources, reading };
}

/** --set, --allow-empty, --pod, and --family where it names one. Undefined when one cannot be read, which has been reported. */
export async function ruleReadingOf(call: Call): Promise<RuleReading | undefined> {
  const { input } = call;
  const variables = await readVariables(call);
  const family = optionText(input, 'family');
  const pod = optionText(input, 'pod');
  return (
    variables && {
      variables,
      allowEmpty: optionIsSet(input, 'allowEmpty'),
      ...(pod !== undefined && { pod }),
      ...((family === '4' || family === '6') && { family: Number(family) as Family }),
    }
  );
}

async function readVariables({ io, input }: Call): Promise<ReadonlyMap<string, string> | undefined> {
  const variables = new Map<string, string>();
  for (const setting of optionList(input, 'set')) {
    const [, name, value] = /^([A-Za-z_]\w*|[1-9]\d?)=(.*)$/s.exec(setting) ?? [];
    if (name === undefined || value === undefined) {
      await complain(io, { message: `--set expects NAME=value, not \`${setting}\``, help: '--set POD_IP=10.244.0.5' });
      return undefined;
    }
    variables.set(name, value);
  }
  return variables;
}
