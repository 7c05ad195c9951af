/** All commands, in the order in which help lists them. Adding one is a line here. */
import type { Command } from '../argv/command.ts';
import { approaches } from './approaches.ts';
import { check } from './check.ts';
import { ci } from './ci.ts';
import { completionOf } from './completion.ts';
import { diff } from './diff.ts';
import { enrol } from './enrol.ts';
import { expect } from './expect.ts';
import { explain } from './explain.ts';
import { find } from './find.ts';
import { print } from './print.ts';
import { render } from './render.ts';
import { trace } from './trace.ts';
import { verify } from './verify.ts';

const ASKED: readonly Command[] = [trace, verify, diff, find, ci, expect, check, print, render, enrol, approaches, explain];

export const COMMANDS: readonly Command[] = [...ASKED, completionOf(ASKED)];
