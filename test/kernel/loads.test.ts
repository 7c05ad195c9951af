/** The rulesets of test/ruleset/loads.ts through both backends of the real iptables. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { LOAD_CASES, TRACKING } from '../ruleset/loads.ts';
import { BACKENDS, type Backend, loadAll } from './iptables.ts';
import { kernelHere } from './kernelHere.ts';

/** Sends one UDP packet over lo; a rule in nat OUTPUT counts it only if that table is consulted. */
function natIsConsulted(backend: Backend, table: string, rule: string): boolean {
  const tool = `iptables-${backend}`;
  const script = [
    'ip link set lo up',
    `printf '*nat\\n-A OUTPUT -j MARK --set-mark 1\\nCOMMIT\\n' | ${tool}-restore`,
    `printf '*${table}\\n-N U\\n-A U ${rule}\\nCOMMIT\\n' | ${tool}-restore -n`,
    'echo x > /dev/udp/127.0.0.1/9',
    `${tool}-save -c -t nat`,
  ].join('\n');
  const { stdout } = spawnSync('unshare', ['-n', 'bash', '-e'], { input: script, encoding: 'utf8' });
  const count = /^\[(\d+):\d+\] -A OUTPUT -j MARK/m.exec(stdout)?.[1];
  if (count === undefined) throw new Error(`${tool} did not load ${rule}`);
  return count !== '0';
}

describe.runIf(kernelHere()).each(BACKENDS)('iptables-%s', (backend) => {
  test.each(LOAD_CASES)('$name', ({ text, loads }) => {
    const [answer] = loadAll([{ family: 4, backend, text }]);
    expect(answer?.loads).toBe(loads === 'both' || loads === backend);
  });
  test.each(TRACKING)('%s: `%s` turns conntrack on: %s', (table, rule, tracks) => {
    expect(natIsConsulted(backend, table, rule)).toBe(tracks);
  });
});
