import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { flagsOf } from '../../src/cli/argv/flags.ts';
import { COMMANDS } from '../../src/cli/commands/commands.ts';
import { readHost } from '../../src/host/readHost.ts';
import { PAGES } from '../../src/report/generated/pages.ts';
import { LOST_WORDS, OUTCOME_WORDS } from '../../src/report/text/labels.ts';
import { parsePacketSet } from '../../src/syntax/packets/parsePacketSet.ts';
import { chainwalk } from './memoryIo.ts';

describe('usage', { timeout: 30_000 }, () => {
  it.each([
    [['--help'], 0],
    [['trace', '--help'], 0],
    [['--version'], 0],
    [[], 2],
    [['frace'], 2],
    [['trace'], 2],
    [['trace', 'pod.rules', '--nonsense'], 2],
    [['trace', 'pod.rules', 'p', '-o', 'yaml'], 2],
    [['trace', 'pod.rules', 'p', '--expect', 'captured'], 2],
    [['trace', 'pod.rules', 'p', '--family', '5'], 2],
    [['trace', 'pod.rules'], 2],
    [['trace', 'pod.rules', 'p', '--packets', 'x.jsonl'], 2],
    [['trace', '-', '--packets', '-'], 2],
    [['trace', 'pod.rules', 'p', '--host'], 2],
    [['trace', 'nowhere.rules', 'out tcp -> 10.0.0.1:80'], 2],
    [['check', 'nowhere.rules'], 2],
    [['print', 'nowhere.rules'], 2],
    [['check', 'x', '--set', 'novalue'], 2],
    [['explain', 'nonsense'], 2],
    [['explain', 'loop'], 0],
  ])('%j exits with %i', async (argv, code) => {
    const result = await chainwalk(argv);
    expect(result.code).toBe(code);
    if (code === 0) expect(result.err).toBe('');
    else {
      expect(result.out).toBe('');
      expect(result.err).toMatch(/^chainwalk: error: .*\n|^chainwalk: what Linux/);
    }
  });

  it('help starts with examples', async () => {
    const { out } = await chainwalk(['trace', '--help']);
    expect(out).toMatch(/^Examples:\n {2}# .*\n {2}chainwalk trace /);
  });

  it.each([[], ...COMMANDS.map(({ name }) => [name])])('the help of %s fits 80 columns', async (...command) => {
    const { out } = await chainwalk([...command, '--help']);
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it.each([[], ...COMMANDS.map(({ name }) => [name])])('the help of %s fits 40 lines', async (...command) => {
    const { out } = await chainwalk([...command, '--help']);
    expect(out.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  });

  it.each(COMMANDS.map(({ name }) => name))(
    'the help of %s names every option, and the rest is in `help options` or on its page',
    async (name) => {
      const { out } = await chainwalk([name, '--help']);
      const screen = (await chainwalk(['help', 'options'])).out;
      const options = COMMANDS.find((command) => command.name === name)?.options ?? [];
      for (const option of options) {
        expect(out).toContain(flagsOf(option).long);
        if (option.common !== undefined) expect(screen).toContain(`  ${option.flags}`);
      }
      const page = name === 'explain' ? '' : (await chainwalk(['explain', name])).out;
      if (page !== '') for (const { flags } of options) expect(page).toContain(`  ${flags}`);
    },
  );

  it('`help options` fits 80 columns and has the exit codes', async () => {
    const { out, code } = await chainwalk(['help', 'options']);
    expect([code, out]).toEqual([0, expect.stringMatching(/\nExit codes:\n {2}0 {2}done/)]);
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('the list of commands has one line for each', async () => {
    const { out } = await chainwalk(['--help']);
    for (const { name, summary } of COMMANDS) expect(out.replaceAll(/ +/g, ' ')).toContain(`\n ${name} ${summary}\n`);
  });

  it('help of a command, asked for in either order', async () => {
    const asked = await chainwalk(['help', 'find']);
    expect([asked.code, asked.out]).toEqual([0, (await chainwalk(['find', '--help'])).out]);
  });

  it.each([
    [['frace'], 'unknown command `frace`', 'trace'],
    [['trace', 'x', '--profle', 'auto'], 'unknown option `--profle`', '--profile'],
    [['trace', 'x', '--profile', 'istio-sidcar'], '--profile: `istio-sidcar` is not one of auto, none, istio-sidecar', 'istio-sidecar'],
    [['trace', 'x', 'p', '--expect', 'captured'], '--expect: `captured` is not one of captured-out,', 'captured-out'],
    [['explain', 'no-redirect-lop'], 'no page mentions `no-redirect-lop`', 'no-redirect-loop'],
    [['verify', 'x', '--only', 'no-loop'], '--only: unknown claim `no-loop`', 'no-redirect-loop'],
    [['verify', 'x', '--only', 'no-redirect-lop'], '--only: unknown claim `no-redirect-lop`', 'no-redirect-loop'],
  ])('%j is answered with the nearest', async (argv, wrong, meant) => {
    const { err } = await chainwalk(argv);
    expect(err).toContain(`chainwalk: error: ${wrong}`);
    expect(err).toContain(`\nhelp: did you mean \`${meant}\`?\n`);
  });

  it.each([
    [['trace', 'x', 'out', 'tcp', '-'], 'a packet is one argument', 'quote it: "out tcp -> 203.0.113.9:443"'],
    [['trace', 'x', '-p', 'tcp', '-d', '203.0.113.9'], 'unknown option `-p`', 'a packet in iptables form is quoted, or comes after `--`'],
    [
      ['trace', 'out tcp -> 203.0.113.9:443', 'x'],
      '`out tcp -> 203.0.113.9:443` is a packet; the rules are expected here',
      'the rules come first',
    ],
    [['trace', '-p tcp -d 203.0.113.9', 'x'], '`-p tcp -d 203.0.113.9` is a packet; the rules are expected here', 'the rules come first'],
    [['render', '-p', '15001'], 'unknown option `-p`', 'arguments of istio-iptables come after `--`'],
    [['verify', 'x', '--only'], '`--only` needs a value', '`chainwalk verify --help` shows'],
    [['print', 'a', 'b'], 'too many arguments for `print`: expected 1 argument but got 2', '`chainwalk print --help` shows'],
  ])('%j is answered with what was meant', async (argv, wrong, help) => {
    const { code, out, err } = await chainwalk(argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`chainwalk: error: ${wrong}`);
    expect(err).toContain(`\nhelp: ${help}`);
  });

  it.each([
    [['enrol', 'x.rules'], 'x.rules:1:1: error: these are rules of iptables, where YAML or JSON is expected'],
    [
      ['trace', 'x.rules', 'out tcp -> 10.0.0.1:80', '--host', 'y.rules'],
      'y.rules:1:1: error: these are rules of iptables, where YAML or JSON is expected\n',
    ],
    [['check', 'pod.yaml'], 'pod.yaml:1:1: error: this is a Kubernetes manifest'],
    [['render', '--mode', 'init', '--istio', '1.99'], 'chainwalk: error: --istio expects a version from 1.18 to'],
  ])('%j: a file of another kind is said to be one', async (argv, message) => {
    const files = { 'x.rules': '*nat\nCOMMIT\n', 'y.rules': '*nat\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n', 'pod.yaml': 'kind: Pod\n' };
    const { code, err } = await chainwalk(argv, { files });
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  it('--version prints the version alone', async () => {
    expect((await chainwalk(['--version'])).out).toBe('1.2.3\n');
  });

  it('a bad choice lists the good ones', async () => {
    const { err } = await chainwalk(['trace', 'pod.rules', 'p', '--expect', 'nonsense']);
    expect(err).toContain('captured-out, captured-in, dns, direct');
    expect(err).toContain('help: `chainwalk trace --help`');
  });
});

describe('explain', () => {
  it('has a page for every outcome, reason and diagnostic', () => {
    const ids = PAGES.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
    const fates = ['delivered', 'sent', 'forwarded', 'dropped', 'rejected', 'lost', 'undecided'];
    const kinds = ['malformed', 'not-loadable', 'not-modelled', 'warning'];
    expect(ids).toEqual(expect.arrayContaining([...Object.keys(OUTCOME_WORDS), ...Object.keys(LOST_WORDS), ...fates, ...kinds]));
  });

  it('has a page for every command', () => {
    const ids = PAGES.map(({ id }) => id);
    expect(COMMANDS.map(({ name }) => name).filter((name) => name !== 'explain' && !ids.includes(name))).toEqual([]);
    expect(ids).toContain('kubectl');
  });

  it('examples of packets and hosts are some', async () => {
    const lines = (id: string) => PAGES.find((page) => page.id === id)?.example ?? [];
    expect(lines('packet').length).toBeGreaterThan(3);
    for (const text of lines('packet')) expect(parsePacketSet({ file: 'x', text }).diagnostics, text).toEqual([]);
    expect(readHost(parse(lines('host').join('\n'))).problems).toEqual([]);
  });

  it.each(PAGES.map(({ id }) => id))('%s fits 80 columns', async (id) => {
    const { out, code } = await chainwalk(['explain', id]);
    expect(code).toBe(0);
    for (const line of out.split('\n').filter((one) => !one.startsWith('  $'))) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('without an id lists all pages', async () => {
    const { out } = await chainwalk(['explain']);
    for (const { id } of PAGES) expect(out).toContain(`  ${id} `);
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('an unknown id suggests the nearest', async () => {
    expect((await chainwalk(['explain', 'martain-source'])).err).toContain('did you mean `martian-source`?');
  });
});

describe('colour', () => {
  const colours = async (argv: readonly string[], env: Readonly<Record<string, string>>, terminal: boolean) =>
    (await chainwalk(['explain', 'loop', ...argv], { env, terminal })).out.includes('\u001b[');

  it.each([
    ['a pipe', [], {}, false, false],
    ['a terminal', [], {}, true, true],
    ['a dumb terminal', [], { TERM: 'dumb' }, true, false],
    ['NO_COLOR on a terminal', [], { NO_COLOR: '1' }, true, false],
    ['an empty NO_COLOR', [], { NO_COLOR: '' }, true, true],
    ['FORCE_COLOR in a pipe', [], { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0 on a terminal', [], { FORCE_COLOR: '0' }, true, false],
    ['--color always in a pipe', ['--color', 'always'], { NO_COLOR: '1' }, false, true],
    ['--color never on a terminal', ['--color', 'never'], { FORCE_COLOR: '1' }, true, false],
  ])('%s', async (_, argv, env, terminal, expected) => {
    expect(await colours(argv, env, terminal)).toBe(expected);
  });
});

describe('what is long', () => {
  const RULES = '*nat\n-A OUTPUT -m owner -j RETURN\n-A OUTPUT -j NOPE\nCOMMIT\n';
  const asks: readonly (readonly string[])[] = [
    ['trace', 'good.rules', 'out tcp -> 1.2.3.4:80', '--why-not', 'captured'],
    ['verify', 'good.rules', '--only', 'captured'],
    ['check', 'some/folder/of/rules.txt'],
  ];
  const ask = (argv: readonly string[], terminal: boolean) =>
    chainwalk(argv, {
      terminal,
      env: { NO_COLOR: '1' },
      files: { 'some/folder/of/rules.txt': RULES, 'good.rules': '*nat\n-A OUTPUT -j RETURN\nCOMMIT\n' },
    });

  it.each(asks)('%s: folded on a terminal, one line elsewhere', async (...argv) => {
    const [shown, piped] = [(await ask(argv, true)).err, (await ask(argv, false)).err];
    expect(shown.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(shown.replaceAll(/\s+/g, ' ')).toBe(piped.replaceAll(/\s+/g, ' '));
    expect(piped.split('\n').some((line) => line.length > 80)).toBe(true);
  });
});
