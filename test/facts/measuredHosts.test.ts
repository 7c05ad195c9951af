/** Hosts and packets that were measured elsewhere, each with what the kernel did, where they are at hand: the simulator says the same. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readHost } from '../../src/host/readHost.ts';
import { formatAddress } from '../../src/packet/address.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Walk } from '../../src/simulate/trace.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

const CASES = new URL('../../../shared/cases/fidelity/', import.meta.url);
/** Their hosts were set up with more than the file says: a rule taken away, the other end or scope of an address, what is deprecated, down
 *  or on a bridge. test/kernel/hosts/hostCases.ts and test/host/bridge.test.ts have these facts with all that they need. */
const UNSAID = /^(?:03|10|11|13|14|16)-/;
const names = existsSync(CASES)
  ? readdirSync(CASES).filter((name) => !UNSAID.test(name) && existsSync(new URL(`${name}/host.json`, CASES)))
  : [];
const text = (name: string, file: string) => readFileSync(new URL(`${name}/${file}`, CASES), 'utf8');

/** `forwarded  10.244.0.9:40000>10.244.0.5:80 oif=net1` */
function endOf({ fate, after }: Walk): string {
  const flow = `${formatAddress(after.src)}:${after.sport}>${formatAddress(after.dst)}:${after.dport}`;
  if (fate.kind === 'delivered') return `local ${flow}`;
  return fate.kind === 'sent' || fate.kind === 'forwarded' ? `${fate.kind} ${flow} ${fate.oif}` : fate.kind;
}

function measured(name: string): readonly (readonly [packet: string, end: string])[] {
  const found = text(name, 'kernel.txt').matchAll(/^((?:in|out) .+)\n {2}kernel: (\w+) +(?:IP_\w+ )?(\S+) oif=(\S+)/gm);
  return [...found].map(([, packet = '', kind = '', flow = '', oif = '']) => [
    packet,
    kind === 'lost' ? 'lost' : `${kind} ${flow}${kind === 'local' ? '' : ` ${oif}`}`,
  ]);
}

describe.runIf(names.length > 0)('measured hosts', () => {
  it.each(names)('%s', (name) => {
    const { host, problems } = readHost(JSON.parse(text(name, 'host.json')));
    expect(problems).toEqual([]);
    if (host === undefined) return;
    const sends = measured(name);
    expect(sends.length).toBeGreaterThan(0);
    for (const [packet, end] of sends) {
      const port = /:(\d+)>/.exec(end)?.[1];
      const asked = packetOf(packet.startsWith('out ') && port !== undefined ? `${packet} sport=${port}` : packet, host);
      const { walks } = simulate({ ruleset: rulesetOf(text(name, 'rules'), { family: asked.family }), packet: asked, host });
      expect(walks.map(endOf), packet).toContain(end);
    }
  });
});
