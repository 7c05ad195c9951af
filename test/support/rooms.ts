/** The rooms of src, and which of them each may import. docs/ARCHITECTURE.md shows this table; test/docs/architecture.test.ts compares
 *  the two, and test/architecture.test.ts holds the code to it. */

const TEXT = ['lib', 'packet', 'netfilter', 'host', 'syntax'] as const;
const RULES = [...TEXT, 'extensions', 'expressions', 'ruleset'] as const;
const CONNECTION = [...RULES, 'simulate', 'symbolic', 'mesh', 'connection'] as const;
const PROOF = [...CONNECTION, 'istio', 'kubernetes', 'injection', 'prove', 'diff', 'query'] as const;
const ANSWERS = [...PROOF, 'fix', 'pods', 'report'] as const;

/** Rooms that are imported together, by the name that the document gives them. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = { TEXT, RULES, CONNECTION, PROOF, ANSWERS };

/** Each room, and the rooms that it may import. A room that is not here fails the test. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  packet: ['lib'],
  netfilter: ['lib', 'packet'],
  host: ['lib', 'packet', 'netfilter'],
  syntax: ['lib', 'packet', 'netfilter', 'host'],
  mesh: TEXT,
  extensions: TEXT,
  expressions: TEXT,
  ruleset: [...TEXT, 'extensions', 'expressions'],
  simulate: RULES,
  symbolic: RULES,
  connection: [...RULES, 'simulate', 'symbolic', 'mesh'],
  istio: [...TEXT, 'mesh'],
  kubernetes: [...TEXT, 'mesh', 'istio'],
  injection: [...TEXT, 'mesh', 'istio', 'kubernetes'],
  prove: [...CONNECTION, 'istio', 'kubernetes', 'injection'],
  diff: [...CONNECTION, 'prove'],
  query: [...CONNECTION, 'prove'],
  fix: [...CONNECTION, 'istio', 'prove', 'diff'],
  pods: PROOF,
  report: [...PROOF, 'pods'],
  kernel: ANSWERS,
  app: ANSWERS,
  api: [...ANSWERS, 'app'],
  cli: [...ANSWERS, 'kernel', 'app', 'api'],
  'programs.ts': ['cli'],
  'load.ts': ['programs.ts'],
  'start.ts': ['load.ts'],
  'main.ts': ['start.ts'],
  'kubectl-chainwalk.ts': ['start.ts'],
  'kubectl-complete.ts': ['start.ts'],
};

/** The same of the page, web/: of src it imports the entries of the library alone. */
export const WEB_ROOMS: Readonly<Record<string, readonly string[]>> = {
  worker: ['api'],
  state: ['api', 'worker'],
  editor: ['worker'],
  view: ['api', 'worker', 'state', 'editor'],
  'examples.ts': ['state'],
  'build.ts': ['examples.ts', 'workerParts.ts'],
  'workerParts.ts': ['bundle/lateParts.ts'],
};
