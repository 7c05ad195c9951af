/** The text that questions speak of, read once for each way of reading it. */

import type { ReadPods } from '../../src/api/kubernetes/index.ts';
import { isManifest } from '../../src/api/kubernetes/isManifest.ts';
import type { Parsed, Ruleset, SettingOptions } from '../../src/api/library/index.ts';
import { InputError } from '../../src/api/library/inputError.ts';
import { parse } from '../../src/api/library/rules.ts';
import { podsHere } from './podsHere.ts';
import type { AskedSetting } from './questions.ts';

/** Rules with the host around them; of manifests those of one pod. */
export interface RulesHere {
  readonly rulesets: readonly Ruleset[];
  readonly options: SettingOptions;
  readonly diagnostics: Parsed['diagnostics'];
  /** names of the pods of manifests */
  readonly pods?: readonly string[];
}

let text = '';
let read: { readonly key: string; readonly rules: Parsed } | undefined;
let pods: ReadPods | undefined;

export function setRules(rules: string): void {
  text = rules;
  read = undefined;
  pods = undefined;
}

export function textHere(): string {
  return text;
}

export function holdsManifests(): boolean {
  return isManifest(text);
}

/** @throws InputError when the setting cannot be used */
export function rulesHere(setting: AskedSetting): RulesHere {
  return holdsManifests() ? ofPod(setting) : ofText(setting);
}

export function readHere(rules: string, { file, family }: AskedSetting): Parsed {
  return parse(rules, { file, ...(family !== '' && { family: family === '4' ? 4 : 6 }) });
}

function ofText(setting: AskedSetting): RulesHere {
  const key = `${setting.family} ${setting.file}`;
  if (read?.key !== key) read = { key, rules: readHere(text, setting) };
  return { ...read.rules, options: settingOptions(setting) };
}

/** What the page's fields say of the pod. */
export function settingOptions({ mesh, podIp }: AskedSetting): SettingOptions {
  const podIps = podIp.split(/[\s,]+/).filter((part) => part !== '');
  return { profile: mesh, ...(podIps.length > 0 && { podIps }) };
}

function ofPod(setting: AskedSetting): RulesHere {
  pods ??= podsHere(setting.file, text);
  const names = pods.pods.map(({ namespace, name }) => `${namespace}/${name}`);
  const pod = pods.pods[Math.max(names.indexOf(setting.pod), 0)];
  if (pod === undefined) throw new InputError(['there is no pod in these manifests']);
  const options = { host: pod.host, profile: setting.mesh === 'auto' ? pod.profile : setting.mesh, allowEmpty: true };
  return { rulesets: pod.rulesets, options, diagnostics: pods.diagnostics, pods: names };
}
