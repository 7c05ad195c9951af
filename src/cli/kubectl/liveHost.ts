/** The host around a pod's rules: what was told of it inside, and for the rest a pod as the mesh sets it up. */

import { besideUsual } from '../../connection/hostBeside.ts';
import { chooseSetting } from '../../connection/setting.ts';
import type { Host } from '../../host/host.ts';
import { readHost } from '../../host/readHost.ts';
import { defaultHost } from '../../mesh/defaultHost.ts';
import { readRules } from '../../ruleset/readRules.ts';
import { transparentPorts } from '../../ruleset/transparentPorts.ts';
import type { PrintedHost } from '../../syntax/host/printedHost.ts';
import { readHostLines } from '../../syntax/host/readLines.ts';
import type { Source } from '../../syntax/text/source.ts';
import { type Answers, hostAnswers } from './questions.ts';

export interface LiveHost {
  /** a host description as JSON; absent when nothing was told, or it cannot be read */
  readonly text?: string;
  /** its listeners are those that were told */
  readonly sockets?: true;
  /** sentences without capital and stop */
  readonly notes: readonly string[];
}

/** `mesh`: by name, where the rules show none. */
export function liveHost(rules: Source, { answers, mesh }: { readonly answers: Answers; readonly mesh?: string | undefined }): LiveHost {
  const unread: string[] = [];
  const { printed } = readHostLines(hostAnswers(answers), ({ message }) => unread.push(message));
  const unsaid = unsaidOf(printed);
  if (unsaid.length === 3) return { notes: ['no `ip` that answers: assuming the addresses and routes of a default pod'] };
  const rulesets = readRules(rules, { allowEmpty: true }).rulesets;
  const { profile } = chooseSetting({ rulesets, given: mesh === undefined ? {} : { profile: mesh } });
  const usual = defaultHost({ transparentPorts: transparentPorts(rulesets), ...(profile !== undefined && { profile }) });
  // where no route was told, that of a pod is assumed, and said to be
  const { interfaces, ...told } = printed;
  const others = printed.listeners.length > 0 ? told : { ...told, listenersOf: [] };
  const description = { ...besideUsual(others, usual), ...(interfaces !== undefined && { interfaces }), ...setsOf(printed) };
  const { host, problems } = readHost(description);
  if (host === undefined) return { notes: problems.map((problem) => `ignoring the output of \`ip\`: ${problem}`) };
  const notes = unsaid.map((words) => `\`ip\` showed no ${words}: those of an ordinary pod are assumed`);
  return {
    text: `${JSON.stringify(description, undefined, 2)}\n`,
    ...(printed.listeners.length > 0 && { sockets: true }),
    notes: [...unread, ...openNotes(host), ...notes, ...(printed.listenersOf.length > others.listenersOf.length ? [SILENT] : [])],
  };
}

function unsaidOf({ interfaces, rulesOf, routes, routesOf }: PrintedHost): readonly string[] {
  return [
    ...(interfaces === undefined ? ['addresses'] : []),
    ...(rulesOf.length === 0 ? ['policy rules'] : []),
    ...(routes.length === 0 && routesOf.length === 0 ? ['routes'] : []),
  ];
}

function setsOf({ sets }: PrintedHost): Partial<Pick<PrintedHost, 'sets'>> {
  return Object.keys(sets).length === 0 ? {} : { sets };
}

const SILENT = 'no socket listens: the mesh where it always does is assumed, and an application on every other port';

/** What of its routing is not modelled. */
function openNotes({ routes, rules }: Host): readonly string[] {
  return [
    ...rules.flatMap(({ priority, unknown }) =>
      unknown === undefined ? [] : [`\`${unknown}\` of ip rule ${priority} is not modelled: where it matters the answer is undecided`],
    ),
    ...routes.flatMap(({ unknown, table }) =>
      unknown === undefined ? [] : [`\`${unknown}\` of a route of table ${table} is not modelled: packets that take it are undecided`],
    ),
  ];
}
