import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile, evaluate, loadPrograms } from '../src/load.ts';

const BUNDLE = {
  file: resolve(import.meta.dirname, 'bundle.cjs'),
  code: "module.exports = { run: () => require('node:path').basename('a/b') };",
};

const ran = (bundle: Parameters<typeof compile>[0]): unknown => {
  const script = compile(bundle);
  const { run } = evaluate(bundle, script) as unknown as { readonly run: () => string };
  return { said: run(), refused: script.cachedDataRejected };
};

describe('the code of the programs', () => {
  it('runs as compiled before', () => {
    const compiled = compile(BUNDLE).createCachedData();
    expect(ran({ ...BUNDLE, compiled })).toEqual({ said: 'b', refused: false });
  });

  it('is compiled anew where V8 refuses what was compiled', () => {
    const compiled = compile(BUNDLE).createCachedData();
    // V8 remembers the code of this process: each time it is another one
    expect(ran({ ...BUNDLE, code: `${BUNDLE.code} // longer`, compiled })).toEqual({ said: 'b', refused: true });
    compiled.writeUInt32LE((compiled.readUInt32LE(4) + 1) >>> 0, 4);
    expect(ran({ ...BUNDLE, code: `${BUNDLE.code}//`, compiled })).toEqual({ said: 'b', refused: true });
    expect(ran({ ...BUNDLE, code: `${BUNDLE.code};`, compiled: Buffer.from('no code at all') })).toEqual({ said: 'b', refused: true });
  });

  it('is in modules where nothing is bundled', async () => {
    expect(Object.keys(await loadPrograms()).toSorted()).toEqual(['nodeIo', 'run', 'runPlugin']);
  });
});
