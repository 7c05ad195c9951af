/** What the README shows is what prints today. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chainwalk } from './cli/memoryIo.ts';

const ROOT = new URL('../', import.meta.url);
const README = readFileSync(new URL('README.md', ROOT), 'utf8');
/** Fenced blocks that start with a command. */
const SHOWN = [...README.matchAll(/^```\n\$ chainwalk (.+)\n([\s\S]*?)\n```$/gm)].map(([, line, output]) => ({
  line: line ?? '',
  output: output ?? '',
}));

function argumentsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

describe('the README', () => {
  it('shows commands and their output', () => expect(SHOWN.length).toBeGreaterThanOrEqual(2));

  it.each(SHOWN)('chainwalk $line', async ({ line, output }) => {
    const argv = argumentsOf(line);
    // whatever it reads, as named from the top of the repository
    const files = new Proxy<Record<string, string>>(
      {},
      {
        get: (_, path) => {
          const url = new URL(String(path), ROOT);
          return existsSync(url) ? readFileSync(url, 'utf8') : undefined;
        },
      },
    );
    const { out } = await chainwalk(argv, { files });
    expect(out.trimEnd()).toBe(output);
  });

  it('shows library code that does what its comment says', async () => {
    const { parse, trace } = await import('../src/api/library/index.ts');
    const text = readFileSync(new URL('fixtures/istio-sidecar.rules', ROOT), 'utf8');
    const [ruleset] = parse(text, { file: 'pod.rules' }).rulesets;
    expect(ruleset && trace(ruleset, 'out tcp -> 10.0.0.9:443 uid=1000').outcome).toBe('captured-out');
  });
});
