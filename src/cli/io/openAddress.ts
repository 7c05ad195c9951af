/** Opens an address in the browser of this desktop. */
import { spawn } from 'node:child_process';
import { reason } from './files.ts';

/** Resolves when the browser has been asked, not when it ends; the reason where it cannot be. */
export type OpenAddress = (address: string) => Promise<{ readonly problem?: string }>;

/** By Node's name of the system; everything else has what freedesktop.org describes. No shell reads the address. */
const OPENERS: Readonly<Record<string, readonly [program: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** An opener that has not failed by then is a browser that stays in the foreground. */
const PATIENCE_MS = 5000;

export function opener(platform: string): OpenAddress {
  const [program, ...args] = OPENERS[platform] ?? ['xdg-open'];
  return (address) =>
    new Promise((resolve) => {
      const child = spawn(program, [...args, address], { stdio: 'ignore', detached: true });
      const clock = setTimeout(() => resolve({}), PATIENCE_MS);
      const end = (problem?: string): void => {
        clearTimeout(clock);
        resolve(problem === undefined ? {} : { problem });
      };
      child.on('error', (error) => end(`${program}: ${reason(error)}`));
      child.on('exit', (code) => end(code === 0 ? undefined : `${program} has failed`));
      // the browser outlives this program, and does not keep it
      child.unref();
      clock.unref();
    });
}
