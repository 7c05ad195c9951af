/** All commands, in the order in which help lists them. A page in report/explain/command belongs to each. */
import type { Command } from '../argv/command.ts';
import { approachesCommand } from './approaches.ts';
import { captureCommand } from './capture.ts';
import { checkCommand } from './check.ts';
import { ciCommand } from './ci.ts';
import { completionOf } from './completion.ts';
import { diffCommand } from './diff.ts';
import { enrolCommand } from './enrol.ts';
import { expectCommand } from './expect.ts';
import { explainOf } from './explain.ts';
import { findCommand } from './find.ts';
import { hostCommand } from './host.ts';
import { initCommand } from './init.ts';
import { mergeCommand } from './merge.ts';
import { printCommand } from './print.ts';
import { renderCommand } from './render.ts';
import { reportCommand } from './report.ts';
import { serveCommand } from './serve.ts';
import { traceCommand } from './trace.ts';
import { verifyCommand } from './verify.ts';

const ANSWERING: readonly Command[] = [
  traceCommand,
  verifyCommand,
  mergeCommand,
  diffCommand,
  findCommand,
  ciCommand,
  reportCommand,
  serveCommand,
  initCommand,
  expectCommand,
  checkCommand,
  printCommand,
  renderCommand,
  hostCommand,
  captureCommand,
  enrolCommand,
  approachesCommand,
];

const ASKED: readonly Command[] = [...ANSWERING, explainOf(ANSWERING)];

export const COMMANDS: readonly Command[] = [...ASKED, completionOf(ASKED)];
