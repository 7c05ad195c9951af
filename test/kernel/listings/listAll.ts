/** Loads rules, saves them and lists them, each text in the tables of one throwaway network namespace. */
import { spawnSync } from 'node:child_process';
import { type Load, plain } from '../iptables.ts';

export interface Listed {
  readonly load: Load;
  readonly loads: boolean;
  /** what iptables-save prints, without counters and comment lines */
  readonly saved: string;
  /** what was typed and what was printed, table after table */
  readonly listed: string;
}

const MARK = '@@ listing';

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** `options`: behind `iptables -t TABLE -L`. */
export function listAll(loads: readonly Load[], options: string, setup: readonly string[] = []): readonly Listed[] {
  const steps = loads.map(({ family, backend, text }) => {
    const tool = `${family === 4 ? 'iptables' : 'ip6tables'}-${backend}`;
    const tables = [...new Set([...text.matchAll(/^\* ?(\w+)/gm)].map(([, table]) => table))];
    const lists = tables.map((table) => `${tool} -t ${table} -L ${options}`);
    return [
      `printf %s ${quote(text)} | ${tool}-restore >/dev/null 2>&1; echo "${MARK} $?"`,
      ...tables.map((table) => `${tool}-save -t ${table} 2>/dev/null`),
      `echo "${MARK} lists"`,
      ...lists.flatMap((call) => [`echo ${quote(`$ sudo ${call}`)}`, `${call} 2>/dev/null`]),
    ].join('\n');
  });
  const input = [...setup, ...steps].join('\n');
  const { stdout, status } = spawnSync('unshare', ['-n', 'bash', '-s'], { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`unshare -n failed with status ${status}`);
  const parts = stdout.split(new RegExp(`^${MARK} `, 'm')).slice(1);
  return loads.map((load, at) => {
    const [code = '', ...saved] = (parts[2 * at] ?? '').split('\n');
    return { load, loads: code === '0', saved: plain(saved.join('\n')), listed: (parts[2 * at + 1] ?? '').replace(/^lists\n/, '') };
  });
}
