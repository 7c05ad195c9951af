/** Commands on loaded rules: the kernel refuses what `diff --apply` refuses, and is left with the rules that it compares. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { print } from '../../src/ruleset/print.ts';
import { readRules } from '../../src/ruleset/readRules.ts';
import { isError } from '../../src/syntax/text/diagnostic.ts';
import { plain } from './iptables.ts';
import { kernelHere } from './kernelHere.ts';

const BASE = `*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:web - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -j web
-A web -p tcp -m multiport --dports 80,443 -j ACCEPT
COMMIT
`;

const COMMANDS = [
  'iptables -I INPUT 1 -p tcp --dport 22 -j ACCEPT',
  'iptables -A INPUT -p udp --dport 53 -j DROP',
  'iptables -w -I INPUT 4 -j LOG',
  'iptables -I INPUT 5 -j LOG',
  'iptables -I INPUT 0 -j LOG',
  'iptables -D INPUT -s 10.0.0.0/8 -p tcp --dport ssh -j ACCEPT',
  'iptables -D INPUT -s 10.0.0.0/8 -p tcp --dport 23 -j ACCEPT',
  'iptables -D INPUT 3',
  'iptables -D INPUT 4',
  'iptables -R INPUT 2 -p icmp -j ACCEPT',
  'iptables -R INPUT 4 -p icmp -j ACCEPT',
  'iptables -P FORWARD DROP',
  'iptables -P web DROP',
  'iptables -N new',
  'iptables -N web',
  'iptables -X web',
  'iptables -F web',
  'iptables -X gone',
  'iptables -F gone',
  'iptables -A gone -j ACCEPT',
  'iptables -A INPUT -j gone',
  'iptables -E web site',
  'iptables -E gone site',
  'iptables -A INPUT --dport 22 -j ACCEPT',
  'iptables -A INPUT -s 10.0.0.1,10.0.0.2 -j ACCEPT',
  'iptables -A INPUT -p tcp -j REDIRECT',
  'iptables -N new && iptables -A new -j RETURN && iptables -I web -j new',
  'iptables -A web -j INPUT',
  'iptables -F',
];

describe.runIf(kernelHere())('commands on loaded rules', () => {
  test.each(COMMANDS)('%s', (command) => {
    const input = `iptables-nft-restore <<'E'\n${BASE}E\niptables() { iptables-nft "$@"; }\n(${command}) >&2\necho "status $?"\niptables-nft-save -t filter\n`;
    const { stdout } = spawnSync('unshare', ['-n', 'bash'], { input, encoding: 'utf8' });
    const [, status, saved = ''] = /^status (\d+)\n([\s\S]*)$/.exec(stdout) ?? [];
    const { rulesets, diagnostics } = readRules({ file: 'base', text: BASE }, { applied: { file: '--apply', text: command } });
    const wrong = diagnostics.filter(isError);
    expect([wrong.length === 0, wrong.map(({ source }) => source.file)]).toEqual([status === '0', wrong.map(() => '--apply')]);
    const [ruleset] = rulesets;
    if (status === '0') expect(ruleset && plain(print(ruleset)).replace(/^\*nat[\s\S]*/m, '')).toBe(plain(saved));
  });
});
