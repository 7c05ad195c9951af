/** The law: rules that follow from settings keep every promise of level error and warning, but for exceptions that have a name.
 *  What is promised follows from the settings, not from the rules. CHAINWALK_SETTINGS=2000 CHAINWALK_SEED=7 asks about more of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { istioSettings, type SettingsObject } from '../../src/api/arbitraries/settings.ts';
import { packetText } from '../../src/packet/notation.ts';
import { PAGES } from '../../src/report/generated/pages.ts';
import { ambientWorld } from './law/ambientWorld.ts';
import { EXCEPTIONS } from './law/exceptions.ts';
import { brokenPromises, isLoadable } from './law/judge.ts';
import { lawSettings, USUAL } from './law/lawSettings.ts';
import { type JudgedWorld, meshWorld } from './law/meshWorld.ts';
import { withNftables } from './law/nativeSettings.ts';

const COUNT = Number(process.env.CHAINWALK_SETTINGS ?? 30);
const SEED = Number(process.env.CHAINWALK_SEED ?? 1);
const MILLISECONDS_EACH = 2000;

type Named = (claim: string, family: 4 | 6) => boolean;

interface Judged {
  readonly world: JudgedWorld;
  readonly named: Named;
}

/** Undefined where there is nothing to judge: Istio refuses the settings, or the proxy cannot listen. */
function judged(settings: SettingsObject): Judged | undefined {
  if (settings.mode === 'ambient') {
    const world = ambientWorld(settings);
    return { world, named: (claim) => EXCEPTIONS.some(({ breaks, whenAmbient }) => breaks.includes(claim) && whenAmbient?.(world)) };
  }
  const world = meshWorld(settings);
  if (world === undefined || !isLoadable(world)) return undefined;
  const named: Named = (claim, family) => {
    const side = world.sides.find(({ ruleset }) => ruleset.family === family);
    return side !== undefined && EXCEPTIONS.some(({ breaks, when }) => breaks.includes(claim) && when?.(side, world));
  };
  return { world, named };
}

/** Broken promises that no exception names, in words. */
function unnamed(settings: SettingsObject): readonly string[] {
  const { world, named } = judged(settings) ?? {};
  if (world === undefined || named === undefined) return [];
  return brokenPromises(world).flatMap(({ claim, family, verdict, witness, reason = '' }) => {
    if (named(claim, family)) return [];
    const packet = witness === undefined ? '' : `${packetText(witness.packet)}: ${witness.outcome}`;
    return [`${claim} of IPv${family} ${verdict}: ${packet} ${reason}\n  with ${JSON.stringify(settings)}`];
  });
}

describe('rules that follow from settings', () => {
  it(`keep the promises of the mesh, for ${COUNT} random settings`, { timeout: 60_000 + COUNT * MILLISECONDS_EACH }, () => {
    const found = fc.sample(lawSettings, { numRuns: COUNT, seed: SEED }).flatMap(unnamed);
    expect(found).toEqual([]);
  });

  it('keep the promises of ambient mode, for random settings', { timeout: 60_000 + COUNT * MILLISECONDS_EACH }, () => {
    const samples = fc.sample(istioSettings({ mode: 'ambient' }), { numRuns: Math.ceil(COUNT / 3), seed: SEED });
    expect(samples.flatMap((settings) => unnamed({ ...settings, mode: 'ambient' }))).toEqual([]);
  });

  it('keep them with nftables, for random settings', { timeout: 60_000 + COUNT * MILLISECONDS_EACH }, () => {
    const samples = fc.sample(withNftables(fc.oneof(lawSettings, istioSettings({ mode: 'ambient' }))), { numRuns: COUNT, seed: SEED });
    expect(samples.filter(({ mode }) => mode !== 'ambient-host').flatMap(unnamed)).toEqual([]);
  });

  it('keep every promise where INVALID packets are dropped and nothing else is requested', () => {
    const world = meshWorld({ ...USUAL, 'drop-invalid': true, host: { ipv6: true } });
    expect(world === undefined ? undefined : brokenPromises(world)).toEqual([]);
  });

  it.each(EXCEPTIONS.map((one) => [one.id, one] as const))(
    'break one under the settings of the exception: %s',
    { timeout: 60_000 },
    (_, exception) => {
      const { breaks, example } = exception;
      const settings = example.mode === 'ambient' ? example : { ...USUAL, ...example };
      const { world } = judged(settings) ?? {};
      expect(world === undefined).toBe(breaks[0] === '*');
      if (world === undefined) return;
      expect(brokenPromises(world).map(({ claim }) => claim)).toContain(breaks[0]);
      expect(unnamed(settings)).toEqual([]);
    },
  );

  it('have a page for each exception', () => {
    const pages = PAGES.filter(({ group }) => group === 'exception').map(({ id }) => id);
    expect([...pages].sort()).toEqual(EXCEPTIONS.map(({ id }) => id).sort());
  });
});
