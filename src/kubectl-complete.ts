#!/usr/bin/env node
/** What kubectl runs to complete the words of `kubectl chainwalk`: on PATH as `kubectl_complete-chainwalk`. */
import { start } from './start.ts';

start(({ runCompletion }) => runCompletion);
