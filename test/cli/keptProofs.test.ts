/** A run of --watch takes over what it proved before, where nothing that a proof reads is another: it says what a run of its own says, byte for
 *  byte, whatever was edited. */
import { describe, expect, it } from 'vitest';
import { type KeptProofs, keptProofs } from '../../src/app/suppress/keptProofs.ts';
import type { CommandInput } from '../../src/cli/argv/command.ts';
import { runVerify } from '../../src/cli/verify/runVerify.ts';
import { Reserve } from '../../src/lib/budget.ts';
import { dataText } from '../../src/lib/dataText.ts';
import { type Random, randomFrom } from '../kernel/generate/random.ts';
import { readFixture } from '../support/fixtures.ts';
import { memoryIo, memorySink } from './memoryIo.ts';

type Files = Readonly<Record<string, string>>;

interface Asked {
  readonly files: Files;
  readonly options?: CommandInput['options'];
  readonly kept?: KeptProofs;
  readonly reserve?: Reserve;
}

const RULES = ['a.rules', 'b.rules', 'c.nft'];

async function verify({ files, options = {}, kept, reserve = new Reserve() }: Asked): Promise<string> {
  const [out, err] = [memorySink(false), memorySink(false)];
  const io = memoryIo({ setting: { files }, out, err, written: {} });
  const args = RULES.filter((name) => name in files);
  const host = 'h.yaml' in files ? { host: 'h.yaml' } : {};
  const code = await runVerify({ io, input: { args, options: { ...host, ...options }, version: '1', reserve, ...(kept && { kept }) } });
  return `${code}\n${out.text()}\n${err.text()}`;
}

const MESH = `*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:ISTIO_IN_REDIRECT - [0:0]
:ISTIO_REDIRECT - [0:0]
:ISTIO_OUTPUT - [0:0]
:SPARE - [0:0]
-A PREROUTING -p tcp -j ISTIO_IN_REDIRECT
-A OUTPUT -p tcp -j ISTIO_OUTPUT
-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN
-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN
-A ISTIO_OUTPUT -j ISTIO_REDIRECT
-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001
-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006
-A SPARE -p udp -m udp --dport 53 -j ACCEPT
COMMIT
`;
const FILTER = `*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A INPUT -m set --match-set friends src -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j DROP
COMMIT
`;
const NFT = `table inet t {
  set ports {
    type inet_service
    elements = { 80, 443 }
  }
  chain input {
    type filter hook input priority 0; policy accept;
    tcp dport @ports accept
    tcp dport 80 drop
    jump more
  }
  chain more {
    udp dport 53 accept
  }
}
`;
const HOST = `interfaces:
  - {name: eth0, addresses: [10.0.0.5/24]}
routes: [default via 10.0.0.1 dev eth0]
sets:
  friends: {type: hash:ip, members: [10.0.0.9]}
`;

