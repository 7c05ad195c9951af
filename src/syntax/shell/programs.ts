/** The programs that a script reads and writes rules with. man iptables, iptables-restore */
import { isTable, TABLES } from '../../netfilter/hooks.ts';
import { carryOut } from '../iptables/applyCommands.ts';
import { readCommand } from '../iptables/commands.ts';
import { newTable } from '../iptables/openTables.ts';
import { restoreInto } from '../iptables/restoreInto.ts';
import { putTable, type RulesetState, rulesetFor, rulesetOf, tableNamed } from '../iptables/tablesOfText.ts';
import { linesOf } from '../text/lines.ts';
import { lineStarts, positionAt, type Span } from '../text/source.ts';
import { hostCall } from './hostCall.ts';
import type { Machine, ShellPrograms } from './machine.ts';
import { nftCall } from './nftCall.ts';
import { backendOf, fail, type ScriptReading, scriptWordsOf } from './reading.ts';
import { restore } from './restoreCall.ts';
import type { ShellField, Status } from './values.ts';

const PROGRAM = /^(?:\S*\/)?(ip6?tables)(?:-(nft|legacy))?$/;
const NFT = /^(?:\S*\/)?nft$/;
const ANY = /^(?:\S*\/)?(?:ip6?tables(?:-(?:nft|legacy))?(?:-restore|-save)?|nft)$/;

export function programsOf(reading: ScriptReading, machine: () => Machine): ShellPrograms {
  const starts = lineStarts(reading.source.text);
  return {
    isCall: (program) => ANY.test(program),
    call: (words, line, input) =>
      NFT.test(words[0]?.text ?? '')
        ? nftCall(reading, { machine: machine(), words, input, line, numberAt: (offset) => positionAt(starts, offset).line })
        : call(reading, { machine: machine(), words, line, number: positionAt(starts, line.start).line }),
    restore: (request) => restore(reading, machine(), { ...request, numberAt: (offset) => positionAt(starts, offset).line }),
    host: (words, input) => hostCall(reading.host, words, input),
    dump: (span) => dump(reading, { span, number: positionAt(starts, span.start).line }),
    stranger: (message, { start, end }) => reading.strangers.push({ kind: 'warning', message, span: { start, end } }),
  };
}

interface Call {
  readonly machine: Machine;
  /** begin with the program */
  readonly words: readonly ShellField[];
  readonly line: Span;
  readonly number: number;
}

function call(reading: ScriptReading, { machine, words: fields, line, number }: Call): Status {
  reading.calls++;
  const words = scriptWordsOf(machine, fields);
  const program = words?.[0];
  // an error was reported: what the command says does not matter
  if (words === undefined || program === undefined) return true;
  const family = PROGRAM.exec(program.text)?.[1] === 'ip6tables' ? 6 : 4;
  const read = readCommand(words.slice(1), program);
  if ('message' in read) return fail(reading, read);
  if (read.family !== undefined && read.family !== family) {
    return fail(reading, {
      kind: 'malformed',
      code: 'wrong-family',
      message: `\`${program.text}\` does not take \`-${read.family}\``,
      span: program,
    });
  }
  const name = read.table ?? { text: 'filter', quoted: false, start: program.start, end: program.end };
  if (!isTable(name.text)) {
    const help = `the tables are ${TABLES.join(', ')}`;
    return fail(reading, { kind: 'malformed', code: 'unknown-table', message: `unknown table \`${name.text}\``, span: name, help });
  }
  const backend = backendOf(PROGRAM.exec(program.text)?.[2]);
  warnOfMixture(reading, { family, backend }, program);
  const looks = read.command.kind === 'look' || read.command.kind === 'check';
  const ruleset = looks
    ? rulesetOf(reading.world, { family, backend })
    : rulesetFor(reading.world, { family, familyFrom: 'command', form: 'shell', backend });
  const table = tableNamed(ruleset, name.text) ?? newTable(name);
  if (ruleset !== undefined && !looks) putTable(ruleset, table);
  const origin = { span: { start: line.start, end: line.end }, line: number };
  return carryOut({ table, report: reading.report, form: 'shell', family, meaning: reading.world.meaning }, read.command, origin);
}

/** Which backend `iptables` is depends on the host. */
function warnOfMixture(reading: ScriptReading, { family, backend }: Pick<RulesetState, 'family' | 'backend'>, { start, end }: Span): void {
  const others = reading.world.rulesets.filter((one) => one.family === family && one.form === 'shell');
  const mixed = others.some((one) =>
    backend === undefined ? one.backend === 'legacy' : backend === 'legacy' && one.backend === undefined,
  );
  if (!mixed || reading.mixed) return;
  reading.mixed = true;
  const message = '`iptables` and `iptables-legacy` are both called: which backend the first one is depends on the host';
  reading.report({ kind: 'warning', message, span: { start, end }, help: 'write `iptables-nft` or `iptables-legacy`' });
}

function dump(reading: ScriptReading, { span, number }: { readonly span: Span; readonly number: number }): void {
  reading.calls++;
  const { source, report, world, family } = reading;
  const text = source.text.slice(0, span.end);
  const lines = [...linesOf(text, span.start)].map((line) => ({ ...line, number: line.number + number - 1 }));
  restoreInto(world, { source, lines, report }, family === undefined ? {} : { family });
}
