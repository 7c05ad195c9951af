/** What a folder has for `chainwalk ci`: each file by its content, and why one is left out. */
import { holdsPods, kindOf, mayHoldPods } from '../../app/load/recognise.ts';
import { readRuleTexts } from '../../app/load/ruleTexts.ts';
import { readHost } from '../../host/readHost.ts';
import { findFlag, isKnownVariable } from '../../istio/settings/settingSource.ts';
import { holdsPod } from '../../kubernetes/manifest/holdsPod.ts';
import { toData } from '../../kubernetes/yaml/node.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import { readYaml } from '../input/yaml.ts';
import type { Io } from '../io/io.ts';
import { type MadeElsewhere, renderedElsewhere } from './renderedElsewhere.ts';

export type SurveyKind = 'rules' | 'manifest' | 'objects' | 'settings' | 'values' | 'host' | 'expectations';

export interface SurveyedFile {
  readonly file: string;
  readonly kind: SurveyKind;
}

export interface LeftOut {
  /** a file, or a folder */
  readonly path: string;
  readonly why: string;
}

export interface Survey {
  /** all that globs might match */
  readonly names: readonly string[];
  readonly files: readonly SurveyedFile[];
  readonly leftOut: readonly LeftOut[];
}

const ENDINGS = ['rules', 'nft', 'nftables', 'v4', 'v6', 'iptables', 'save', 'sh', 'env', 'golden', 'yaml', 'yml', 'json'];
const PATTERNS = ENDINGS.map((ending) => `**/*.${ending}`);

export async function survey(io: Pick<Io, 'glob' | 'read'>): Promise<Survey> {
  const names = (await io.glob(PATTERNS, '')).filter((name) => !/(?:^|\/)(?:\.|chainwalk\.config\.|chainwalk-baseline\.)/.test(name));
  const sources: Source[] = [];
  for (const file of names) {
    const content = await io.read(file);
    if ('text' in content) sources.push({ file, text: content.text });
  }
  const elsewhere = await renderedElsewhere(sources);
  const files: SurveyedFile[] = [];
  const leftOut: LeftOut[] = elsewhere.map(({ path, why }) => ({ path, why }));
  for (const source of sources) {
    if (elsewhere.some((one) => belongs(one, source.file))) continue;
    const found = await kindOfFile(source);
    if (found === undefined) continue;
    if ('kind' in found) files.push({ file: source.file, kind: found.kind });
    else leftOut.push({ path: source.file, why: found.why });
  }
  return { names, files, leftOut };
}

function belongs({ path, files }: MadeElsewhere, file: string): boolean {
  return files.includes(file) || (path.endsWith('/') && file.startsWith(path));
}

/** Undefined: a file about something else. */
async function kindOfFile(source: Source): Promise<{ readonly kind: SurveyKind } | { readonly why: string } | undefined> {
  const { file, text } = source;
  if (/\.expect\.(?:ya?ml|json)$/.test(file)) return { kind: 'expectations' };
  const isData = /\.(?:ya?ml|json)$/.test(file);
  const found = kindOf(text);
  if (!('kind' in found)) return isData && (await isHost(source)) ? { kind: 'host' } : undefined;
  if (found.kind === 'rules') return rulesIn(source, isData);
  if (found.kind === 'settings') return isData && (await isHost(source)) ? { kind: 'host' } : settingsIn(text);
  if (found.kind === 'cni') return { why: 'a chain of CNI plugins: `chainwalk diff` compares two of them' };
  if (found.kind === 'values') return isTemplate(text) ? undefined : { kind: 'values' };
  if (isTemplate(text)) return { why: 'it has `{{ }}` to be filled in: give what is made of it' };
  const { documents, diagnostics } = await readYaml(source);
  if (diagnostics.some(isError)) return { why: `it cannot be read: ${diagnostics.find(isError)?.message}` };
  const hasPod = holdsPods(text) || (mayHoldPods(text) && documents.some(({ root }) => holdsPod(root)));
  return { kind: hasPod ? 'manifest' : 'objects' };
}

/** A script that calls iptables is one of many scripts; text with another ending is rules by its name. */
function rulesIn(source: Source, isData: boolean): { readonly kind: 'rules' } | { readonly why: string } | undefined {
  if (isData) return undefined;
  const { rulesets, diagnostics } = readRuleTexts({ sources: [source], reading: {} });
  const wrong = diagnostics.find(isError);
  if (wrong !== undefined) return { why: `it cannot be loaded: ${wrong.message} (\`chainwalk check ${source.file}\`)` };
  return rulesets.length === 0 ? undefined : { kind: 'rules' };
}

/** JSON is of many kinds: settings have a name that istio-iptables knows. */
function settingsIn(text: string): { readonly kind: 'settings' } | undefined {
  const names = [...text.matchAll(/^\s*(?:export\s+)?"?([\w-]+)"?\s*[:=]|[{,]\s*"([\w-]+)"\s*:/gm)].map(([, a, b]) => a ?? b ?? '');
  return names.some((name) => name.length > 1 && (findFlag(name) !== undefined || isKnownVariable(name)))
    ? { kind: 'settings' }
    : undefined;
}

async function isHost(source: Source): Promise<boolean> {
  if (!/"?(?:interfaces|listeners)"?\s*:/.test(source.text)) return false;
  const { documents, diagnostics } = await readYaml(source);
  const [document] = documents;
  return document !== undefined && !diagnostics.some(isError) && readHost(toData(document.root)).host !== undefined;
}

function isTemplate(text: string): boolean {
  return /\{\{[^}]*\}\}/.test(text.replaceAll(/^\s*#.*$/gm, ''));
}
