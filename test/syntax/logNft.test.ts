/** Tables of nft behind what collectors of logs put before lines: the same ruleset, at the places of the log. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRules } from '../../src/syntax/document/parse.ts';
import { printNft } from '../../src/syntax/nft/printNft.ts';

const LISTINGS = ['istio-sidecar', 'firewalld', 'docker'].map((name) =>
  readFileSync(new URL(`../../fixtures/nft/${name}.nft`, import.meta.url), 'utf8'),
);

/** What a collector makes of lines. */
const COLLECTORS: Readonly<Record<string, (line: string, at: number) => string>> = {
  times: (line, at) => `2026-11-28T10:00:${String(at % 60).padStart(2, '0')}.123456789Z ${line}`,
  'kubectl logs --prefix': (line) => `[pod/web-0/istio-init] ${line}`,
  stern: (line) => `web-0 istio-init ${line}`,
  kail: (line) => `default/web-0[istio-init]: ${line}`,
  'docker compose': (line) => `router  | ${line}`,
  'containers of a node': (line, at) => `2026-11-28T10:00:${String(at % 60).padStart(2, '0')}.1Z stdout F ${line}`,
  journald: (line) => `Nov 28 10:00:00 node-1 dump[17]: ${line}`,
  JSON: (line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: '2026-11-28T10:00:00Z' }),
};

const bare = (text: string) => text.split('\n').filter((line) => !line.startsWith('#'));
const wrapped = (lines: readonly string[], ...names: readonly string[]) =>
  names.reduceRight((all, name) => all.map((line, at) => COLLECTORS[name]?.(line, at) ?? line), lines).join('\n');

function read(text: string, pod?: string) {
  const { nft, diagnostics } = parseRules({ file: 'a.log', text }, pod === undefined ? {} : { pod });
  return {
    printed: nft === undefined ? undefined : printNft(nft),
    nft,
    said: diagnostics.map(({ kind, message }) => `${kind} ${message}`),
  };
}

describe('tables of nft in a log', () => {
  it('are those of the listing, whatever a collector puts before its lines', () => {
    const seen = new Map<string, number>();
    const asked = fc.record({
      listing: fc.constantFrom(...LISTINGS),
      names: fc.uniqueArray(fc.constantFrom(...Object.keys(COLLECTORS)), { minLength: 1, maxLength: 2 }),
      noise: fc.boolean(),
    });
    const property = fc.property(asked, ({ listing, names, noise }) => {
      // times stand before names, and names only once
      const [first = '', second] = names;
      const layers = second === undefined || !['times', 'JSON'].includes(first) || second === 'JSON' ? [first] : [first, second];
      const around = noise ? ['waiting for the proxy', ...bare(listing), 'done'] : bare(listing);
      const { printed, said } = read(wrapped(around, ...layers));
      expect([layers, printed]).toEqual([layers, read(listing).printed]);
      expect(said).toHaveLength(1);
      expect(said[0]).toMatch(/^warning these tables are read without what stands before their lines/);
      for (const name of layers) seen.set(name, (seen.get(name) ?? 0) + 1);
    });
    fc.assert(property, { numRuns: 120, seed: 20_261_201 });
    for (const name of Object.keys(COLLECTORS)) expect([name, (seen.get(name) ?? 0) > 2]).toEqual([name, true]);
  });

  const TABLE = ['table inet t {', '\tchain c {', '\t\ttcp dport 22 accept', '\t}', '}'];

  it('have the lines of the log, and errors stand at their places', () => {
    const log = wrapped(['hello', ...TABLE], 'times');
    const rule = read(log).nft?.tables[0]?.chains[0]?.rules[0];
    expect([rule?.line, log.slice(rule?.start, rule?.end)]).toEqual([4, 'tcp dport 22 accept']);
    const wrong = log.replace('dport 22', 'dport twenty two');
    const { diagnostics } = parseRules({ file: 'a.log', text: wrong });
    const [error] = diagnostics.filter(({ kind }) => kind !== 'warning');
    expect(wrong.slice(error?.span.start).startsWith('t')).toBe(true);
    expect(wrong.slice(0, error?.span.start).split('\n')).toHaveLength(4);
  });

  it('of several pods that differ are asked for by name; equal ones are one', () => {
    const other = TABLE.map((line) => line.replace('22', '23'));
    const of = (pod: string, lines: readonly string[]) => lines.map((line) => `[pod/${pod}/init] ${line}`);
    const log = [...of('a', TABLE), ...of('b', other)].join('\n');
    expect(read(log)).toMatchObject({ nft: undefined, said: ['malformed this log has the tables of 2 pods: `a/init`, `b/init`'] });
    expect(read(log, 'b').printed).toContain('tcp dport 23');
    expect(read(log, 'c').said).toEqual(['malformed this log has no tables of pod `c`']);
    expect(read([...of('a', TABLE), ...of('b', TABLE)].join('\n')).printed).toContain('tcp dport 22');
  });

  it('that are printed twice are read once, as they were last', () => {
    const later = TABLE.map((line) => line.replace('22', '443'));
    const { printed, said } = read(wrapped([...TABLE, ...later], 'times'));
    expect(printed?.match(/dport/g)).toHaveLength(1);
    expect(printed).toContain('443');
    expect(said[0]).toContain('of a table that is there more than once the last is read');
  });

  it('that break off are an error', () => {
    expect(read(wrapped(TABLE.slice(0, 3), 'times')).said.some((one) => one.startsWith('malformed'))).toBe(true);
  });
});
