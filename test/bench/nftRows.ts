/** Large maps and sets of nftables: read beside nft itself, and one packet and all packets through them beside the reading. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubeProxyNft } from '../../fixtures/source/kubeProxy/nft.ts';
import { manyServices, NODES } from '../../fixtures/source/kubeProxy/services.ts';
import type { Job } from './measure.ts';

export interface BenchRow {
  readonly work: string;
  readonly own: Job;
  readonly against: { readonly name: string; readonly job: Job; readonly target: string; readonly runs: number };
}

interface Making {
  readonly folder: string;
  readonly node: (...args: readonly string[]) => Job;
  /** nft may be asked in a network namespace of its own */
  readonly hasNft: boolean;
}

/** nft tells the kernel of every rule of kube-proxy, which takes minutes for 10,000 services: there it is no yardstick. */
export function nftRows({ folder, node, hasNft }: Making): readonly BenchRow[] {
  const [map, set, small, large] = (
    [
      ['map', verdictMap(100_000)],
      ['set', intervalSet(100_000)],
      ['services-1000', kubeProxyNft(NODES[4], manyServices({ family: 4, services: 1000, endpoints: 2 }))],
      ['services-10000', kubeProxyNft(NODES[4], manyServices({ family: 4, services: 10_000, endpoints: 2 }))],
    ] as const
  ).map(([name, text]) => {
    const file = join(folder, `${name}.nft`);
    writeFileSync(file, text);
    return file;
  }) as [string, string, string, string];
  const read = (what: string, file: string, runs: number): BenchRow => {
    const job = { command: ['unshare', '-n', 'nft', '-c', '-f', file] };
    return { work: `parse and resolve ${what}`, own: node('check', file), against: { name: 'nft -c -f', job, target: '<= 2 x', runs } };
  };
  const reading = { name: 'chainwalk check', job: node('check', large), runs: 3 };
  const packet = 'in tcp 192.0.2.1:40000 -> 10.96.1.5:80';
  return [
    ...(hasNft
      ? [
          read('a verdict map of 100,000 elements', map, 5),
          read('a set of 100,000 intervals', set, 5),
          read('kube-proxy in nft, 1,000 services', small, 5),
        ]
      : []),
    {
      work: 'trace a packet, map of 100,000 elements',
      own: node('trace', map, packet),
      against: { name: 'chainwalk check', job: node('check', map), target: '<= 2 x', runs: 3 },
    },
    {
      work: 'verify, map of 100,000 elements',
      own: node('verify', map),
      against: { name: 'chainwalk check', job: node('check', map), target: '<= 5 s, 400 MB', runs: 3 },
    },
    {
      work: 'trace a packet, kube-proxy in nft, 10,000 services',
      own: node('trace', large, packet),
      against: { ...reading, target: '<= 2 x' },
    },
    { work: 'verify, kube-proxy in nft, 10,000 services', own: node('verify', large), against: { ...reading, target: '<= 5 s, 400 MB' } },
  ];
}

function address(number: number): string {
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}

function verdictMap(elements: number): string {
  const chains = Array.from({ length: 100 }, (_, at) => `chain c${at} {\n${at % 2 === 0 ? 'drop' : 'accept'}\n}`);
  const all = Array.from({ length: elements }, (_, at) => `${address(at)} . tcp . ${1024 + (at % 50_000)} : goto c${at % 100}`);
  return table(
    `map m {\ntype ipv4_addr . inet_proto . inet_service : verdict\nelements = { ${all.join(',\n')} }\n}`,
    ...chains,
    'ip daddr . meta l4proto . th dport vmap @m',
  );
}

function intervalSet(elements: number): string {
  const all = Array.from({ length: elements }, (_, at) => `${address(8 * at)}-${address(8 * at + 1 + (at % 5))}`);
  return table(`set s {\ntype ipv4_addr\nflags interval\nelements = { ${all.join(',\n')} }\n}`, 'ip saddr @s drop');
}

function table(...parts: readonly string[]): string {
  const [rule = '', ...before] = parts.toReversed();
  const input = `chain input {\ntype filter hook input priority filter; policy accept;\n${rule}\n}`;
  return `table ip bench {\n${[...before.toReversed(), input].join('\n')}\n}\n`;
}
