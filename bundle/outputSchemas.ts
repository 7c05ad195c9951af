/** The JSON Schemas of what is printed with `-o json`: one for each name under `schema` in it. */
import { fileURLToPath } from 'node:url';
import { type OutputSchema, schemaOfType } from './typeSchema.ts';

interface Kind {
  readonly title: string;
  /** any of these, each with its file */
  readonly types: readonly (readonly [type: string, file: string])[];
}

const KINDS = {
  trace: { title: 'a packet that was walked', types: [['Trace', 'report/json/trace.ts']] },
  error: { title: 'a line of packets that cannot be read', types: [['ErrorLine', 'cli/trace/stream.ts']] },
  verify: {
    title: 'claims on rules or pods',
    types: [
      ['VerifyPodsReport', 'report/json/verifyPods.ts'],
      ['VerifyReport', 'report/json/verify.ts'],
    ],
  },
  'verify-lines': {
    title: 'a line of claims on rules, or the totals',
    types: [
      ['SubjectLine', 'report/lines/verifyLine.ts'],
      ['SameLine', 'report/lines/verifyLine.ts'],
      ['UnreadLine', 'report/lines/verifyLine.ts'],
      ['SkippedLine', 'report/lines/verifyLine.ts'],
      ['EndLine', 'report/lines/verifyLine.ts'],
    ],
  },
  find: { title: 'packets that have an outcome', types: [['FindReport', 'report/json/find.ts']] },
  diff: {
    title: 'packets that are treated differently',
    types: [
      ['ResultsReport', 'report/json/diffResults.ts'],
      ['DiffReport', 'report/json/diff.ts'],
    ],
  },
  check: { title: 'whether rules load', types: [['CheckReport', 'report/json/check.ts']] },
  ci: { title: 'the result of a run, whatever was checked', types: [['CiReport', 'report/ci/json.ts']] },
  enrol: { title: 'who captures each pod', types: [['EnrolReport', 'report/json/enrol.ts']] },
  approaches: { title: 'approaches to capture, compared', types: [['ApproachesReport', 'report/json/approaches.ts']] },
  render: { title: 'rules rendered from settings', types: [['RenderReport', 'cli/render/runRender.ts']] },
  'render-pods': { title: 'rules of pods', types: [['RenderPodsReport', 'cli/render/renderPods.ts']] },
  host: { title: 'a host, as --host takes it', types: [['HostReport', 'cli/host/hostReport.ts']] },
  explain: { title: 'pages of explain', types: [['ExplainReport', 'cli/explain/runExplain.ts']] },
  baseline: { title: 'findings that are known', types: [['BaselineFile', 'cli/ci/baseline.ts']] },
} as const satisfies Readonly<Record<string, Kind>>;

export type OutputName = keyof typeof KINDS;

export const OUTPUT_NAMES = Object.keys(KINDS) as OutputName[];

/** Keys are added within a version: none is forbidden. */
export function outputSchemaOf(name: OutputName): object {
  const { title, types }: Kind = KINDS[name];
  const made = types.map(([type, file]) => schemaOfType(type, fileURLToPath(new URL(`../src/${file}`, import.meta.url))));
  const roots = made.map(({ definitions: _, ...root }): OutputSchema => root);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `https://raw.githubusercontent.com/chainwalk/chainwalk/main/schemas/output/${name}.json`,
    title: `chainwalk/${name}/v1: ${title}`,
    ...(roots.length === 1 ? roots[0] : { anyOf: roots }),
    definitions: Object.assign({}, ...made.map(({ definitions }) => definitions)),
  };
}
