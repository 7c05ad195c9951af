/** Names and texts of strangers: no terminal and no runner of workflows obeys one, whatever the command and the format. */
import { describe, expect, it } from 'vitest';
import { guard } from '../../src/cli/argv/guard.ts';
import { jsonText, printable } from '../../src/lib/printable.ts';
import { REVIEW_FORMAT_NAMES, TRACE_FORMAT_NAMES } from '../../src/report/formats/names.ts';
import { readFixture } from '../support/fixtures.ts';
import { chainwalk, memoryIo, memorySink, type Setting } from './memoryIo.ts';

const RULES = readFixture('istio-sidecar').text;
/** Written as escapes: an escape of a terminal, marks of direction, characters without width, tags, C1, commands of a workflow. */
const HIDDEN = '\u001b]0;own\u0007\u001b[2J\u009b31m\u202e\u2066\u200e\u200f\u061c\u200b\u2060\ufeff\u{e0041}\u0000\u007f\r';
const NAME = `x${HIDDEN}##[error]y`;
const LINES = `x\n::stop-commands::tok\n  ::error::own\n##[error]z${HIDDEN}`;

const quoted = (text: string) => JSON.stringify(text);
const BAD = RULES.replace('COMMIT', `-A OUTPUT -m comment --comment "${NAME}" -j REDIRECT --to-ports 15001\nCOMMIT`);
const BROKEN = `*nat\n-A ${NAME} -j NOWHERE\n${NAME}\nCOMMIT\n`;
const POD = (name: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${quoted(name)}, namespace: ${quoted(name)}, labels: {${quoted(name)}: ${quoted(name)}}, annotations: {traffic.sidecar.istio.io/excludeOutboundPorts: ${quoted(name)}, ${quoted(name)}: ""}}\nspec: {containers: [{name: ${quoted(name)}, image: x}]}\n`;
const HOST = (name: string) =>
  `interfaces: [{name: ${quoted(name)}, addresses: [${quoted(name)}]}]\nroutes: [${quoted(name)}]\n${quoted(name)}: 1\nprocesses: {${quoted(name)}: 1}\n`;
const EXPECTED = (name: string) =>
  `rules: pod.rules\npackets:\n  - {packet: "out tcp -> 203.0.113.9:443", expect: direct, name: ${quoted(name)}, why: ${quoted(name)}}\n  - {packet: ${quoted(name)}, expect: ${quoted(name)}}\n`;
const CONFIG = (name: string) => `groups: [{files: '*.rules', name: ${quoted(name)}, host: ${quoted(name)}}]\n${quoted(name)}: 1\n`;
const BASELINE = (name: string) =>
  JSON.stringify({ schema: 'chainwalk/baseline/v1', known: [{ fingerprint: 'a', id: name, subject: name, message: name }] });

const PACKET = 'out tcp -> 203.0.113.9:443';
const FILES: NonNullable<Setting['files']> = {
  [NAME]: BAD,
  [LINES]: BROKEN,
  'pod.rules': BAD,
  'broken.rules': BROKEN,
  'pod.yaml': POD(NAME),
  'lines.yaml': POD(LINES),
  'host.yaml': HOST(NAME),
  'hostLines.yaml': HOST(LINES),
  'x.expect.yaml': EXPECTED(NAME),
  'lines.expect.yaml': EXPECTED(LINES),
  'chainwalk.config.yaml': CONFIG(NAME),
  'lines.config.yaml': CONFIG(LINES),
  'fine.config.yaml': "groups: [{files: '*.rules'}]\nbaseline: base.json\n",
  'base.json': BASELINE(LINES),
  [`${LINES}.yaml`]: 'a: [',
};

const REVIEWS = ['human', 'json', ...REVIEW_FORMAT_NAMES].map((format) => ['-o', format]);
const RUNS: readonly (readonly string[])[] = [
  ...[...TRACE_FORMAT_NAMES, 'brief'].flatMap((format) =>
    [NAME, LINES, 'pod.rules'].map((file) => ['trace', file, PACKET, ...(format === 'brief' ? ['--brief'] : ['-o', format]), '-v']),
  ),
  ['trace', 'pod.rules', NAME],
  ['trace', 'pod.rules', LINES],
  ['trace', 'pod.rules', PACKET, '--expect', LINES],
  ['trace', LINES],
  [LINES],
  [NAME, `--${NAME}`],
  ...['host.yaml', 'hostLines.yaml', LINES, `${LINES}.yaml`, NAME].map((file) => ['trace', 'pod.rules', PACKET, '--host', file]),
  ...[NAME, LINES, 'nowhere\n::error::x'].flatMap((file) => [
    ['check', file],
    ['check', file, '--json'],
    ['print', file],
  ]),
  ...REVIEWS.flatMap((format) => [
    ['verify', NAME, ...format],
    ['verify', 'pod.yaml', 'lines.yaml', '--mode', 'cni', ...format],
    ['diff', NAME, 'broken.rules', ...format],
    ['diff', NAME, 'pod.rules', ...format],
    ['diff', 'pod.yaml', 'lines.yaml', ...format],
    ['expect', 'x.expect.yaml', ...format],
    ['expect', 'lines.expect.yaml', ...format],
    ['ci', ...format],
    ['ci', '--config', 'lines.config.yaml', ...format],
    ['ci', '--config', 'fine.config.yaml', ...format],
    ['ci', '--config', LINES, ...format],
  ]),
  ...[[], ['--json'], ['-v']].flatMap((more) => [
    ['enrol', 'pod.yaml', ...more],
    ['enrol', 'lines.yaml', ...more],
    ['find', NAME, '--outcome', 'direct', ...more.filter((one) => one !== '-v')],
    ['approaches', 'lines.yaml', ...more.filter((one) => one !== '-v')],
  ]),
  ['render', '--pod', 'lines.yaml', '--mode', 'cni', '--json'],
  ['explain', LINES],
  ['completion', LINES],
  ['enrol', 'pod.yaml', '--values', `${LINES}.yaml`],
];

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|\udb40/;

/** What a runner would obey: it blanks before `::`, and finds `##[` anywhere; nothing while commands are stopped. */
function obeyed(text: string): readonly string[] {
  const found: string[] = [];
  let token: string | undefined;
  for (const line of text.split(/\r?\n|\r/)) {
    const stop = /^\s*::stop-commands::(\S+)$/.exec(line)?.[1];
    if (token !== undefined) token = line.trim() === `::${token}::` ? undefined : token;
    else if (stop !== undefined) token = stop;
    else if (/^\s*::|##\[/.test(line)) found.push(line);
  }
  return found;
}

describe.each([{}, { GITHUB_ACTIONS: 'true' }] as const)('with the environment %j', (env) => {
  it.each(RUNS)('%j %j %j: nothing raw, nothing to obey', async (...argv) => {
    const { code, out, err } = await chainwalk(argv, { files: FILES, env: { ...env } });
    expect([0, 1, 2], err).toContain(code);
    for (const text of argv[0] === 'print' ? [err] : [out, err]) {
      expect(RAW.exec(text)?.[0].charCodeAt(0).toString(16), text.slice(0, 2000)).toBeUndefined();
      expect(text).not.toMatch(/^::stop-commands::tok$/m);
    }
    if (!('GITHUB_ACTIONS' in env)) return;
    // annotations are the only commands, and each is one line
    const ours = /^::(?:(?:error|warning|notice) (?:file|title)=[^\n]*|[\da-f-]{36}::)$/;
    for (const text of [out, err]) expect(obeyed(text).filter((line) => !ours.test(line) || line.includes('##['))).toEqual([]);
  });
});

describe('the guard', () => {
  const setup = (env: Readonly<Record<string, string>>, terminal = false) => {
    const [out, err] = [memorySink(terminal), memorySink(terminal)];
    const io = memoryIo({ setting: { env }, out, err, written: {} });
    return { ...guard(io, () => 'T'), out, err };
  };

  it('stops commands around reports, not around annotations and data', async () => {
    const { io, end, out, err } = setup({ GITHUB_ACTIONS: 'true' });
    await io.err.write('first\n');
    await io.out.write('{}\n');
    await io.out.write('::error::ours\n', 'commands');
    await io.out.write('report\n', 'report');
    await end();
    expect(err.text()).toBe('::stop-commands::T\nfirst\n');
    expect(out.text()).toBe('{}\n::T::\n::error::ours\n::stop-commands::T\nreport\n::T::\n');
  });

  it('elsewhere adds nothing, and keeps colours', async () => {
    const { io, end, out } = setup({});
    await io.out.write('\u001b[31mred\u001b[39m \u001b[2J\n', 'report');
    await end();
    expect(out.text()).toBe('\u001b[31mred\u001b[39m ?[2J\n');
  });

  it('leaves rules as they are for files, not for terminals', async () => {
    for (const terminal of [false, true]) {
      const { io, out } = setup({}, terminal);
      await io.out.write('-A x --comment "\u001b[2J"\n', 'exact');
      expect(out.text()).toBe(terminal ? '-A x --comment "?[2J"\n' : '-A x --comment "\u001b[2J"\n');
    }
  });

  it('around a guard does nothing', async () => {
    const { io, end, err } = setup({ GITHUB_ACTIONS: 'true' });
    const inner = guard(io, () => 'U');
    await inner.io.err.write('text\n');
    await inner.end();
    await end();
    expect(err.text()).toBe('::stop-commands::T\ntext\n::T::\n');
  });

  it('takes an unknown token', async () => {
    const tokens = new Set<string>();
    for (let run = 0; run < 5; run++) {
      const { err } = await chainwalk(['check', 'nowhere'], { env: { GITHUB_ACTIONS: 'true' } });
      tokens.add(/^::stop-commands::(\S{20,})$/m.exec(err)?.[1] ?? '');
    }
    expect(tokens.size).toBe(5);
  });
});

describe('what is hidden', () => {
  it('is shown, in the same length', () => {
    expect(printable(HIDDEN)).toMatch(/^[?\]0;own[2J31m]+$/);
    expect(printable(HIDDEN)).toHaveLength(HIDDEN.length);
    expect(printable('a\tb\u00e9\u4e2d\u{1f600}')).toBe('a b\u00e9\u4e2d\u{1f600}');
  });

  it('is escaped in JSON, which stays the same value', () => {
    const value = { [NAME]: [LINES, HIDDEN] };
    expect(JSON.parse(jsonText(value))).toEqual(value);
    expect(JSON.parse(jsonText(value, 2))).toEqual(value);
    expect(jsonText(value)).not.toMatch(RAW);
    expect(jsonText(value)).not.toContain('##[');
  });
});
