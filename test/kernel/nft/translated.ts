/** Rules of iptables and what `iptables-restore-translate` makes of them: two texts that should do the same. */
import { spawnSync } from 'node:child_process';
import type { Family } from '../../../src/packet/address.ts';

export interface Translated {
  readonly nft: string;
  /** rules that it leaves as comments */
  readonly untranslated: readonly string[];
}

/** Undefined where it gives up. */
export function translated(rules: string, family: Family): Translated | undefined {
  const command = `ip${family === 6 ? '6' : ''}tables-restore-translate`;
  const { status, stdout } = spawnSync('unshare', ['-n', 'sh', '-c', `cat | ${command} -f /dev/stdin`], { input: rules, encoding: 'utf8' });
  if (status !== 0) return undefined;
  const lines = stdout.split('\n');
  return {
    nft: lines.filter((line) => !line.startsWith('#')).join('\n'),
    untranslated: lines.flatMap((line) => /^# (?:-t \w+ )?(-[AI] .*)$/.exec(line)?.[1] ?? []),
  };
}
