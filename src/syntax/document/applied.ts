/** Commands that are carried out on what a text holds, after all of it: they stand in another source, and their places are told there. */
import { writtenSysctls } from '../shell/hostCall.ts';
import type { ScriptReading } from '../shell/reading.ts';
import { endScripts, readScript, scriptReader } from '../shell/script.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import { type ProblemSink, reportInto, type TextFinding } from '../text/problems.ts';
import type { Source } from '../text/source.ts';

/** Both in one text, in which the rules of both have their places. */
export function withCommands({ text, file, ...source }: Source, commands: Source): Source {
  return { ...source, file: `${file} with ${commands.file}`, text: `${text}\n${commands.text}` };
}

export interface Applying {
  /** of the text before them */
  readonly reading: ScriptReading;
  readonly variables: ReadonlyMap<string, string>;
  readonly commands: Source;
  /** both in one */
  readonly source: Source;
}

/** What is wrong with them. A command that fails is an error here: it would change nothing. */
export function applyCommands({ reading: before, variables, commands, source }: Applying): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const from = source.text.length - commands.text.length;
  const into = reportInto(diagnostics, commands);
  const report: ProblemSink = (finding) => {
    const { start, end } = finding.span;
    into({ ...refused(finding), span: { start: Math.max(0, start - from), end: Math.max(0, end - from) } });
  };
  const { world, family, host } = before;
  const reading: ScriptReading = { source, report, world, family, strangers: [], calls: 0, mixed: before.mixed, host };
  const known = JSON.stringify([host.changes, [...host.sets]]);
  const scripts = scriptReader(reading, variables);
  readScript(scripts, { start: from, end: source.text.length });
  endScripts(scripts, diagnostics.length > 0);
  host.changes.push(...writtenSysctls(scripts.machine));
  for (const finding of [...reading.strangers, ...unknownSets(source.text, from, host)]) report(finding);
  if (
    reading.calls === 0 &&
    known === JSON.stringify([host.changes, [...host.sets]]) &&
    diagnostics.every(({ kind }) => kind === 'warning')
  )
    into({ ...NOTHING, span: { start: 0, end: commands.text.length } });
  return diagnostics;
}

const SET_CALL = /\bipset[ \t]+(?:-\S+[ \t]+)*(?:add|del|flush|swap|rename|-[ADFWE])[ \t]+(?:-\S+[ \t]+)*([\w:.-]+)/g;

/** What a set holds after them is known where its members were known before. */
function unknownSets(text: string, from: number, { sets }: Pick<ScriptReading['host'], 'sets'>): readonly TextFinding[] {
  return [...text.slice(from).matchAll(SET_CALL)].flatMap(({ 0: call, 1: name = '', index }) => {
    const start = from + index;
    if (sets.has(name)) return [];
    return [
      {
        kind: 'not-loadable',
        code: 'script-not-evaluated',
        message: `the members of the set \`${name}\` are not known`,
        span: { start: start + call.length - name.length, end: start + call.length },
        help: 'give what `ipset save` prints beside the rules, or in --host',
      },
    ] as const;
  });
}

const FAILS = 'this command fails: ';

function refused(finding: TextFinding): TextFinding {
  const { kind, code, message } = finding;
  const isRefused = kind === 'warning' && (message.startsWith(FAILS) || code === 'unknown-chain');
  return isRefused ? { ...finding, kind: 'not-loadable', message: message.replace(/; made here$/, '') } : finding;
}

const NOTHING = {
  kind: 'malformed',
  code: 'no-rules',
  message: 'no command found that changes rules or the host around them',
  help: 'such as `iptables -I INPUT 1 -p tcp --dport 22 -j ACCEPT`, `ipset add`, `ip rule add`, `sysctl -w`',
} as const;

/** Of the two texts in one: where each is told. */
export function placedApart(diagnostics: readonly Diagnostic[], { source, before, commands }: PlacedTexts): readonly Diagnostic[] {
  const from = source.text.length - commands.text.length;
  return diagnostics.map((one) => {
    if (one.source.text !== source.text) return one;
    const { start, end } = one.span;
    return start < from ? { ...one, source: before } : { ...one, source: commands, span: { start: start - from, end: end - from } };
  });
}

export interface PlacedTexts {
  readonly source: Source;
  readonly before: Source;
  readonly commands: Source;
}
