/** Rules in the logs of programs: whatever a collector put around them, they are the same rules at their places in the log. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readRules } from '../../src/ruleset/readRules.ts';
import { chainwalk } from '../cli/memoryIo.ts';

const rules = (name: string): string => readFileSync(new URL(`../../fixtures/${name}.rules`, import.meta.url), 'utf8');
const SIDECAR = rules('istio-sidecar');
const TIME = '2024-01-29T09:09:56.603820Z';
const ESC = '\x1b[38;5;201m';

interface ReadRule {
  readonly text: string;
  readonly table: string;
  readonly line: number;
  /** the text of the file at the rule's place */
  readonly at: string;
}

function read(text: string): {
  readonly rules: readonly ReadRule[];
  readonly said: readonly string[];
  readonly lines: readonly (string | undefined)[];
} {
  const { rulesets, diagnostics } = readRules({ file: 'x.log', text });
  return {
    rules: rulesets.flatMap(({ tables }) =>
      [...tables.values()].flatMap(({ chains }) =>
        [...chains.values()].flatMap((chain) =>
          chain.rules.map((rule) => ({
            text: rule.text,
            table: rule.table,
            line: rule.line,
            at: text.slice(rule.span.start, rule.span.end),
          })),
        ),
      ),
    ),
    said: diagnostics.map(({ kind, message }) => `${kind}: ${message}`),
    lines: rulesets.map(({ excerpt }) => excerpt?.lines),
  };
}

const RESTORE = SIDECAR.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

/** How a line looks in a log, by the name of the wrapper. */
const WRAPPERS: Readonly<Record<string, (line: string, at: number) => string>> = {
  'kubectl logs --prefix': (line) => `[pod/web-0/istio-init] ${line}`,
  'kubectl logs --timestamps': (line) => `${TIME} ${line}`,
  'kubectl logs --prefix --timestamps': (line) => `[pod/web-0/istio-init] ${TIME} ${line}`,
  stern: (line) => `web-7d4b9c-x2v9k istio-init ${line}`,
  'stern in all namespaces': (line) => `shop web-7d4b9c-x2v9k istio-init ${line}`,
  'stern in colours': (line) => `${ESC}web-7d4b9c-x2v9k\x1b[0m ${ESC}istio-init\x1b[0m ${line}`,
  'stern with times': (line) => `web-7d4b9c-x2v9k istio-init ${TIME} ${line}`,
  kubetail: (line) => `[web-0 istio-init] ${line}`,
  kail: (line) => `shop/web-0[istio-init]: ${line}`,
  containerd: (line) => `2024-01-29T09:09:56.603820123+01:00 stdout F ${line}`,
  journalctl: (line) => `Jan 29 09:09:56 node-1 istio-init[4711]: ${line}`,
  'journalctl -o short-iso': (line) => `2024-01-29T09:09:56+0000 node-1 crio[4711]: ${line}`,
  'docker compose': (line) => `web-1  | ${line}`,
  'the files of docker': (line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: TIME }),
  k9s: (line) => `istio-init ${line}`,
  klog: (line) => `I0129 09:09:56.603820       1 iptables.go:123] ${line}`,
  'Go log': (line) => `2024/01/29 09:09:56 ${line}`,
  'CRLF line ends': (line) => `${TIME} ${line}\r`,
};

