/** What the page was given by who wrote it: the findings of a run. */
import type { ProfileName } from '../../src/api/library/index.ts';
import type { PageFinding, PageReport } from '../../src/api/report/index.ts';
import { MESH_TITLES, type PageState, USUAL_STATE } from './pageState.ts';

export type Given = PageReport;

/** Undefined: it is the page alone. */
export function givenIn(text: string): Given | undefined {
  return (JSON.parse(text) as Given | null) ?? undefined;
}

/** What is shown first: the worst finding on its rules. */
export function firstState(given: Given | undefined): PageState | undefined {
  const [finding] = given?.findings ?? [];
  return given === undefined ? undefined : { ...USUAL_STATE, rules: '', ...(finding && stateOfFinding(given, finding)) };
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
