/** The page of the project: README and docs/ as HTML, links between them kept. `tsx bundle/site.ts FOLDER`. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { marked } from 'marked';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Nothing is loaded from elsewhere and no script runs. */
const POLICY = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'";
const STYLE = [
  'body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color-scheme:light dark}',
  'pre{overflow-x:auto;padding:.8rem;border:1px solid #8884;border-radius:6px}',
  'code{font-family:ui-monospace,monospace;font-size:.9em}',
  'table{border-collapse:collapse}td,th{border:1px solid #8884;padding:.3rem .6rem;text-align:left;vertical-align:top}img{max-width:100%}',
].join('');

/** Links to pages of the documentation lead to their HTML; `README.md` of a folder is its index. */
export function toHtmlLink(href: string): string {
  if (/^[a-z]+:/i.test(href)) return href;
  return href.replace(/(^|\/)README\.md(?=#|$)/, '$1index.html').replace(/\.md(?=#|$)/, '.html');
}

/** As GitHub makes anchors of headings. */
export function headingAnchor(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/<[^>]*>|[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

export function toPage(markdown: string): string {
  const title = /^# (.*)$/m.exec(markdown)?.[1] ?? 'chainwalk';
  const html = marked
    .parse(markdown, { async: false })
    .replaceAll(
      /<h(\d)>(.*?)<\/h\1>\n?/g,
      (_, depth: string, text: string) => `<h${depth} id="${headingAnchor(text)}">${text}</h${depth}>\n`,
    )
    .replaceAll(/href="([^"]+)"/g, (_, href: string) => `href="${toHtmlLink(href)}"`);
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>${title}</title>`,
    `<style>${STYLE}</style>`,
  ].join('\n');
  return `<!doctype html>\n<html lang="en">\n<head>\n${head}\n</head>\n<body>\n${html}</body>\n</html>\n`;
}

/** Files by their path below the folder. */
export function pages(): ReadonlyMap<string, string> {
  const names = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  const files = ['README.md', 'grammars/EXTENSIONS.md', 'test/kernel/README.md', ...names.map((name) => `docs/${name}`)];
  return new Map(files.map((file) => [toHtmlLink(file), toPage(readFileSync(join(ROOT, file), 'utf8'))]));
}

function main(folder: string): void {
  for (const [name, html] of pages()) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), html);
  }
  cpSync(join(ROOT, 'docs/trace.svg'), join(folder, 'docs/trace.svg'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv[2] ?? 'dist/site');