describe('a ruleset in a log', () => {
  const plain = read(SIDECAR).rules;

  it.each(Object.entries(WRAPPERS))('of %s is the same ruleset at its lines', (_, wrap) => {
    const lines = ['Running iptables-restore with the following input:', ...RESTORE, 'done'];
    const log = lines.map(wrap).join('\n');
    const found = read(log);
    expect(found.said).toEqual([]);
    expect(found.rules.map(({ text, table }) => [text, table])).toEqual(plain.map(({ text, table }) => [text, table]));
    for (const { at, line } of found.rules) {
      expect(at).toMatch(/^-A /);
      expect(log.split('\n')[line - 1]).toContain(at);
    }
    expect(found.lines).toEqual([`2 to ${RESTORE.length + 1}`]);
  });

  it('is found under any of them, between other lines, wherever it begins', () => {
    const names = Object.keys(WRAPPERS);
    const noise = ['', 'warn\tslow start', 'GET /healthz 200', 'Command output: ', 'error: no such host', 'level up: 42%'];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.constantFrom(...noise), { maxLength: 6 }),
        fc.array(fc.constantFrom(...noise), { maxLength: 6 }),
        fc.boolean(),
        (name, before, after, twice) => {
          const wrap = WRAPPERS[name] as (line: string, at: number) => string;
          const old = twice ? ['* nat', '-N OLD', '-A OLD -j RETURN', '-A OUTPUT -j OLD', 'COMMIT', 'Running it again'] : [];
          const body = [...before, ...old, 'Running iptables-restore with the following input:', ...RESTORE, ...after];
          // what has no time or name of its own tells nothing of a log by itself
          const found = read([`${TIME} info start`, ...body.map(wrap)].join('\n'));
          expect(found.rules.map(({ text }) => text)).toEqual(plain.map(({ text }) => text));
          const first = 1 + before.length + old.length + 2;
          expect(found.lines).toEqual([`${first} to ${first + RESTORE.length - 1}`]);
        },
      ),
      { numRuns: 120, seed: 12 },
    );
  });

  it.each([
    [
      'logrus',
      (text: string) => `time="${TIME}" level=info msg="${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
    ],
    ['JSON lines', (text: string) => JSON.stringify({ level: 'info', time: TIME, msg: text })],
  ])('of %s stands in one line, and its places are columns of it', (_, quote) => {
    const log = `${quote('start')}\n${quote(SIDECAR.replace('-A OUTPUT', '-A OUTPUT -m comment --comment "a \\"b\\" c"'))}\n`;
    const found = read(log);
    expect(found.rules).toHaveLength(plain.length);
    expect(new Set(found.rules.map(({ line }) => line))).toEqual(new Set([2]));
    expect(found.rules.map(({ text }) => text)).toContain('-A OUTPUT -m comment --comment "a \\"b\\" c" -j ISTIO_OUTPUT');
    expect(found.rules.at(-1)?.at).toBe(plain.at(-1)?.at);
  });
});

describe('of a log with several', () => {
  const block = (port: number): string => `* nat\n-N A\n-A OUTPUT -p tcp -j A\n-A A -p tcp -j REDIRECT --to-ports ${port}\nCOMMIT\n`;
  const info = (message: string): string => `${TIME}\tinfo\t${message}\n`;

  test('the last complete block counts', () => {
    const found = read(info('first') + block(1) + info('second') + block(2) + info('third') + block(3).replace('COMMIT\n', ''));
    expect(found.rules.map(({ text }) => text)).toContain('-A A -p tcp -j REDIRECT --to-ports 2');
    expect(found.said).toEqual(['warning: the log breaks off in this table: it has no `COMMIT`: it is not read']);
    expect(found.lines).toEqual(['8 to 12']);
  });

  test('input of iptables-restore and of ip6tables-restore are the two families of one run', () => {
    const run = (port: number): string =>
      `${info('Running iptables-restore with the following input:')}${block(port)}${info('Running ip6tables-restore with the following input:')}${block(port + 1)}`;
    const found = read(run(1) + run(3));
    expect(found.rules.filter(({ text }) => text.includes('REDIRECT')).map(({ text }) => text.slice(-1))).toEqual(['3', '4']);
    // the run before had IPv6, the last one has not
    const last = read(run(1) + info('Running iptables-restore with the following input:') + block(3));
    expect(last.lines).toHaveLength(1);
  });

  test('calls behind it change it', async () => {
    const log = `${info('x')}${block(1)}+ iptables -t nat -I OUTPUT -m comment --comment 'not this' -d 10.0.0.9 -j RETURN\n`;
    expect(read(log).rules.map(({ text }) => text)).toContain('-A OUTPUT -d 10.0.0.9/32 -m comment --comment "not this" -j RETURN');
    const { out } = await chainwalk(['trace', 'x.log', 'out tcp -> 10.0.0.9:80', 'out tcp -> 10.0.0.8:80', '--brief'], {
      files: { 'x.log': log },
    });
    expect(out.split('\n').map((line) => line.slice(0, 6))).toEqual(['direct', 'to-app', '']);
  });

  const two = `${SIDECAR.replaceAll(/^(?=.)/gm, 'web-1 istio-init ')}${SIDECAR.replaceAll('15001', '15011').replaceAll(/^(?=.)/gm, 'web-2 istio-init ')}`;

  test('pods the one that is meant has to be said', async () => {
    const files = { 'x.log': two };
    const asked = await chainwalk(['trace', 'x.log', 'out tcp -> 203.0.113.9:443'], { files });
    expect(asked.code).toBe(2);
    expect(asked.err).toContain('this log has the rules of 2 pods: `web-1/istio-init`, `web-2/istio-init`');
    expect((await chainwalk(['trace', 'x.log', '--pod', 'web-1', 'out tcp -> 203.0.113.9:443', '--brief'], { files })).out).toContain(
      'captured-out',
    );
    expect((await chainwalk(['print', 'x.log', '--pod', 'web-2'], { files })).out).toContain('--to-ports 15011');
    expect((await chainwalk(['check', 'x.log', '--pod', 'web-3'], { files })).err).toContain('no rules of pod `web-3`');
  });

  test('pods that have the same rules one answer is given', () => {
    const { said, rules: found } = read(two.replaceAll('15011', '15001'));
    expect([said, found.length]).toEqual([[], read(SIDECAR).rules.length]);
  });
});

describe('programs that write logs', () => {
  test('Linkerd: the commands, with comments behind -N, and what they answered', async () => {
    const say = (line: string): string => `2020/06/04 12:00:00 ${line}\n`;
    const call = (words: string): string => say(`> iptables -t nat ${words}`);
    const log = [
      say('State of iptables rules before run:'),
      call('-vnL'),
      say('< Chain PREROUTING (policy ACCEPT 0 packets, 0 bytes)'),
      call('-F PROXY_INIT_OUTPUT'),
      say('< iptables: No chain/target/match by that name.'),
      call('-N PROXY_INIT_OUTPUT -m comment --comment proxy-init/redirect-common-chain/159'),
      call('-A PROXY_INIT_OUTPUT -m owner --uid-owner 2102 -j RETURN -m comment --comment proxy-init/ignore-proxy-user-id/159'),
      call('-A PROXY_INIT_OUTPUT -p tcp -j REDIRECT --to-port 4140'),
      call('-A OUTPUT -j PROXY_INIT_OUTPUT -m comment --comment proxy-init/install-proxy-init-output/159'),
    ].join('');
    expect(read(log).said).toEqual([]);
    const { out } = await chainwalk(['trace', 'x', 'out tcp -> 203.0.113.9:443', '--brief'], { files: { x: log } });
    expect(out).toContain('captured-out');
  });

  test('Istio of 2020: what it loads, and then what the kernel has', () => {
    const input = RESTORE.filter((line) => !line.startsWith(':'));
    const declared = RESTORE.flatMap((line) => (/^:ISTIO/.test(line) ? [`-N ${line.slice(1).split(' ')[0]}`] : []));
    const restore = [input[0], ...declared, ...input.slice(1)].join('\n');
    const log = `PROXY_INBOUND_CAPTURE_PORT=15006\n\nWriting following contents to rules file:  /tmp/r.txt\n${restore}\n\niptables-restore --noflush /tmp/r.txt\niptables-save\n${SIDECAR}`;
    const found = read(log);
    expect(found.said).toEqual([]);
    expect(found.rules.map(({ text }) => text)).toEqual(read(SIDECAR).rules.map(({ text }) => text));
    expect(Number(found.lines[0]?.split(' ')[0])).toBeGreaterThan(input.length);
  });

  test('the agent of ambient names the pod of each block', async () => {
    const block = rules('istio-ambient')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .slice(0, -1);
    const log = (pod: string, port: string): string => `${block.join('\n')}\nCOMMIT    ns=shop name=${pod}\n`.replaceAll('15001', port);
    const files = { x: log('a', '15001') + log('b', '15011') };
    expect((await chainwalk(['check', 'x'], { files })).err).toContain('`shop/a`, `shop/b`');
    expect((await chainwalk(['print', 'x', '--pod', 'shop/b'], { files })).out).toContain('--to-ports 15011');
  });

  test('in the code of an issue', () => {
    const found = read(`# It fails\n\n\`\`\`\n${TIME}\tinfo\tRunning\n${SIDECAR}\`\`\`\n\nVersion 1.20\n`);
    expect(found.rules.map(({ text }) => text)).toEqual(read(SIDECAR).rules.map(({ text }) => text));
  });
});

