/** What the calls of a script have in common: where they are carried out, and their words. */
import type { Family } from '../../packet/address.ts';
import type { Word } from '../iptables/ast.ts';
import type { TextTables } from '../iptables/tablesOfText.ts';
import type { Backend } from '../text/diagnostic.ts';
import type { ProblemSink, TextFinding } from '../text/problems.ts';
import type { Source } from '../text/source.ts';
import type { ScriptHost } from './hostCall.ts';
import { type Machine, reportUnknown } from './machine.ts';
import type { ShellField } from './values.ts';

export interface ScriptReading {
  readonly source: Source;
  readonly report: ProblemSink;
  readonly world: TextTables;
  readonly family?: Family | undefined;
  /** lines that do not call iptables: worth a word only where others do */
  readonly strangers: TextFinding[];
  readonly host: ScriptHost;
  /** calls and dumps that were carried out */
  calls: number;
  /** a warning said that the backend is not clear */
  mixed: boolean;
}

export function backendOf(suffix: string | undefined): Backend | undefined {
  return suffix === 'nft' || suffix === 'legacy' ? suffix : undefined;
}

/** The words of a call; nothing when one of them is not known, which is then said. */
export function scriptWordsOf(machine: Machine, fields: readonly ShellField[]): readonly Word[] | undefined {
  let known = true;
  for (const field of fields) {
    const given =
      field.arguments === true
        ? {
            what: '$@',
            start: field.start,
            end: field.end,
            help: 'give them with `--set 1=VALUE`',
            message: 'the arguments of the script are not known here',
          }
        : field.unknown;
    if (given === undefined) continue;
    known = false;
    reportUnknown(machine, given);
  }
  return known ? fields.map(({ text, start, end }, at) => inOrder({ text, quoted: false, start, end }, at)) : undefined;
}

/** Words that one variable makes stand at one place. A fraction keeps their order, which tells which option was given first. */
function inOrder(word: Word, at: number): Word {
  const order = at / 4096;
  return { ...word, start: word.start + order, end: word.end + order };
}

export function fail({ report }: ScriptReading, finding: TextFinding): false {
  report(finding);
  return false;
}
