/** What the page weighs when it is sent: most of it is the library, which is all of chainwalk. */
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { pageOf, pageParts } from '../../web/build.ts';

const KB = 1000;

it('the page without its examples is below its budget, and so is what is not the library', async () => {
  const parts = await pageParts();
  const { script, editor, style } = parts;
  expect(gzipSync(script + editor + style, { level: 9 }).length).toBeLessThan(130 * KB);
  expect(gzipSync(pageOf({ ...parts, examples: '[]' }), { level: 9 }).length).toBeLessThan(715 * KB);
});

it('the first answer waits for a third of the library', async () => {
  const { worker } = await pageParts();
  expect(worker.quick.length).toBeLessThan(660 * KB);
  expect(worker.quick.length / (worker.quick.length + worker.rest.length)).toBeLessThan(0.35);
});

it('the first answer does not wait for the editor', async () => {
  const { script } = await pageParts();
  expect(script.length).toBeLessThan(70 * KB);
});

it('no script ends before its end, and none may be added', async () => {
  const html = pageOf(await pageParts());
  expect([...html.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag)).toEqual([
    '<script type="text/plain" id="quick">',
    '<script>',
    '<script type="text/plain" id="rest">',
    '<script type="text/plain" id="editor">',
    '<script type="application/json" id="given">',
    '<script type="application/json" id="examples">',
    '<script>',
  ]);
  expect(html.match(/<\/script/g)).toHaveLength(7);
  expect(html).not.toContain('<!--');
  expect(html).not.toMatch(/unsafe-inline|unsafe-eval|https?:\/\/[^\s"'`]*\.(?:js|css|woff2?)/);
});