/** What people do to a file; a text that cannot be loaded is one of them. */
const EDITS: readonly ((text: string, random: Random) => string)[] = [
  (text) => `# a comment\n${text}`,
  (text) => `${text}# a comment\n`,
  (text) => text.replace(/\[(\d+):\d+\]/, (_, count: string) => `[${Number(count) + 1}:60]`),
  (text) => text.replace(/\b(22|53|80|443|15001|15006)\b/, (port) => String(Number(port) + 1)),
  (text, random) => withLine(text, random, (line) => [line, line]),
  (text, random) => withLine(text, random, () => []),
  (text, random) => withLine(text, random, (line) => ['# chainwalk-disable-next-line no-dead-rule -- it is known', line]),
  (text) => text.replace(/DROP \[/, 'ACCEPT [').replace('policy accept', 'policy drop'),
  (text) => text.replace(/ACCEPT \[/, 'DROP [').replace('policy drop', 'policy accept'),
  (text) => text.replace('COMMIT', '-A OUTPUT -p udp -j SPARE\nCOMMIT').replace('jump more', 'goto more'),
  (text) => text.replace(/^:SPARE.*\n/m, '').replaceAll(/^-A (?:SPARE .*|.* -j SPARE)\n/gm, ''),
  (text) => text.replace('80, 443', '80, 443, 8080').replace('[10.0.0.9]', '[10.0.0.9, 10.0.0.10]'),
  (text) => text.replace('10.0.0.5/24', '10.0.0.6/24').replace('-j ACCEPT', '-j RETURN'),
  (text) => text.replace('routes:', 'processes: {app: {uid: 5, gid: 5}}\nroutes:'),
  (text, random) => (text.startsWith('interfaces') ? HOST : random.pick([MESH, FILTER, NFT, readFixture('istio-sidecar').text])),
  (text) => text.replace('-j ISTIO_REDIRECT', '-j NOWHERE'),
];

function withLine(text: string, random: Random, edit: (line: string) => readonly string[]): string {
  const lines = text.split('\n');
  const rules = lines.flatMap((line, at) => (/^-A |dport/.test(line) ? [at] : []));
  if (rules.length === 0) return text;
  const at = random.pick(rules);
  return lines.toSpliced(at, 1, ...edit(lines[at] ?? '')).join('\n');
}

const CLAIMS = 'no-dead-rule,no-unknown,no-stale-chain,outbound-captured';
const START: Files = { 'a.rules': MESH, 'b.rules': FILTER, 'c.nft': NFT, 'h.yaml': HOST };

describe('a run that takes over what was proved', { timeout: 120_000 }, () => {
  it.each([1, 2, 3])('says what a run of its own says, after seventy edits (seed %i)', async (seed) => {
    const random = randomFrom(seed);
    const kept = keptProofs();
    let files = START;
    let taken = 0;
    for (let round = 0; round < 70; round++) {
      const name = random.pick(Object.keys(START));
      const { [name]: before = START[name] ?? '', ...others } = files;
      // now and then a file goes, comes back, or the question is another one
      files = random.below(20) === 0 && name !== 'a.rules' ? others : { ...others, [name]: random.pick(EDITS)(before, random) };
      const options = { only: CLAIMS, where: random.below(8) === 0 ? 'out tcp' : 'tcp', ...(random.below(2) === 0 && { json: true }) };
      const pods = new Set([...kept.now.pods.values()].map(({ verified }) => verified));
      const watched = await verify({ files, options, kept });
      expect(watched, `round ${round}, ${name}`).toBe(await verify({ files, options }));
      // what cannot be loaded is mended soon
      if (watched.startsWith('2') && random.below(2) === 0) files = { ...files, [name]: START[name] ?? '' };
      taken += [...kept.now.pods.values()].filter(({ verified }) => pods.has(verified)).length;
    }
    // most edits are of one file of three
    expect(taken).toBeGreaterThan(30);
  });

  it('also where fixes are looked for', async () => {
    const kept = keptProofs();
    const broken = MESH.replace('-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN\n', '');
    const options = { only: 'proxy-egress-direct' };
    for (const text of [MESH, broken, `${broken}# again\n`, MESH]) {
      const files = { 'a.rules': broken, 'b.rules': text };
      const watched = await verify({ files, options, kept });
      expect(watched).toBe(await verify({ files, options }));
      expect(watched).toContain('\n  fix  ');
    }
    expect(kept.now.pods.size).toBe(2);
  });

  it('comments that accept what was proved before are used', async () => {
    const kept = keptProofs();
    const options = { only: 'no-dead-rule', verbose: true };
    const line = '-A INPUT -p tcp -m tcp --dport 22 -j DROP';
    const text = FILTER.replace(line, `# chainwalk-disable-next-line no-dead-rule -- it is known\n${line}`);
    for (const other of [MESH, `${MESH}# a comment\n`]) {
      const files = { 'a.rules': other, 'b.rules': text };
      const watched = await verify({ files, options, kept });
      expect(watched).toBe(await verify({ files, options }));
      expect(watched).toContain('it is known');
      expect(watched).not.toContain('suppresses nothing');
    }
  });

  it('what one file does not touch is neither read nor proved again, and what nobody needs is forgotten', async () => {
    const kept = keptProofs();
    const options = { where: 'tcp' };
    await verify({ files: START, options, kept });
    const first = [...kept.now.pods.values()];
    await verify({ files: { ...START, 'b.rules': `${FILTER}# a comment\n` }, options, kept });
    const second = [...kept.now.pods.values()];
    expect(second.map((pod) => first.includes(pod))).toEqual([true, false, true]);
    expect(kept.now.texts.size).toBe(3);
    await verify({ files: { ...START, 'h.yaml': HOST.replace('10.0.0.9]', '10.0.0.7]') }, options, kept });
    expect([...kept.now.pods.values()].some((pod) => second.includes(pod))).toBe(false);
  });

  it('a proof that met the clock or the reserve is made again, and the reserve is as it would be', async () => {
    const late = keptProofs();
    await verify({ files: START, options: { where: 'tcp', timeout: '0.000001' }, kept: late });
    expect(late.now.pods.size).toBe(0);
    const kept = keptProofs();
    const [one, other] = [new Reserve(), new Reserve()];
    await verify({ files: START, options: { where: 'tcp' }, kept, reserve: one });
    await verify({ files: START, options: { where: 'tcp' }, kept, reserve: other });
    expect({ admitted: other.admitted, taken: other.taken }).toEqual({ admitted: one.admitted, taken: one.taken });
    expect(one.admitted).toBeGreaterThan(2);
  });
});

describe('data as a text', () => {
  const VALUES = [
    1,
    '1',
    [1],
    { a: 1 },
    { a: [1] },
    new Map([['a', 1]]),
    new Set(['a', 1]),
    new Map(),
    new Set(),
    {},
    [],
    1n,
    -0,
    0,
    Number.NaN,
    null,
  ];

  it('different values have different texts', () => {
    const texts = VALUES.map((value) => dataText({ value }));
    expect(new Set(texts).size).toBe(VALUES.length);
  });

  it.each([[() => 1], [{ deep: [Symbol('x')] }], [new Map([['a', () => 1]])], [new Reserve()], [/x/]])(
    'what is no data has none: %s',
    (value) => {
      expect(dataText({ value })).toBeUndefined();
    },
  );
});
