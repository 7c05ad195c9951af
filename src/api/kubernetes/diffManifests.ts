/** The pods of manifests before and after a change, compared. */
import { compareAll, matched } from '../../app/diff/compareAll.ts';
import { readSidePods } from '../../app/diff/readPods.ts';
import { SIDES, type Side } from '../../app/diff/side.ts';
import { NO_PACKET } from '../../connection/askedPackets.ts';
import type { BudgetLimits } from '../../lib/budget.ts';
import { emptyMemory } from '../../pods/podMemory.ts';
import { type ResultsReport, toResultsReport } from '../../report/json/diffResults.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { packetSetFrom } from '../library/input.ts';
import { InputError, problemText } from '../library/inputError.ts';
import { BUDGET, checkOptions, type OptionKinds, WHERE_OPTION } from '../library/options.ts';
import { MANIFEST_OPTIONS, type ManifestOptions, type ManifestTexts, manifestTexts } from './manifestTexts.ts';

export interface DiffManifestsOptions extends ManifestOptions {
  /** of one side, before those of both: other mesh configuration, another version of Istio */
  readonly base?: ManifestOptions;
  readonly head?: ManifestOptions;
  /** a set of packets in notation; absent: all */
  readonly where?: string;
  /** the most that each pair of pods may cost */
  readonly budget?: BudgetLimits;
}

const OPTIONS: OptionKinds<DiffManifestsOptions> = {
  ...MANIFEST_OPTIONS,
  base: 'anything',
  head: 'anything',
  where: WHERE_OPTION,
  budget: BUDGET,
};

/** The packets of each pod that are treated differently under `head` than under `base`. Pods are matched by kind, namespace and name; one of
 *  each is a pair whatever it is called. `equivalent` is a proof over all packets of all pods, and false when a pod is on one side only.
 *  @throws InputError when a manifest or an option cannot be used, when a side has no pod, when Istio would refuse a pod of `head`, and when
 *  the set contains no packets */
export function diffManifests(base: ManifestTexts, head: ManifestTexts, options: DiffManifestsOptions = {}): ResultsReport {
  checkOptions(options, OPTIONS);
  const { base: ofBase, head: ofHead, where: asked, budget = {}, ...both } = options;
  const where = asked === undefined ? undefined : packetSetFrom(asked);
  const memory = emptyMemory();
  const read = (side: Side, manifests: ManifestTexts, own: ManifestOptions = {}) => {
    checkOptions(own, MANIFEST_OPTIONS);
    return readSidePods({ side, pods: manifestTexts(manifests, { ...both, ...own }), annotations: new Map(), memory });
  };
  const sides = { base: read('base', base, ofBase), head: read('head', head, ofHead) };
  const errors = SIDES.flatMap((side) => sides[side].diagnostics).filter(isError);
  if (errors.length > 0) throw new InputError([...new Set(errors.map(problemText))]);
  const { pairs, alone } = matched({ base: sides.base.subjects, head: sides.head.subjects });
  const compared = compareAll(pairs, { where, memory, limits: () => budget, tell: () => {} });
  if (compared.length > 0 && compared.every(({ diff }) => diff.asksNothing === true)) throw new InputError([NO_PACKET]);
  const said = SIDES.map((side) => sides[side]);
  return toResultsReport({
    compared,
    alone,
    notes: said.flatMap(({ notes }) => notes),
    assumed: [...new Set(said.flatMap(({ assumed }) => assumed))],
    passedOver: 0,
  });
}
