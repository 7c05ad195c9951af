/** The manual: checked and set by the tools that will read it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flagsOf } from '../../src/cli/argv/flags.ts';
import { COMMANDS } from '../../src/cli/commands/commands.ts';
import { PLUGIN } from '../../src/cli/kubectl/command.ts';
import { manPage } from '../../src/cli/man/manPage.ts';
import { example, item, roffProse } from '../../src/cli/man/roff.ts';

const PAGE = manPage({ version: '1.2.3', date: '2026-11-21', commands: COMMANDS, others: [PLUGIN] });

const found = (tool: string) => spawnSync(tool, ['--version']).error === undefined;
const unless = (tool: string) => (found(tool) ? '' : `: skipped, there is no ${tool} here`);

const groff = (page: string) => {
  const args = ['-man', '-ww', '-Tutf8', '-P-cbou', '-rLL=200n'];
  const { stdout, stderr } = spawnSync('groff', args, { input: page, encoding: 'utf8' });
  return { set: stdout, warnings: stderr };
};

describe('the manual', () => {
  let file = '';
  beforeAll(() => {
    file = join(mkdtempSync(join(tmpdir(), 'chainwalk-man-')), 'chainwalk.1');
    writeFileSync(file, PAGE);
  });
  afterAll(() => rmSync(join(file, '..'), { recursive: true, force: true }));

  it('is plain ASCII', () => expect(PAGE).toMatch(/^[\n -~]*$/));

  it.skipIf(!found('groff'))(`groff has no warning, and every command and option is there${unless('groff')}`, () => {
    const { set, warnings } = groff(PAGE);
    expect(warnings).toBe('');
    for (const { name, summary, options } of [...COMMANDS, PLUGIN]) {
      expect(set).toContain(name);
      expect(set.toLowerCase()).toContain(summary.toLowerCase());
      for (const option of options) expect(set).toMatch(new RegExp(`^ +(?:-\\w, )?${flagsOf(option).long}\\b`, 'm'));
    }
    for (const title of ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'COMMANDS', 'EXIT STATUS', 'ENVIRONMENT', 'FILES', 'EXAMPLES', 'SEE ALSO'])
      expect(set).toMatch(new RegExp(`^${title}$`, 'm'));
    for (const { line } of COMMANDS.flatMap(({ examples }) => examples)) for (const part of line.split('\n')) expect(set).toContain(part);
  });

  it.skipIf(!found('mandoc'))(`mandoc has no warning${unless('mandoc')}`, () => {
    const { stdout, stderr } = spawnSync('mandoc', ['-Tlint', '-Wwarning', file], { encoding: 'utf8' });
    expect(stdout + stderr).toBe('');
  });

  it.skipIf(!found('man'))(`man shows it${unless('man')}`, () => {
    const env = { ...process.env, MANWIDTH: '80', MANPAGER: 'cat', LC_ALL: 'C.UTF-8' };
    const { stdout, stderr } = spawnSync('man', ['--warnings', '-l', file], { env, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^CHAINWALK\(1\) +User Commands +CHAINWALK\(1\)\n/);
    expect(stdout).toContain('-o, --output <format>');
  });

  it.skipIf(!found('groff'))(`any line comes out as it went in${unless('groff')}`, () => {
    const line = fc.string({ unit: fc.constantFrom(...'.\'"\\-`^~&%$*()[]{}<>#|ab fB1'), minLength: 1, maxLength: 30 });
    const nasty = ['.TH x', "'ig", '\\fBbold', '\\n(.x', '\\"comment', '...', '- -', '--', 'a\\'];
    fc.assert(
      fc.property(fc.array(line, { minLength: 20, maxLength: 20 }), (random) => {
        const lines = [...nasty, ...random].map((one) => one.trim()).filter((one) => one !== '');
        const { set, warnings } = groff(`.TH X 1 2026-11-21\n.SH A\n${lines.map((one) => example(one)).join('\n')}\n`);
        expect(warnings).toBe('');
        const shown = set
          .split('\n')
          .map((one) => one.trim())
          .filter((one) => one !== '');
        expect(shown.slice(2, -1)).toEqual(lines);
      }),
      { numRuns: 10 },
    );
  });

  it('what stands between backticks is bold, and no line is a request', () => {
    expect(roffProse('see `-o json`.')).toBe('see \\fB\\-o json\\fR.');
    expect(roffProse('.hidden')).toBe('\\&.hidden');
    expect(item('--host', "'tis")).toBe('.TP\n\\fB\\-\\-host\\fR\n\\(aqtis');
  });
});
