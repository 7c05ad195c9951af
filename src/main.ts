#!/usr/bin/env node
/** The program: gives the process's arguments and streams to `run`. This and the plugin of kubectl alone see `process`. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { loadPrograms } from './load.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
const { stdin, stdout, stderr, env } = process;
const { nodeIo, run } = await loadPrograms();

process.exitCode = await run({ argv: process.argv.slice(2), version }, nodeIo({ stdin, stdout, stderr, env, cwd: process.cwd() }));
