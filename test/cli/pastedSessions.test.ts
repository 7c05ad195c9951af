/** What a terminal leaves around rules, and what programs say instead of them. */
import { describe, expect, it, test } from 'vitest';
import { parseRules } from '../../src/syntax/document/parse.ts';
import { chainwalk } from './memoryIo.ts';

const LISTED = '-P OUTPUT ACCEPT\n-N ISTIO_OUTPUT\n-A OUTPUT -p tcp -j ISTIO_OUTPUT\n-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN\n';
const check = (text: string) => chainwalk(['check', 'p.rules', '--table', 'nat'], { files: { 'p.rules': text } });

describe('what comes after pasted rules', () => {
  const ENDS = [
    'root@web-0:/# ',
    '$ ',
    'bash-5.1# ',
    'sh-4.4$',
    'istio-proxy@web-0:/$ exit',
    '[root@node1 ~]# exit',
    'logout',
    'exit',
    '/ # ',
    '~ # exit',
  ];
  it.each([...ENDS, 'node1:~ # ', 'me@host ~ % ', 'root@web-0:/# exit\nexit', '^C'])('%s', async (end) => {
    const { out, err, code } = await check(`${LISTED}${end}\n`);
    expect([code, out]).toEqual([0, 'ok: p.rules: 2 IPv4 rules in nat\n']);
    expect(err).toContain('marks and lines around the rules are passed over');
    // the line as it was pasted
    expect(err).toContain(`| ${end.split('\n')[0]}\n`);
  });

  test('after calls, and `exit` of a script is no mark', async () => {
    const calls = 'iptables -t nat -N A\niptables -t nat -A A -p tcp -j RETURN\n';
    expect(await check(`${calls}root@web-0:/# \n`)).toMatchObject({ code: 0, out: expect.stringContaining('1 IPv4 rule') });
    expect((await check(`#!/bin/sh\n${calls}exit 0\n`)).err).toBe('');
    expect((await check(`${calls}exit\n`)).err).toBe('');
  });
});

describe('an error message that was saved as the dump', () => {
  it.each([
    ['iptables-save v1.8.7 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)', 'root'],
    ["iptables v1.8.9 (legacy): can't initialize iptables table `nat': Permission denied (you must be root)", 'root'],
    ['Error from server (NotFound): pods "web-9" not found', 'get pods'],
    ['pods "web-9" not found', 'get pods'],
    [
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "iptables-save": executable file not found in $PATH',
      '-c',
    ],
    ['error: unable to upgrade connection: container not found ("istio-proxy")', 'describe pod'],
    ['bash: iptables-save: command not found', 'not installed'],
    ['sh: 1: iptables-save: not found', 'not installed'],
    ['Error from server (Forbidden): pods "web-0" is forbidden: User "x" cannot create resource "pods/exec"', 'auth can-i'],
    ['Unable to connect to the server: dial tcp 10.0.0.1:6443: i/o timeout', 'current-context'],
    ['command terminated with exit code 126', 'once it works'],
  ])('%s', async (text, help) => {
    for (const before of ['', 'Defaulted container "app" out of: app, istio-proxy\n']) {
      const { err, code } = await chainwalk(['verify', 'p.rules'], { files: { 'p.rules': `${before}${text}\n` } });
      expect(code).toBe(2);
      expect(err).toContain('this is an error message, not rules');
      expect(err.replaceAll(/\s+/g, ' ')).toContain(help);
      expect(err.match(/error: /g)?.length).toBeLessThanOrEqual(2);
    }
  });

  test('beside rules is no reason to refuse them', () => {
    const text = `error: x\n*nat\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n`;
    expect(parseRules({ file: 'f', text }).diagnostics.map(({ message }) => message)).not.toContain('this is an error message, not rules');
  });
});
