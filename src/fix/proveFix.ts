/** Looks for edits that fix what one cause breaks. Each is made in the text, which is read again and proved. */

import { observed } from '../diff/divergence.ts';
import { BudgetError } from '../lib/budget.ts';
import type { Family } from '../packet/address.ts';
import { journeyOf } from '../prove/judge/replay.ts';
import type { Finding } from '../prove/proof/finding.ts';
import { isOwnProxy } from '../prove/proof/ownScopes.ts';
import type { FixEdit, FixSearch } from '../prove/proof/provedFix.ts';
import { bestOfRank, ranksOf } from './bestTrial.ts';
import { type CandidateEdit, candidateEdits, pairsOfInsertions } from './candidates.ts';
import { editsBetween } from './editsBetween.ts';
import { ownRules } from './ownRules.ts';
import { documentText, type RuleDocument, ruleDocument } from './ruleDocument.ts';
import { brokenErrors, contextIn, type FixQuestion, type FixScene, type FixSearching, type FixStep, type TrialScene } from './scene.ts';
import { tried } from './trial.ts';

const MOST_EDITS = 6;
/** Undefined: the text is of a form of which lines cannot be edited one by one. */
export function proveFix(question: FixQuestion): FixSearch | undefined {
  const { verified, findings, budget } = question;
  const [{ family } = { family: 4 as Family }] = findings;
  const given = verified.rulesets.find((one) => one.family === family);
  const document =
    given === undefined || given.backends !== undefined || given.beside !== undefined || given.source.rendered
      ? undefined
      : ruleDocument(given.source.text);
  if (given === undefined || document === undefined) return undefined;
  const count = { tried: 0, candidates: 0 };
  const made: FixEdit[] = [];
  let errors = 0;
  let step: FixStep | undefined;
  let scene: FixScene | undefined;
  try {
    const start = question.start();
    const { setting, standing } = start;
    const search: FixSearching = { question, start, family, given, budget, count };
    errors = brokenErrors(standing).length;
    scene = { document, rulesets: verified.rulesets, setting, standing, findings };
    while (scene !== undefined && made.length < MOST_EDITS) {
      const found = bestStep(search, scene);
      if (found === undefined) break;
      step = found;
      made.push(...found.edits);
      scene = found.next.findings.length === 0 ? undefined : found.next;
    }
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
  }
  const { tried, candidates } = count;
  if (step === undefined || step.errors >= errors) return { tried, candidates };
  const moved = new Set(made.flatMap(({ kind, line }) => (kind === 'move' && line !== undefined ? [line] : [])));
  const isStill = ({ claim, family: of }: Finding): boolean =>
    step?.verified.findings.some((one) => isBroken(one) && one.claim === claim && one.family === of) === true;
  return {
    fix: {
      source: given.source,
      edits: editsBetween(document, step.next.document, moved),
      text: documentText(step.next.document),
      mends: verified.findings.filter((one) => isBroken(one) && !isStill(one)),
      open: step.verified.findings.filter((one) => isBroken(one) && one.level === 'error'),
      bounds: verified.bounds,
    },
    tried,
    candidates,
  };
}

/** A hint breaks nothing. */
function isBroken({ verdict, level }: Finding): boolean {
  return verdict === 'violated' && level !== 'info';
}

/** The best of all edits that leave fewer errors and break nothing: of one rule, or where that is not enough of two that the mesh writes. */
function bestStep(search: FixSearching, scene: FixScene): FixStep | undefined {
  const { family, question } = search;
  const context = contextIn(scene.standing, family);
  const base = scene.rulesets.find((one) => one.family === family);
  if (context === undefined || base === undefined) return undefined;
  const { profile, declared } = context;
  const { document, findings } = scene;
  const own = profile === undefined ? [] : ownRules({ profile, declared, family, host: context.host });
  // what the chains of a proxy hand over is what it is to capture: without its jump nothing would be broken
  const addsOnly = isOwnProxy(profile);
  const asked = { document, ruleset: base, findings, own, addsOnly, kept: keptIn(document, question.kept) };
  const paths = findings.map(({ witness }) => (witness === undefined ? undefined : observed(journeyOf(context, witness.packet))));
  const around: TrialScene = { scene, base, context, paths, broken: brokenErrors(scene.standing), own };
  const single = bestOf(search, around, candidateEdits(asked));
  if (single !== undefined && single.errors < around.broken.length) return single;
  const pair = bestOf(search, around, pairsOfInsertions(asked));
  return pair !== undefined && (single === undefined || pair.errors < single.errors) ? pair : single;
}

function bestOf(search: FixSearching, around: TrialScene, candidates: readonly CandidateEdit[]): FixStep | undefined {
  const { count } = search;
  count.candidates += candidates.length;
  const trials = candidates.flatMap((candidate) => {
    try {
      const trial = tried(search, around, candidate);
      count.tried++;
      return trial === undefined ? [] : [trial];
    } catch (error) {
      if (error instanceof BudgetError) return [];
      throw error;
    }
  });
  for (const rank of ranksOf(trials)) {
    const step = bestOfRank(search, around, rank);
    if (step !== undefined) return step;
  }
  return undefined;
}

/** The same lines after other edits, by where they came from. */
function keptIn(document: RuleDocument, kept: ReadonlySet<number>): ReadonlySet<number> {
  return new Set(document.flatMap(({ origin }, index) => (origin !== undefined && kept.has(origin) ? [index + 1] : [])));
}
