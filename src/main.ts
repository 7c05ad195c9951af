#!/usr/bin/env node
/** The program: gives the process's arguments and streams to `run`. This, the plugin of kubectl and their start alone see `process`. */
import { start } from './start.ts';

start(({ run }) => run);
