/** Commands of a script that change the host around its rules: ip, sysctl, ipset, and what is written below /proc/sys. */
import type { HostChange } from '../../host/hostChange.ts';
import { hostChanges } from '../host/ipCalls.ts';
import { type KnownSets, setCall } from '../host/setCalls.ts';
import { sysctlName } from '../host/sysctlLines.ts';
import type { Machine } from './machine.ts';
import { type ShellField, type ShellInput, shellText } from './values.ts';

/** What a script does to its host. */
export interface ScriptHost {
  readonly changes: HostChange[];
  readonly sets: KnownSets;
}

/** False: it is no such command. */
export function hostCall(host: ScriptHost, fields: readonly ShellField[], input?: ShellInput): boolean {
  const words = fields.map(({ text, unknown, arguments: args }) =>
    unknown === undefined && args !== true ? text : `[${(unknown?.what ?? '$@').replaceAll(/\s+/g, '_')}]`,
  );
  const [program = '', ...rest] = words;
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (name === 'ipset') return setCall(host.sets, rest, input === undefined ? undefined : shellText(input));
  if (name === 'tee') return teed(host, rest, input);
  const changes = hostChanges(words);
  if (changes === undefined) return false;
  host.changes.push(...changes);
  return true;
}

const PROC = '/proc/sys/';

/** `echo 1 | tee /proc/sys/net/ipv4/ip_forward` */
function teed(host: ScriptHost, words: readonly string[], input: ShellInput | undefined): boolean {
  const files = words.filter((word) => word.startsWith(PROC));
  for (const file of files)
    host.changes.push({
      on: 'sysctl',
      key: sysctlName(file.slice(PROC.length)),
      value: input === undefined ? '' : shellText(input).trim(),
    });
  return files.length > 0;
}

/** `echo 1 > /proc/sys/net/ipv4/ip_forward`: what stands in these files at the end. */
export function writtenSysctls({ files }: Machine): readonly HostChange[] {
  return [...files].flatMap(([file, output]) => {
    if (!file.startsWith(PROC)) return [];
    const key = sysctlName(file.slice(PROC.length));
    return [
      output.unknown === undefined
        ? ({ on: 'sysctl', key, value: shellText(output).trim() } as const)
        : ({ on: 'unknown', text: `> ${file}` } as const),
    ];
  });
}
