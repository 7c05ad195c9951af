/** A container without iptables: the ephemeral one that is asked in its place. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answersIn, SCRIPT } from '../../src/cli/kubectl/questions.ts';
import { cluster, GET, IP_ADDRESS, NO_PROGRAM, NO_RULES, NOT_ROOT, OUT, pod, SIDECAR, script } from './kubectlCluster.ts';

describe('an ephemeral container', { timeout: 60_000 }, () => {
  it('a distroless container: the reason, and what would help', async () => {
    const distroless = pod({ containers: [{ name: 'app' }, { name: 'side' }] });
    const { code, out, err, calls } = await cluster({ ...GET, out: distroless }, { when: '*" -- iptables-save"', ...NO_PROGRAM }).plugin([
      'web-0',
    ]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(
      /^chainwalk: error: container app of web-0 has no iptables-save\nhelp: `kubectl chainwalk web-0 --debug-image nicolaka\/netshoot` adds .* Or -c side\n$/,
    );
    expect(calls).toHaveLength(2);
  });

  it('--debug-image: an ephemeral container with a name that was never used tells everything at once', async () => {
    const used = pod({ containers: [{ name: 'app' }], ephemeralContainers: [{ name: 'chainwalk-1' }, { name: 'debugger' }] });
    const kubectl = cluster(
      { ...GET, out: used },
      { when: '*" -- iptables-save"', ...NOT_ROOT },
      {
        when: '*"debug web-0"*',
        out: script({ 'iptables-save': SIDECAR, 'ip6tables-save': NO_RULES, 'ip -json address': JSON.stringify(IP_ADDRESS) }),
      },
    );
    const { code, out, err, calls } = await kubectl.plugin(['web-0', '--debug-image', 'an image', 'trace', OUT, '--brief']);
    expect([code, out.slice(0, 12)]).toEqual([0, 'captured-out']);
    expect(err).toContain(
      'note: queried the ephemeral container chainwalk-2, which stays until the pod ends: the nft backend holds the rules, legacy was not queried\n',
    );
    expect(err).toContain('note: `ip` showed no policy rules: those of an ordinary pod are assumed\n');
    const call = calls.find((words) => words[0] === 'debug') ?? [];
    expect(call.slice(0, -1)).toEqual([
      'debug',
      'web-0',
      '--image=an image',
      '--profile=netadmin',
      '--container=chainwalk-2',
      '--attach',
      '--quiet',
      '--',
      'sh',
      '-c',
    ]);
  });

  it('what an attached container said too early is in its log', async () => {
    const whole = script({ 'iptables-save': SIDECAR });
    const kubectl = cluster(
      GET,
      { when: '*" -- iptables-save"', ...NO_PROGRAM },
      { when: '*"debug web-0"*', out: whole.slice(500) },
      { when: '"logs web-0 --container=chainwalk-1"', out: whole },
    );
    expect((await kubectl.plugin(['web-0', '--debug-image=x', 'trace', OUT, '--brief'])).out).toMatch(/^captured-out/);
  });

  it('an ephemeral container that never answers, or is not allowed', async () => {
    const silent = cluster(GET, { when: '*" -- iptables-save"', ...NO_PROGRAM }, { when: '*"debug web-0"*|logs*', out: '' });
    expect((await silent.plugin(['web-0', '--debug-image=x'])).err).toContain(
      'the ephemeral container chainwalk-1 has not answered\nhelp: the image needs sh and iptables',
    );
    silent.remove();
    const forbidden = {
      when: '*"debug web-0"*',
      err: 'Error from server (Forbidden): pods "web-0" is forbidden: violates PodSecurity "restricted:latest"\n',
      code: 1,
    };
    const denied = cluster(GET, { when: '*" -- iptables-save"', ...NO_PROGRAM }, forbidden);
    const { code, err } = await denied.plugin(['web-0', '--debug-image=x']);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('kubectl debug of web-0: Error from server (Forbidden): pods "web-0" is forbidden: violates PodSecurity'),
    ]);
  });

  it('the script of the ephemeral container is one that sh runs', () => {
    const kubectl = cluster();
    const programs = { 'iptables-save': "printf 'one\\ntwo\\n'", ip: "printf '[]'", 'ip6tables-save': 'echo nothing; exit 4' };
    for (const [name, does] of Object.entries(programs)) writeFileSync(join(kubectl.folder, name), `#!/bin/sh\n${does}\n`, { mode: 0o755 });
    const { stdout, status } = spawnSync('/bin/sh', ['-c', SCRIPT], { env: { PATH: kubectl.folder }, encoding: 'utf8' });
    expect(status).toBe(0);
    const told = answersIn(stdout);
    expect(told?.get('iptables-save')).toBe('one\ntwo\n');
    expect(told?.get('ip -json address')).toBe('[]');
    expect([told?.has('ip6tables-save'), told?.has('iptables-nft-save')]).toEqual([false, false]);
    expect([answersIn(stdout.slice(40)), answersIn(stdout.slice(0, -10))]).toEqual([undefined, undefined]);
  });
});
