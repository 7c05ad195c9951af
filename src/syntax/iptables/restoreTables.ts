/** Where table blocks begin and end. */
import { isTable } from '../../netfilter/hooks.ts';
import type { Line } from '../text/lines.ts';
import type { ProblemSink } from '../text/problems.ts';
import { newTokens } from './dumpedRule.ts';
import { newTable, type Setting } from './openTables.ts';
import type { OutsideStart } from './outsideTables.ts';
import { unknownTable, withoutCommit } from './restoreMistakes.ts';
import { placed, type RestoreReader, type Section, warnOfBlanks, wordAt } from './restoreReader.ts';

/** A table of rules that have no line of it. */
export function openOutside(reader: RestoreReader, line: Line, { table: text, family }: OutsideStart): void {
  const { input, sections } = reader;
  const at = placed(reader, { start: line.start, end: line.start });
  const is = family ?? input.family;
  const known = sections.findLast((one) => one.family?.is === is && one.tables.some(({ name, isPart }) => isPart && name.text === text));
  const last = sections.findLast((one) => one.family?.is === is && !one.tables.some(({ name }) => name.text === text));
  const section: Section = known ?? last ?? { tables: [], form: 'save', ...(is !== undefined && { family: { is, from: 'command' } }) };
  if (section !== known && section !== last) sections.push(section);
  const name = { text, quoted: false, ...at };
  const table = known?.tables.find((one) => one.name.text === text) ?? { ...newTable(name), isPart: true as const };
  if (known === undefined) section.tables.push(table);
  const setting: Setting = { family: input.only ?? is, meaning: input.meaning, table, report: input.report, form: 'restore' };
  reader.open = { section, setting, at, tokens: newTokens(reader.s.text), outside: true, plain: false };
}

export function openTable(reader: RestoreReader, line: Line): void {
  const { input, sections, family, backend } = reader;
  warnOfBlanks(reader, line);
  const name = wordAt(reader, 3);
  const at = placed(reader, line);
  if (reader.open !== undefined && reader.open.outside === undefined) {
    input.report(withoutCommit(reader.open.setting.table.name.text, at));
  }
  const has = (section: Section): boolean => section.tables.some((other) => other.name.text === name.text);
  const last = sections.findLast((section) => (family === undefined || section.family?.is === family.is) && section.backend === backend);
  const section: Section = last === undefined || has(last) ? { tables: [], form: 'save', backend, ...(family && { family }) } : last;
  if (section !== last) sections.push(section);
  const existing = input.existing?.(name.text);
  const table = existing ?? newTable(name);
  const known = isTable(name.text);
  if (known) section.tables.push(table);
  else input.report(unknownTable(name));
  if (input.family === undefined) delete reader.family;
  const report: ProblemSink = known ? input.report : () => {};
  const about = { family: input.only ?? input.family ?? section.family?.is, meaning: input.meaning };
  const setting: Setting = { ...about, table, report, form: 'restore', adds: existing !== undefined };
  reader.open = { section, setting, at, tokens: newTokens(reader.s.text), plain: true };
}

export function commit(reader: RestoreReader, line: Line): void {
  warnOfBlanks(reader, line, (reader.s.events[1] as number) + 'COMMIT'.length);
  if (reader.open === undefined) {
    reader.input.report({ kind: 'malformed', code: 'outside-a-table', message: '`COMMIT` without a table', span: placed(reader, line) });
  }
  if (reader.open !== undefined) reader.open.tokens.saved = reader.open.plain && reader.header;
  reader.open = undefined;
}
