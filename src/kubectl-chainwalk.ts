#!/usr/bin/env node
/** The plugin of kubectl: gives the process's arguments and streams to `runPlugin`, as main.ts does for chainwalk. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { loadPrograms } from './load.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
const { stdin, stdout, stderr, env } = process;
const { nodeIo, runPlugin } = await loadPrograms();

process.exitCode = await runPlugin({ argv: process.argv.slice(2), version }, nodeIo({ stdin, stdout, stderr, env, cwd: process.cwd() }));
