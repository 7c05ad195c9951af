/** What is printed of a set of packets, read again as `--where` reads it: the same set, or with a remark no packet more than that says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rulesets } from '../../src/api/arbitraries/index.ts';
import { generalText } from '../../src/connection/generalWords.ts';
import { exactWords, generalWords, NO_WORDS } from '../../src/connection/packetWords.ts';
import { conditionsOfWords } from '../../src/connection/typicalPackets.ts';
import { Budget } from '../../src/lib/budget.ts';
import { defaultHost } from '../../src/mesh/defaultHost.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { type Bdd, EMPTY } from '../../src/symbolic/diagrams/bdd.ts';
import { equal } from '../../src/symbolic/diagrams/vector.ts';
import { makeSpace, type Space } from '../../src/symbolic/space/space.ts';
import { encode } from '../../src/symbolic/walk/encode.ts';
import { startEnv } from '../../src/symbolic/walk/state.ts';
import { traverseIn, traverseOut } from '../../src/symbolic/walk/traverse.ts';
import { parsePacketSet } from '../../src/syntax/packets/parsePacketSet.ts';
import { readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { rulesetsOf } from '../support/rulesets.ts';

const POD = hostOf(defaultHost());

/** The set that a text means where packets start. */
function meaning(space: Space, text: string, iif: string | undefined): Bdd {
  const { set, diagnostics } = parsePacketSet({ file: 'printed', text });
  if (set === undefined) throw new Error(`${text}: ${diagnostics[0]?.message}`);
  expect(set.dir).toBe(iif === undefined ? 'out' : 'in');
  return encode(space, startEnv(space, { iif, owned: iif === undefined }), set.expr[space.family]).must;
}

/** Packets that there are. */
function possible({ manager, socket, process, hasMac, start }: Space, iif: string | undefined): Bdd {
  const noId = [start.uid, start.gid].map((id) => manager.not(equal(manager, id, 0xffff_ffff)));
  const owner = manager.or(socket, manager.not(process));
  return iif === undefined
    ? manager.all([owner, manager.not(hasMac), manager.not(equal(manager, start.src, 0)), ...noId])
    : manager.not(socket);
}

interface Seen {
  exact: number;
  cut: number;
}

function check(ruleset: Ruleset, seen: Seen): void {
  const space = makeSpace(ruleset.family, POD, new Budget());
  const { manager } = space;
  for (const iif of [undefined, 'eth0']) {
    const classes = iif === undefined ? traverseOut({ space, ruleset }) : traverseIn({ space, ruleset }, iif);
    const real = possible(space, iif);
    for (const { set } of classes.slice(0, 6)) {
      if (manager.and(set, real) === EMPTY) continue;
      const asked = { set, dir: iif === undefined ? ('out' as const) : ('in' as const), ...(iif !== undefined && { iif }) };
      const text = exactWords(space, asked);
      if (text === NO_WORDS) continue;
      const rest = / and (?:(?:over )?\d+ )?more$/.exec(text)?.[0];
      if (rest !== undefined) {
        seen.cut++;
        const part = manager.and(meaning(space, text.slice(0, -rest.length), iif), real);
        expect(manager.minus(part, set), text).toBe(EMPTY);
      } else {
        seen.exact++;
        expect(manager.and(manager.xor(meaning(space, text, iif), set), real), text).toBe(EMPTY);
      }
      const general = generalWords(space, asked);
      const said = manager.and(meaning(space, generalText(general), iif), real);
      const excess = manager.minus(said, set);
      expect(general.only === undefined, generalText(general)).toBe(excess === EMPTY);
      const usual = manager.all(conditionsOfWords(space, iif).map((condition) => condition.set));
      if (manager.all([set, real, usual]) !== EMPTY) expect(manager.and(excess, usual), generalText(general)).toBe(EMPTY);
      expect(general.more !== undefined, generalText(general)).toBe(manager.and(manager.minus(set, said), real) !== EMPTY);
    }
  }
}

describe('a printed set', () => {
  it.each([4, 6] as const)('is exactly the class, for random rules (IPv%i)', (family) => {
    const seen = { exact: 0, cut: 0 };
    fc.assert(
      fc.property(rulesets({ family }), (ruleset) => check(ruleset, seen)),
      { numRuns: 6, seed: 11 },
    );
    expect(seen.exact).toBeGreaterThan(20);
    expect(seen.cut).toBeLessThan(seen.exact);
  });

  it.each(['istio-sidecar', 'istio-ambient', 'istio-tproxy', 'linkerd', 'consul', 'kube-proxy', 'docker'])(
    'is exactly the class: %s',
    (name) => {
      const seen = { exact: 0, cut: 0 };
      for (const ruleset of rulesetsOf(readFixture(name).text, { family: 4 })) check(ruleset, seen);
      expect(seen.exact).toBeGreaterThan(0);
    },
  );
});
