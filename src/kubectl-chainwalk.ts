#!/usr/bin/env node
/** The plugin of kubectl: gives the process's arguments and streams to `runPlugin`, as main.ts does for chainwalk. */
import { start } from './start.ts';

start(({ runPlugin }) => runPlugin);
