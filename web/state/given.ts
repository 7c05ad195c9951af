/** What the page was given by who wrote it: the findings of a run, or files that are served. */
import type { ProfileName } from '../../src/api/library/index.ts';
import type { PageFinding, PageReport, ServedFile, ServedFiles } from '../../src/api/report/index.ts';
import { MESH_TITLES, type PageState, USUAL_STATE } from './pageState.ts';

export type Given = PageReport | ServedFiles;

/** Undefined: it is the page alone. */
export function givenIn(text: string): Given | undefined {
  return (JSON.parse(text) as Given | null) ?? undefined;
}

/** What is shown first: the worst finding on its rules, the first file; undefined: what is shown without either. */
export function firstState(given: Given | undefined): PageState | undefined {
  if (given === undefined) return undefined;
  if (given.kind === 'report') {
    const [finding] = given.findings;
    return { ...USUAL_STATE, ...(finding && stateOfFinding(given, finding)) };
  }
  const [file] = given.files;
  return file && { ...USUAL_STATE, ...stateOfFile(file) };
}

export function stateOfFile(file: ServedFile): Pick<PageState, 'file' | 'rules'> {
  return { file: file.name, rules: 'text' in file ? file.text : '' };
}

/** Empty: its rules are not known. */
export function stateOfFinding({ texts }: PageReport, { now, before }: PageFinding): Partial<PageState> {
  const rules = now?.text === undefined ? undefined : texts[now.text];
  if (now === undefined || rules === undefined) return {};
  const base = before?.text === undefined ? '' : (texts[before.text] ?? '');
  return { file: now.file, rules, base, packet: now.packet, mesh: meshNamed(now.mesh), podIp: '', pod: '', family: '', tab: 'trace' };
}

function meshNamed(name: string): ProfileName {
  return Object.keys(MESH_TITLES).find((known): known is ProfileName => known === name) ?? 'auto';
}
