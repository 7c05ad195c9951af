/** All commands, in the order in which help lists them. Adding one is a line here. */
import type { Command } from '../command.ts';
import { explain } from './explain.ts';

export const COMMANDS: readonly Command[] = [explain];
