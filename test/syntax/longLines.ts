/** Reads lines of megabytes in every form in which a text may have them, and prints what is thrown. To be run without optimised regular expressions,
 *  as they are compiled in a process that has many of them: then each character that a pattern takes may cost stack.
 *  usage: longLines.ts [FORM,... [NUMBER,... [SIZE]]]; all forms take minutes */
import { parseRules } from '../../src/syntax/document/parse.ts';
import { parsePacket } from '../../src/syntax/packets/parsePacket.ts';

const SIZE = Number(process.argv[4] ?? 10_000_000);
const LONG: readonly string[] = [
  '-s 10.0.0.1 '.repeat(SIZE / 12),
  `--comment "${'x'.repeat(SIZE)}"`,
  `--comment '${'x'.repeat(SIZE)}'`,
  `--comment "${'\\"'.repeat(SIZE / 2)}"`,
  `--comment "${'\\"'.repeat(SIZE / 2)}`,
  ' '.repeat(SIZE),
  'x'.repeat(SIZE),
  '\\ '.repeat(SIZE / 2),
  '-'.repeat(SIZE),
  `\`${'x'.repeat(SIZE)}\``,
  `$(${'x'.repeat(SIZE)})`,
  `\${A:-${'x'.repeat(SIZE)}}`,
  `$((${'1'.repeat(SIZE)}))`,
  `“${'x'.repeat(SIZE)}”`,
  '1,'.repeat(SIZE / 2),
];
const FORMS: readonly (readonly [name: string, text: (long: string) => string])[] = [
  ['dump', (long) => `*filter\n-A INPUT ${long}\n-A INPUT -j A\nCOMMIT\n`],
  ['iptables -S', (long) => `-P INPUT ACCEPT\n-A INPUT ${long}\n`],
  ['command', (long) => `iptables -A INPUT ${long}`],
  ['script', (long) => `#!/bin/sh\nA=${long}\nif true; then iptables -A INPUT -m comment ${long}; fi\necho ${long} > x\n`],
  ['here-document', (long) => `iptables-restore <<E\n*filter\n-A INPUT ${long}\nCOMMIT\nE\n`],
  ['log', (long) => `2026-01-01T00:00:00Z info Running command: iptables -A INPUT ${long}\n`],
  ['trace', (long) => `+ iptables -t nat -A INPUT ${long}\n`],
  ['Markdown', (long) => `text ${long}\n\`\`\`\n*filter\n-A INPUT ${long}\nCOMMIT\n\`\`\`\n`],
  ['numbered', (long) => `1  *filter\n2  -A INPUT ${long}\n3  COMMIT\n`],
  ['quoted', (long) => `> *filter\n> -A INPUT ${long}\n> COMMIT\n`],
  ['address', (long) => `2: eth0: <UP> mtu 1500\n    inet 10.0.0.1/24 ${long}\n*filter\n-A INPUT -j DROP\nCOMMIT\n`],
  ['ip', (long) => `ip route add ${long}\niptables -A INPUT -j DROP\n`],
  ['nothing', (long) => long],
];
const [forms = '', longs = ''] = process.argv.slice(2);
const wanted = (list: string, item: string): boolean => list === '' || list.split(',').includes(item);

function read(name: string, long: string, parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    const at = error instanceof Error ? (error.stack ?? '').split('\n').slice(0, 4).join(' ') : String(error);
    process.stdout.write(`${name}, ${long.slice(0, 16)}...: ${at}\n`);
  }
}

for (const [at, long] of LONG.entries()) {
  if (!wanted(longs, String(at))) continue;
  for (const [name, text] of FORMS) if (wanted(forms, name)) read(name, long, () => parseRules({ file: 'long', text: text(long) }));
  if (wanted(forms, 'packet')) read('packet', long, () => parsePacket({ file: 'packet', text: `out tcp -> ${long}` }));
}
process.stdout.write('done\n');