describe('it is said what was read', () => {
  const log = `${TIME}\tinfo\tstart\n${SIDECAR}${TIME}\terror\tFailed to execute: iptables-restore --noflush, exit status 4\n`;
  const files = { 'x.log': log };
  const lines = /the rules are lines \d+ to \d+ of a log/;

  it.each([
    ['trace', ['trace', 'x.log', 'out tcp -> 203.0.113.9:443']],
    ['trace as JSON', ['trace', 'x.log', 'out tcp -> 203.0.113.9:443', '--json']],
    ['find', ['find', 'x.log', '--where', 'out tcp -> 203.0.113.9:443', '--outcome', 'loop']],
    ['verify', ['verify', 'x.log', '--only', 'no-stale-chain']],
    ['verify as JSON', ['verify', 'x.log', '--only', 'no-stale-chain', '--json']],
    ['diff', ['diff', 'x.log', 'x.log']],
    ['check', ['check', 'x.log']],
    ['check as JSON', ['check', 'x.log', '--json']],
    ['print', ['print', 'x.log']],
  ])('by %s', async (_, argv) => {
    const { out, err } = await chainwalk(argv, { files });
    expect(out.replaceAll(/\s+/g, ' ') + err).toMatch(lines);
  });

  test('and that loading failed', async () => {
    const { err, code } = await chainwalk(['trace', 'x.log', '--strict', 'out tcp -> 203.0.113.9:443'], { files });
    expect(err).toContain('warning: the log says that loading these rules failed');
    const quiet = await chainwalk(['verify', 'x.log', '-q', '--only', 'no-stale-chain'], { files });
    expect(quiet.out.replaceAll(/\s+/g, ' ')).toContain('of a log; it says that loading them failed');
    expect(code).toBe(1);
  });

  test('and that there is nothing to read', async () => {
    const { err, code } = await chainwalk(['verify', 'x.log'], {
      files: { 'x.log': `${TIME}\tinfo\tstart\n${TIME}\tinfo\tPROXY_PORT=15001\n` },
    });
    expect(code).toBe(2);
    expect(err).toContain('no rule found in this log of 2 lines');
    expect(err.replaceAll(/\s+/g, ' ')).toContain('chainwalk render --settings FILE');
  });
});

test.each([
  'apiVersion: v1\nkind: Pod\nmetadata:\n  creationTimestamp: 2024-01-29T09:09:56Z\n',
  '{"apiVersion":"v1","kind":"Pod","status":{"message":"x"}}',
])('a manifest with times is no log', async (text) => {
  expect((await chainwalk(['trace', 'x', 'out tcp -> 203.0.113.9:443'], { files: { x: text } })).err).not.toContain('log');
});
