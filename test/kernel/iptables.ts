/** Gives rules to the real iptables, each in a throwaway network namespace. */
import { spawnSync } from 'node:child_process';
import type { Family } from '../../src/packet/address.ts';

export const BACKENDS = ['nft', 'legacy'] as const;
export type Backend = (typeof BACKENDS)[number];

export interface Load {
  readonly family: Family;
  readonly backend: Backend;
  /** for iptables-restore; whole tables */
  readonly text: string;
  /** only read the text: no rule gets into the kernel */
  readonly dry?: boolean;
}

export interface Loaded {
  readonly loads: boolean;
  /** what iptables-save prints afterwards, without counters and comment lines */
  readonly saved: string;
}

const MARK = '@@ status';

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function step({ family, backend, text, dry = false }: Load): string {
  const tool = `${family === 4 ? 'iptables' : 'ip6tables'}-${backend}`;
  const tables = [...new Set([...text.matchAll(/^\* ?(\w+)/gm)].map(([, table]) => table))];
  const saves = tables.map((table) => `${tool}-save -t ${table}`).join(' && ');
  return `printf %s ${quote(text)} | ${tool}-restore${dry ? ' --test' : ''} 2>/dev/null; status=$?; [ $status -eq 0 ] && { ${saves}; } 2>/dev/null; echo "${MARK} $status"`;
}

/** All loads one after the other in one fresh namespace; each replaces the tables that it names. */
export function loadAll(loads: readonly Load[], setup: readonly string[] = []): readonly Loaded[] {
  const script = [...setup, ...loads.map(step)].join('\n');
  const { stdout, status } = spawnSync('unshare', ['-n', 'bash', '-s'], { input: script, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`unshare -n failed with status ${status}`);
  const outputs = stdout.split(new RegExp(`^${MARK} `, 'm'));
  return loads.map((_, at) => ({
    loads: outputs[at + 1]?.split('\n')[0] === '0',
    saved: plain((outputs[at] ?? '').replace(/^\d+\n/, '')),
  }));
}

/** Without counters and comment lines. */
export function plain(saved: string): string {
  return saved
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/^(:.*) \[\d+:\d+\]$/, '$1'))
    .map((line) => `${line}\n`)
    .join('');
}
