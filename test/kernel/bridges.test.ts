/** What the kernel and the simulator say of packets between two ports of a bridge, with br_netfilter on and off, where FORWARD drops all. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/simulate/simulate.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { kernelHere } from './kernelHere.ts';

const SCRIPT = fileURLToPath(new URL('hosts/bridged.py', import.meta.url));
/** It is there when the module is loaded. */
const HAS_FILTER = existsSync('/proc/sys/net/bridge/bridge-nf-call-iptables');

interface Bridged {
  readonly family: 4 | 6;
  /** what the sysctl says */
  readonly calls: 0 | 1;
  readonly passes: boolean;
}

function simulated({ family, calls }: Bridged): boolean {
  const host = hostOf({
    interfaces: [
      { name: 'br0', addresses: ['10.1.0.1/24', 'fd00:1::1/64'], type: 'bridge' },
      { name: 'port0', addresses: [], master: 'br0' },
      { name: 'port1', addresses: [], master: 'br0' },
    ],
    sysctls: {
      'net.ipv4.ip_forward': '1',
      'net.ipv6.conf.all.forwarding': '1',
      [`net.bridge.bridge-nf-call-ip${family === 6 ? '6' : ''}tables`]: String(calls),
    },
  });
  const ends = family === 4 ? '10.1.0.7:40000 -> 10.1.0.9:80' : '[fd00:1::7]:40000 -> [fd00:1::9]:80';
  const packet = packetOf(`in udp ${ends} iif=br0`, host);
  const ruleset = rulesetOf('*filter\n:INPUT ACCEPT\n:FORWARD DROP\n:OUTPUT ACCEPT\nCOMMIT\n', { family });
  return simulate({ ruleset, packet, host }).walks.every(({ fate }) => fate.kind === 'forwarded' && fate.bridged === true);
}

describe.runIf(kernelHere() && HAS_FILTER)('kernel and simulator, of a bridge', () => {
  it.each(['legacy', 'nft'])('agree which packets meet the rules of FORWARD (%s)', { timeout: 60_000 }, (backend) => {
    const found = JSON.parse(execFileSync('python3', [SCRIPT, backend], { encoding: 'utf8' })) as readonly Bridged[];
    expect(found.map(({ family, calls, passes }) => `${family} ${calls} ${passes}`)).toEqual([
      '4 0 true',
      '4 1 false',
      '4 0 true',
      '6 0 true',
      '6 1 false',
      '6 0 true',
    ]);
    expect(found.map(simulated)).toEqual(found.map(({ passes }) => passes));
  });
});
