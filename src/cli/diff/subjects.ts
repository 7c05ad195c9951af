/** The plan's files, read: pairs of subjects. */
import type { GivenPlace } from '../../connection/setting.ts';
import type { Sides } from '../../diff/question.ts';
import type { DiffSubject } from '../../pods/compareSubjects.ts';
import type { PodMemory } from '../../pods/renderedPod.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { PacketSet } from '../../syntax/packets/parsePacketSet.ts';
import type { Call } from '../argv/command.ts';
import { type Matched, matched } from './compare.ts';
import { DEFAULT_POD } from './defaultPod.ts';
import type { Files, Plan, Recognised } from './plan.ts';
import { pluginPair } from './plugins.ts';
import { readPods } from './readPods.ts';
import { readRuleFile } from './readRules.ts';
import { holdsPods } from './recognise.ts';
import { rulePair } from './rulePair.ts';
import type { Side } from './side.ts';

export interface Reading {
  readonly plan: Plan;
  readonly given: GivenPlace;
  /** what --where says */
  readonly where: PacketSet | undefined;
  readonly memory: PodMemory;
  readonly files: Files;
}

export interface ReadSubjects extends Matched {
  readonly notes: readonly string[];
}

/** Undefined when something cannot be used, which has been said. */
export async function readSubjects(calls: Sides<Call>, reading: Reading): Promise<ReadSubjects | undefined> {
  const { plan, memory, files } = reading;
  const pairs: Sides<DiffSubject>[] = [];
  const notes: string[] = [];
  for (const pair of plan.rules) {
    const read = await readRulePair(calls, pair, reading);
    if (read === undefined) return undefined;
    pairs.push(read);
  }
  const pods = async (side: Side) => {
    const names = plan.manifests[side];
    const holding = await Promise.all(names.map(async (file) => holdsPods(await textOf(calls[side], file))));
    if (files.explicit || holding.includes(true)) return readPods(calls[side], { side, files: names, memory });
    return {
      subjects: [],
      notes: side === 'head' ? names.map((file) => `${file} holds no pod, and none that it counts for was found`) : [],
    };
  };
  const base = await pods('base');
  const head = await pods('head');
  if (base === undefined || head === undefined) return undefined;
  const mixed = await readMixed(calls, { base: base.subjects, head: head.subjects }, reading);
  if (mixed === undefined) return undefined;
  const known = matched(mixed);
  notes.push(...base.notes, ...head.notes);
  for (const pair of plan.values) {
    if (files.valuesGiven?.has(pair.base)) {
      if (plan.manifests.head.length > 0) continue;
    } else if (!files.explicit) notes.push(`${pair.head} is mesh configuration: with --values it counts for all pods`);
    const read = { base: await valuesOf(calls, pair, 'base', memory), head: await valuesOf(calls, pair, 'head', memory) };
    if (read.base === undefined || read.head === undefined) return undefined;
    pairs.push({
      base: { ...read.base, name: `${DEFAULT_POD}, with ${pair.head}` },
      head: { ...read.head, name: `${DEFAULT_POD}, with ${pair.head}` },
    });
  }
  for (const pair of plan.cni) {
    const read = await pluginPair(calls, pair, memory);
    if (read === undefined) return undefined;
    pairs.push(read.pair);
    notes.push(read.note);
  }
  return { pairs: [...pairs, ...known.pairs], alone: known.alone, notes: [...new Set([...notes, ...plan.alone.map(aloneText)])] };
}

async function textOf({ io }: Call, file: string): Promise<string> {
  const content = await io.read(file);
  return 'text' in content ? content.text : '';
}

function aloneText({ side, file }: Plan['alone'][number]): string {
  return `${file} is ${side === 'base' ? 'gone' : 'new'}: there is nothing to compare its rules with`;
}

async function valuesOf(calls: Sides<Call>, pair: Sides<string>, side: Side, memory: PodMemory): Promise<DiffSubject | undefined> {
  const { io, input } = calls[side];
  const call = { io, input: { ...input, options: { ...input.options, values: [pair[side]] } } };
  const read = await readPods(call, { side, files: [DEFAULT_POD], memory });
  return read?.subjects[0];
}

/** Rules against the pod of a manifest, on the pod's host. */
async function readMixed(
  calls: Sides<Call>,
  pods: Sides<readonly DiffSubject[]>,
  { plan, given: { host } }: Reading,
): Promise<Sides<readonly DiffSubject[]> | undefined> {
  if (plan.mixed === undefined) return pods;
  const { side, file } = plan.mixed;
  const pod = pods[side === 'base' ? 'head' : 'base'][0];
  const rulesets = await readRuleFile(calls[side], { ...file, ...(host !== undefined && { host }) });
  if (rulesets === undefined || pod === undefined) return undefined;
  const subject = {
    name: file.file,
    file: file.file,
    rulesets,
    host: pod.host,
    profile: pod.profile,
    key: `${side} ${file.file}`,
  };
  return { ...pods, [side]: [subject] };
}

async function readRulePair(
  calls: Sides<Call>,
  pair: Sides<Recognised>,
  { given, where }: Reading,
): Promise<Sides<DiffSubject> | undefined> {
  const { host } = given;
  const read = async (side: Side) => readRuleFile(calls[side], { ...pair[side], ...(host !== undefined && { host }) });
  const base = await read('base');
  const head = base === undefined ? undefined : await read('head');
  if (base === undefined || head === undefined) return undefined;
  const sideOf = (side: Side, rulesets: readonly Ruleset[]) => ({ name: pair[side].file, file: pair[side].file, rulesets, given });
  return rulePair({ base: sideOf('base', base), head: sideOf('head', head) }, where);
}
