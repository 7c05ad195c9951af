/** `chainwalk trace RULES PACKET...`: walks packets through rules. */
import { LEAVING_BY, OUTCOMES } from '../../connection/journey.ts';
import { TRACE_FORMAT_NAMES } from '../../report/formats/names.ts';
import type { Command } from '../argv/command.ts';
import {
  ALLOW_EMPTY,
  CLUSTER,
  COLOR,
  FAMILY,
  JSON_OUTPUT,
  MESH_MODE,
  ON_KERNEL,
  output,
  PHASE,
  PLACE,
  QUIET,
  RULES_TABLE,
  SET_VARIABLE,
  STRICT,
  TIMEOUT,
  WATCH,
  WITH,
} from '../argv/options.ts';

export const traceCommand: Command = {
  name: 'trace',
  summary: 'where packets go, and which rules decide it',
  about: "Follows the connection through the mesh's proxy and out again; what a packet leaves out is assumed, and said.",
  args: [
    { name: '<rules>', says: 'a file with rules, or a Kubernetes manifest, `-` for standard input' },
    { name: '[packet...]', says: '`[in|out] PROTO [SRC[:PORT]] -> DST[:PORT] [key=value ...]`, or in iptables form' },
  ],
  options: [
    { flags: '-v, --verbose', says: 'also show the rules that did not match, and why' },
    { flags: '-c, --connection', says: 'also every later packet: answer, data, errors, close' },
    { flags: '--brief', says: 'one line per packet' },
    { flags: '--rail', says: 'draw the way in lanes, from process to wire' },
    { flags: '--expect <outcome>', says: 'exit 1 when a packet has another outcome', choices: OUTCOMES, also: LEAVING_BY },
    { flags: '--why-not <outcome>', says: 'the smallest change that gives this outcome', choices: OUTCOMES },
    { flags: '--packets <file>', says: 'packets, one a line, `-`: stdin; answers as JSON lines' },
    {
      flags: '--services <file>',
      says: 'Services and pods that packets name',
      repeatable: true,
    },
    ...PLACE,
    { flags: '--pod <name>', says: 'which pod of a manifest or of a log' },
    PHASE,
    MESH_MODE,
    ...CLUSTER,
    output(TRACE_FORMAT_NAMES),
    JSON_OUTPUT,
    FAMILY,
    RULES_TABLE,
    WITH,
    SET_VARIABLE,
    ALLOW_EMPTY,
    TIMEOUT,
    ON_KERNEL,
    WATCH,
    STRICT,
    QUIET,
    COLOR,
  ],
  foreignOptions: 'a packet in iptables form is quoted, or comes after `--`',
  examples: [
    { says: 'does the application leave the mesh?', line: 'chainwalk trace pod.rules "out tcp -> 203.0.113.9:443 uid=1000"' },
    {
      says: 'the same in iptables form, and why the other rules did not match',
      line: 'chainwalk trace -v pod.rules "-p tcp -d 203.0.113.9 --dport 443"',
    },
    {
      says: 'a packet that arrives, as a check in a script',
      line: 'chainwalk trace pod.rules "in tcp -> 10.244.0.5:8080" --expect captured-in',
    },
    { says: 'a pod that is not there yet', line: 'chainwalk trace deploy.yaml "in tcp -> 10.244.0.5:8080" --mode cni' },
    { says: 'a running pod', line: 'kubectl chainwalk POD trace "out udp -> 10.96.0.10:53"' },
  ],
  run: async (io, input) => {
    const { runTrace } = await import('../trace/runTrace.ts');
    return runTrace({ io, input });
  },
};
