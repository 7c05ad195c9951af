/** Real clients, a router with random rules and real servers: what a client sees, beside what is said of its connection. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type HostDescription, parse, trace } from '../../../src/api/library/index.ts';
import { printedDescription } from '../../../src/syntax/host/hostDocument.ts';
import { type Random, randomFrom } from '../generate/random.ts';
import { drawRules, type RouterRules, type Style } from './drawRules.ts';

export interface RouterRun {
  readonly rulesets: number;
  readonly seed: number;
  /** connections through each ruleset, all of them at once */
  readonly each: number;
  readonly print: (line: string) => void;
}

interface Connection {
  readonly from: 'client' | 'router';
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
}

interface Seen {
  readonly connected?: true;
  readonly answered?: { readonly host?: string; readonly at?: readonly [string, number]; readonly saw?: readonly [string, number] } | null;
  readonly error?: string;
}

interface Reply {
  readonly host?: Readonly<Record<string, string>>;
  readonly refused?: string;
  readonly answers?: readonly Seen[];
}

export type RouterCounts = Record<
  'compared' | 'answered' | 'elsewhere' | 'error' | 'connected' | 'silent' | 'v6' | 'undecided' | 'failed',
  number
>;

const STYLES: readonly Style[] = ['legacy', 'nft', 'tables'];
const CLIENT = ['10.1.0.2', 'fd01::2'] as const;
const ROUTER = ['10.2.0.1', 'fd02::1'] as const;
const TO = [
  ['10.2.0.2', 'fd02::2'],
  ['10.2.0.3', 'fd02::3'],
  ['10.1.0.1', 'fd01::1'],
  ['10.2.0.1', 'fd02::1'],
] as const;
const SERVED = /^(10\.2\.0\.|fd02::)[23]:(80|8080)$/;

export async function compareRouter({ rulesets, seed, each, print }: RouterRun): Promise<RouterCounts> {
  const child = spawn('python3', [fileURLToPath(new URL('rooms.py', import.meta.url))]);
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const counts: RouterCounts = {
    compared: 0,
    answered: 0,
    elsewhere: 0,
    error: 0,
    connected: 0,
    silent: 0,
    v6: 0,
    undecided: 0,
    failed: 0,
  };
  try {
    const { host = {} } = await next();
    const printed = Object.entries(host)
      .map(([command, output]) => `$ ${command}\n${output}`)
      .join('\n');
    const around = printedDescription([{ file: 'router', text: printed }]).description as HostDescription;
    for (let at = 0; at < rulesets; at++) {
      const random = randomFrom(seed, 'router', at);
      const style = STYLES[at % STYLES.length] as Style;
      const rules = drawRules(random, style);
      // no two connections of a run have the same ports for some minutes, so that none meets what conntrack remembers
      const connections = Array.from({ length: each }, (_, index) => drawConnection(random, 10_000 + ((at * each + index) % 20_000)));
      child.stdin.write(`${JSON.stringify({ load: rules.load, connections })}\n`);
      const { refused, answers = [] } = await next();
      if (refused !== undefined) throw new Error(`${refused}\n${rules.v4}`);
      compare({ at, style, rules, around, connections, answers });
    }
  } finally {
    child.stdin.end();
    await new Promise((resolve) => child.once('close', resolve));
  }
  return counts;

  async function next(): Promise<Reply> {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('rooms.py has ended');
    return JSON.parse(value) as Reply;
  }

  interface Round {
    readonly at: number;
    readonly style: Style;
    readonly rules: RouterRules;
    readonly around: HostDescription;
    readonly connections: readonly Connection[];
    readonly answers: readonly Seen[];
  }

  function compare({ at, style, rules, around, connections, answers }: Round): void {
    const parsed = {
      v4: parse(rules.v4, { family: 4 }),
      v6: parse(rules.v6, { family: 6 }),
    };
    const reported = new Set<string>();
    for (const [index, one] of connections.entries()) {
      const family = one.dst.includes(':') ? 'v6' : 'v4';
      const seen = answers[index] ?? {};
      const their = theirEnd(seen);
      const ours = ourEnd(parsed[family], around, one);
      counts.compared++;
      if (family === 'v6') counts.v6++;
      if (their.startsWith('answered')) counts.answered++;
      else counts[their as 'error' | 'connected' | 'silent']++;
      if (seen.answered?.at !== undefined && seen.answered.at.join(':') !== `${one.dst}:${one.dport}`) counts.elsewhere++;
      if (ours === 'undecided') counts.undecided++;
      else if (ours === 'not answered' ? their.startsWith('answered') : ours !== their) {
        counts.failed++;
        const text = `${style} ${JSON.stringify(one)}: kernel ${their} ${seen.error ?? ''}, simulator ${ours}`;
        print(reported.size === 0 ? `ruleset ${at}\n${rules[family]}${text}` : text);
        reported.add(text);
      }
    }
  }
}

function drawConnection(random: Random, sport: number): Connection {
  const six = random.below(2);
  const from = random.chance(0.75) ? 'client' : 'router';
  const proto = random.weighted([
    [4, 'tcp'],
    [3, 'udp'],
    [1, 'icmp'],
  ] as const);
  const [src, dst] = [(from === 'client' ? CLIENT : ROUTER)[six] as string, random.pick(TO)[six] as string];
  return {
    from,
    proto,
    src,
    sport,
    dst,
    dport: random.weighted([
      [5, 80],
      [3, 8080],
      [1, 81],
      [1, 3128],
    ] as const),
  };
}

function theirEnd({ answered, error, connected }: Seen): string {
  if (answered?.at !== undefined) return `answered at ${answered.at.join(':')} which saw ${answered.saw?.join(':')}`;
  if (answered) return 'answered';
  return connected ? 'connected' : error === undefined ? 'silent' : 'error';
}

function ourEnd(rules: ReturnType<typeof parse>, around: HostDescription, one: Connection): string {
  const six = one.dst.includes(':');
  const place = one.from === 'client' ? ({ dir: 'in', iif: 'r0' } as const) : ({ dir: 'out', uid: 0, gid: 0 } as const);
  const proto = one.proto === 'icmp' && six ? 'icmpv6' : one.proto;
  const ports = one.proto === 'icmp' ? {} : { sport: one.sport, dport: one.dport };
  const { legs } = trace(rules, { ...place, proto, src: one.src, dst: one.dst, ...ports }, { same: false, host: around });
  const [leg] = legs;
  if (leg === undefined || leg.fate.kind === 'undecided') return 'undecided';
  const { fate, after, connection } = leg;
  if (fate.kind === 'rejected') return 'error';
  if (fate.kind === 'dropped') return 'silent';
  if (fate.kind === 'lost') return 'not answered';
  const served = one.proto === 'icmp' || fate.kind === 'delivered' || SERVED.test(`${after.dst}:${after.dport}`);
  // what another host says of its closed port is not asked
  if (!served || connection?.completes === false) return 'not answered';
  if (connection === undefined || connection.completes === null) return 'undecided';
  return one.proto === 'icmp' ? 'answered' : `answered at ${after.dst}:${after.dport} which saw ${after.src}:${after.sport}`;
}
