/** The walks over numbered chains beside what the words say: which chains lead to which, by name. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOOKS } from '../../src/netfilter/hooks.ts';
import { type CallGraph, callGraph, closingJumps, hooksOf, jumpsTooDeep, MOST_NESTED, reachingHooks } from '../../src/ruleset/reach.ts';
import type { Backend } from '../../src/syntax/text/diagnostic.ts';

interface Named {
  readonly name: string;
  readonly to: readonly string[];
  readonly end: number;
}

const BACKENDS: readonly Backend[] = ['nft', 'legacy'];
const NAMES = ['PREROUTING', 'OUTPUT', ...Array.from({ length: 20 }, (_, at) => `c${at}`)];

/** `stranger` is no chain of the table. */
const tables = fc
  .array(fc.record({ to: fc.array(fc.constantFrom(...NAMES, 'stranger'), { maxLength: 3 }), end: fc.constantFrom(0, 1, 2, Infinity) }), {
    minLength: NAMES.length,
    maxLength: NAMES.length,
  })
  .chain((chains) =>
    // forward alone: no loops, and long ways
    fc.boolean().map((forward) =>
      chains.map(({ to, end }, at): Named => {
        const kept = forward ? [...to.filter((one) => NAMES.indexOf(one) > at || one === 'stranger'), ...NAMES.slice(at + 1, at + 2)] : to;
        return { name: NAMES[at] as string, to: kept, end };
      }),
    ),
  );

function graphOf(chains: readonly Named[]): CallGraph {
  return callGraph({
    roots: HOOKS.map((hook) => ({ chain: hook, hook })),
    chains: new Map(
      chains.map(({ name, to, end }) => [name, { end, jumps: to.map((one, at) => ({ to: one, at, span: { start: at, end: at } })) }]),
    ),
  });
}

function nextOf(chains: readonly Named[], name: string, backend: Backend): readonly string[] {
  const chain = chains.find((one) => one.name === name);
  return (chain?.to ?? []).filter((_, at) => backend === 'nft' || at < (chain?.end ?? 0));
}

function reachedFrom(chains: readonly Named[], from: readonly string[], backend: Backend): ReadonlySet<string> {
  const found = new Set(from);
  for (const name of found) for (const next of nextOf(chains, name, backend)) found.add(next);
  return found;
}

it('finds the hooks that reach a chain', () => {
  fc.assert(
    fc.property(tables, fc.constantFrom(...BACKENDS), (chains, backend) => {
      const graph = graphOf(chains);
      const reached = reachingHooks(graph, backend);
      for (const [number, name] of graph.names.entries()) {
        const hooks = HOOKS.filter((hook) => NAMES.includes(hook) && reachedFrom(chains, [hook], backend).has(name));
        expect(hooksOf(reached[number] as number)).toEqual(hooks);
      }
    }),
  );
});

it('finds a loop where a chain that a hook reaches comes to itself', () => {
  let loops = 0;
  fc.assert(
    fc.property(tables, fc.constantFrom(...BACKENDS), (chains, backend) => {
      const found = closingJumps(graphOf(chains), backend);
      const reached = [...reachedFrom(chains, ['PREROUTING', 'OUTPUT'], backend)];
      const comesBack = (name: string): boolean => reachedFrom(chains, nextOf(chains, name, backend), backend).has(name);
      expect(found.length > 0).toBe(reached.some(comesBack));
      for (const { chain, jump } of found) {
        expect(nextOf(chains, chain, backend)[jump.at]).toBe(jump.to);
        expect(comesBack(chain)).toBe(true);
      }
      loops += found.length;
    }),
  );
  expect(loops).toBeGreaterThan(0);
});

it('finds a jump beyond the depth that nf_tables follows, where there is a way so long', () => {
  let deep = 0;
  fc.assert(
    fc.property(tables, (chains) => {
      const graph = graphOf(chains);
      fc.pre(closingJumps(graph, 'nft').length === 0);
      const longest = (name: string): number => Math.max(0, ...nextOf(chains, name, 'nft').map((next) => 1 + longest(next)));
      const found = jumpsTooDeep(graph);
      expect(found !== undefined).toBe(Math.max(longest('PREROUTING'), longest('OUTPUT')) > MOST_NESTED);
      if (found !== undefined) deep++;
    }),
  );
  expect(deep).toBeGreaterThan(0);
});
