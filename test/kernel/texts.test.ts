/** Texts that put restores and commands together, against the real iptables: run with bash in a fresh namespace, saved, and compared. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { print } from '../../src/ruleset/print.ts';
import { readRules } from '../../src/ruleset/readRules.ts';
import { kernelHere } from './kernelHere.ts';

const MARK = '@@ next';

/** What iptables-nft-save prints after each script, without counters and comments, and without tables that are as nothing. */
function saved(scripts: readonly string[]): readonly string[] {
  const runs = scripts.map((script) => `unshare -n bash 2>/dev/null <<'SCRIPT'\n${script}\niptables-nft-save\nSCRIPT\necho '${MARK}'`);
  const { stdout } = spawnSync('bash', ['-s'], { input: runs.join('\n'), encoding: 'utf8', maxBuffer: 1 << 26 });
  return stdout.split(`${MARK}\n`).slice(0, -1).map(bare);
}

function bare(text: string): string {
  const blocks =
    text
      .replaceAll(/^#.*\n/gm, '')
      .replaceAll(/ \[\d+:\d+\]$/gm, '')
      .match(/^\*[\s\S]*?^COMMIT$/gm) ?? [];
  return blocks
    .filter((block) => /^(?:-A|:\S+ (?:DROP|-)$)/m.test(block))
    .sort()
    .join('\n');
}

const chain = fc.constantFrom('INPUT', 'OUTPUT', 'U', 'V');
const rule = fc.constantFrom(
  '-p tcp -m tcp --dport 80 -j ACCEPT',
  '-i lo -j ACCEPT',
  '-p udp -j DROP',
  '-j RETURN',
  '-s 10.0.0.0/8 -j DROP',
);
const command = fc.oneof(
  fc.tuple(chain, rule).map(([to, what]) => `-A ${to} ${what.startsWith('-i') && to === 'OUTPUT' ? '-j RETURN' : what}`),
  fc.tuple(chain, fc.constantFrom('-p udp -j DROP', '-j RETURN')).map(([to, what]) => `-I ${to} ${what}`),
  fc.tuple(chain, fc.constantFrom('-p udp -j DROP', '-j RETURN', '1')).map(([to, what]) => `-D ${to} ${what}`),
  fc.constantFrom(
    '-F',
    '-F INPUT',
    '-X',
    '-P INPUT DROP',
    '-P INPUT ACCEPT',
    '-N U',
    '-N V',
    '-X U',
    '-F V',
    '-E U W',
    '-E W U',
    '-A INPUT -j U',
    '-D INPUT -j U',
  ),
);

const table = fc.constantFrom('filter', 'mangle');
const calls = fc
  .tuple(
    table,
    fc.array(command, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', ' || iptables -t mangle -P INPUT DROP', ' && iptables -I INPUT -j RETURN'),
  )
  .map(([name, commands, after]) => commands.map((one) => `iptables -t ${name} ${one}${after}`).join('\n'));
const restore = fc
  .tuple(
    fc.constantFrom('', ' -n', ' --noflush', ' -T filter', ' --test'),
    table,
    fc.array(fc.tuple(fc.constantFrom('INPUT', 'OUTPUT', 'U'), rule), { maxLength: 3 }),
    fc.boolean(),
  )
  .map(([options, name, rules, policy]) =>
    [
      `iptables-restore${options} <<END`,
      `*${name}`,
      ...(policy ? [':INPUT DROP [0:0]'] : [':INPUT - [0:0]']),
      ':U - [0:0]',
      ...rules.map(([to, what]) => `-A ${to} ${what.startsWith('-i') && to === 'OUTPUT' ? '-j RETURN' : what}`),
      'COMMIT',
      'END',
    ].join('\n'),
  );
const script = fc
  .array(fc.oneof(calls, restore), { minLength: 1, maxLength: 5 })
  .map((parts) => ['iptables -N U', 'iptables -t mangle -N U', 'iptables -t mangle -N V', 'iptables -N V', ...parts].join('\n'));

const COUNT = 150;
const SEED = 71_530;

describe.runIf(kernelHere())('restores and commands in one text', () => {
  test('leave what the kernel has', { timeout: 120_000 }, () => {
    const scripts = fc.sample(script, { numRuns: COUNT, seed: SEED });
    const theirs = saved(scripts);
    expect(theirs).toHaveLength(COUNT);
    let compared = 0;
    for (const [at, text] of scripts.entries()) {
      const { rulesets, diagnostics } = readRules({ file: 'x', text });
      // a chain that is not there is made with a warning, where iptables refuses the rule
      const differs = diagnostics.some(({ kind, message }) => kind !== 'warning' || message.includes('is used before it is made'));
      expect(rulesets.length).toBeLessThanOrEqual(1);
      if (differs) continue;
      compared++;
      expect({ text, rules: bare(rulesets.map(print).join('')) }).toEqual({ text, rules: theirs[at] });
    }
    expect(compared).toBeGreaterThan(COUNT / 3);
  });
});
