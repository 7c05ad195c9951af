/** Files of rules, and the options that say how they are read. */
import { isSettingsObject, kindOf } from '../../app/load/recognise.ts';
import type { RuleReading, RuleTexts } from '../../app/load/ruleTexts.ts';
import type { SettingReading } from '../../app/load/settingTexts.ts';
import { isEnvironmentFile } from '../../istio/settings/environmentFile.ts';
import type { Mode } from '../../istio/settings/modes.ts';
import type { TableName } from '../../netfilter/hooks.ts';
import type { Family } from '../../packet/address.ts';
import type { Source } from '../../syntax/text/source.ts';
import { type Call, optionIsSet, optionList, optionText } from '../argv/command.ts';
import { complain } from '../io/messages.ts';
import { readerOf, readSources, type TextReader } from './reader.ts';

/** Undefined when a file or an option cannot be read, which has been reported. */
export async function ruleTextsOf(call: Call, files: readonly string[]): Promise<RuleTexts | undefined> {
  const reading = await ruleReadingOf(call);
  const texts = reading && (await readRuleFiles(readerOf(call), { files, reading, settings: renderSettingsOf(call) }));
  if (texts !== undefined && texts.about === undefined) await tellUnused(call);
  return texts;
}

/** Options that say which rules are written, where the rules are given. */
async function tellUnused({ io, input }: Call): Promise<void> {
  const named = [
    ...(optionText(input, 'mode') === undefined ? [] : ['--mode']),
    ...(optionText(input, 'istio') === undefined ? [] : ['--istio']),
    ...(optionList(input, 'values').length === 0 ? [] : ['--values']),
  ];
  if (named.length === 0 || optionIsSet(input, 'quiet')) return;
  const is = named.length === 1 ? 'is' : 'are';
  await io.err.write(`note: ${named.join(' and ')} ${is} for manifests, and these are rules: not used\n`, 'report');
}

export interface RuleFiles {
  readonly files: readonly string[];
  readonly reading: RuleReading;
  /** of a virtual machine's cluster.env, from which rules follow */
  readonly settings?: SettingReading;
}

/** Undefined when one cannot be read, which has been reported. */
export async function readRuleFiles(reader: TextReader, { files, reading, settings = {} }: RuleFiles): Promise<RuleTexts | undefined> {
  const sources = await readSources(reader, files);
  if (sources === undefined || !sources.some(isSettings)) return sources && { sources, reading };
  const { renderTexts } = await import('../../app/load/settingTexts.ts');
  const rendered = sources.map((source) => (isSettings(source) ? renderTexts([source], settings) : { sources: [source], diagnostics: [] }));
  return {
    sources: rendered.flatMap((one) => one.sources),
    reading: { ...reading, allowEmpty: true },
    about: rendered.flatMap(({ diagnostics }) => diagnostics),
    settings,
  };
}

function isSettings({ text }: Source): boolean {
  if (!isEnvironmentFile(text) && !isSettingsObject(text)) return false;
  const found = kindOf(text);
  return 'kind' in found && found.kind === 'settings';
}

/** --istio, --mode and --proxy-uid, which have been checked. */
export function renderSettingsOf({ input }: Call): SettingReading {
  const [istio, mode, uid] = [optionText(input, 'istio'), optionText(input, 'mode'), optionText(input, 'proxyUid')];
  return {
    ...(istio !== undefined && { istio }),
    ...(mode !== undefined && { mode: mode as Mode }),
    ...(uid !== undefined && { proxyUid: Number(uid) }),
  };
}

/** --with, --set, --allow-empty, --pod, --table, and --family where it names one. Undefined when one cannot be read, which has been reported. */
export async function ruleReadingOf(call: Call): Promise<RuleReading | undefined> {
  const { input } = call;
  const variables = await readVariables(call);
  const family = optionText(input, 'family');
  const pod = optionText(input, 'pod');
  const table = optionText(input, 'table');
  const beside = await readSources(readerOf(call), optionList(input, 'with'));
  return (
    variables &&
    beside && {
      variables,
      allowEmpty: optionIsSet(input, 'allowEmpty'),
      ...(beside.length > 0 && { beside }),
      ...(pod !== undefined && { pod }),
      ...(table !== undefined && { table: table as TableName }),
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
