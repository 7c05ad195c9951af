/** Rules as callers hand them in: a text, what `parse` made of one, or rulesets. */

import { readRuleTexts } from '../../app/load/ruleTexts.ts';
import { isJsonRecord } from '../../lib/json.ts';
import type { Family } from '../../packet/address.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { InputError, problemText } from './inputError.ts';
import { checkOptions, FAMILY_OPTION, type OptionKinds, TABLE_OPTION } from './options.ts';
import { shownValue } from './shown.ts';

export interface ParseOptions {
  /** name for diagnostics and traces; `rules` when absent */
  readonly file?: string;
  /** decides where the text leaves IPv4 or IPv6 open */
  readonly family?: Family;
  /** whose rules, where the text is a log that has those of several pods */
  readonly pod?: string;
  /** the table of rules that name none, as `iptables -S` prints them: a part of it */
  readonly table?: 'raw' | 'mangle' | 'nat' | 'filter' | 'security';
  /** values of shell variables */
  readonly variables?: Readonly<Record<string, string>>;
  /** accept a text without any table or rule: a kernel that has none; without this option it is an error */
  readonly allowEmpty?: boolean;
  /** commands such as `iptables -I ...` that are carried out on what the text holds, after all of it: one that would fail is an error */
  readonly apply?: readonly string[];
  /** further texts of the same host, by file name: of legacy beside nft, of `nft list ruleset`; all of them decide */
  readonly with?: Readonly<Record<string, string>>;
}

export interface Parsed {
  /** one per family; none for a family that the kernel would refuse to load */
  readonly rulesets: readonly Ruleset[];
  readonly diagnostics: readonly Diagnostic[];
}

const PARSE_OPTIONS: OptionKinds<ParseOptions> = {
  file: 'text',
  family: FAMILY_OPTION,
  pod: 'text',
  table: TABLE_OPTION,
  variables: 'textByName',
  allowEmpty: 'flag',
  apply: 'texts',
  with: 'textByName',
};

/** Reads rules in any of the forms that the command line reads. Never throws for what the text says.
 *  @throws InputError when this is not a text, or an option cannot be read */
export function parse(text: string, given: ParseOptions = {}): Parsed {
  if (typeof text !== 'string') throw new InputError([`\`parse\` takes a text; this is ${shownValue(text)}`]);
  checkOptions(given, PARSE_OPTIONS);
  const { file = 'rules', family, pod, table, variables = {}, allowEmpty = false, apply = [], with: beside = {} } = given;
  const options = {
    variables: new Map(Object.entries(variables)),
    allowEmpty,
    ...(family !== undefined && { family }),
    ...(pod !== undefined && { pod }),
    ...(table !== undefined && { table }),
    ...(apply.length > 0 && { applied: { file: 'apply', text: apply.join('\n') } }),
  };
  const others = Object.entries(beside).map(([name, other]): Source => ({ file: name, text: other }));
  return readRuleTexts({ sources: [{ file, text }], reading: { ...options, ...(others.length > 0 && { beside: others }) } });
}

/** One ruleset, or those of both families. */
export type Rules = Ruleset | readonly Ruleset[];
/** Rules, what `parse` returned, or a text for it. */
export type RulesInput = Rules | Parsed | string;

/** At least one. @throws InputError when the text is wrong or has no rules, and for any other value */
export function rulesetsOf(rules: unknown, { allowEmpty }: Pick<ParseOptions, 'allowEmpty'> = {}): readonly Ruleset[] {
  if (typeof rules === 'string') return rulesetsOf(parse(rules, { ...(allowEmpty !== undefined && { allowEmpty }) }));
  if (isRuleset(rules)) return [rules];
  const list = isParsed(rules) ? rules.rulesets : rules;
  if (isCopy(rules)) throw new InputError([COPIED]);
  if (!Array.isArray(list)) throw noRules(shownValue(rules));
  const errors = isParsed(rules) ? rules.diagnostics.filter(isError) : [];
  if (errors.length > 0) throw new InputError(errors.map(problemText));
  const wrong = list.findIndex((one) => !isRuleset(one));
  if (isCopy(list[wrong])) throw new InputError([COPIED]);
  if (wrong >= 0) throw noRules(`a list with ${shownValue(list[wrong])} in it`);
  if (list.length === 0) throw new InputError(['there are no rules']);
  return list as readonly Ruleset[];
}

const COPIED =
  'this is a copy of a ruleset (`structuredClone`, a message to a worker), which has lost what its rules do: hand over the text, and `parse` it there';

function noRules(found: string): InputError {
  return new InputError([`rules are a text, what \`parse\` returned, or a ruleset; this is ${found}`]);
}

function isParsed(rules: unknown): rules is Parsed {
  if (!isJsonRecord(rules)) return false;
  return Array.isArray(rules.rulesets) && Array.isArray(rules.diagnostics) && rules.diagnostics.every(isDiagnostic);
}

function isDiagnostic(value: unknown): boolean {
  return isJsonRecord(value) && isJsonRecord(value.span) && isJsonRecord(value.source) && typeof value.source.text === 'string';
}

/** What was found to be one is not looked at again. */
const KNOWN = new WeakSet<object>();

function isRuleset(value: unknown): value is Ruleset {
  if (!isJsonRecord(value)) return false;
  if (KNOWN.has(value)) return true;
  if (!hasForm(value) || isCopy(value)) return false;
  KNOWN.add(value);
  return true;
}

/** Its rules are data alone: what they mean is computed, and is not copied. */
function isCopy(value: unknown): boolean {
  if (!isJsonRecord(value) || !hasForm(value)) return false;
  const chains = [...(value.tables as Ruleset['tables']).values()].flatMap((table) => [...table.chains.values()]);
  return chains.some(({ rules }) => rules.some((rule) => !('match' in rule)));
}

function hasForm(value: Readonly<Record<string, unknown>>): boolean {
  const { family, source, tables } = value;
  const isOne = (family === 4 || family === 6) && isJsonRecord(source) && typeof source.text === 'string' && isMap(tables);
  return isOne && typeof source.file === 'string' && [...tables.values()].every(isTable);
}

function isTable(table: unknown): boolean {
  return (
    isJsonRecord(table) &&
    isMap(table.chains) &&
    [...table.chains.values()].every((chain) => isJsonRecord(chain) && Array.isArray(chain.rules))
  );
}

/** Of another realm as well, where tests run in one of their own. */
function isMap(value: unknown): value is ReadonlyMap<unknown, unknown> {
  return Object.prototype.toString.call(value) === '[object Map]';
}
