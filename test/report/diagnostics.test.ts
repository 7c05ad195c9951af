import { describe, expect, it } from 'vitest';
import { toCheckReport } from '../../src/report/json/check.ts';
import { renderDiagnostics } from '../../src/report/text/diagnostics.ts';
import { PLAIN } from '../../src/report/text/paint.ts';
import type { Diagnostic } from '../../src/syntax/text/diagnostic.ts';

const STYLE = { paint: PLAIN, width: 80 };

function diagnostic(text: string, at: string, change: Partial<Diagnostic> = {}): Diagnostic {
  const start = text.indexOf(at);
  return {
    kind: 'malformed',
    message: `bad \`${at}\``,
    source: { file: 'pod.rules', text },
    span: { start, end: start + at.length },
    ...change,
  };
}

describe('diagnostics', () => {
  it('have a place, a frame with a caret, and help', () => {
    const text = '*nat\n-A OUTPUT -p tcp --dport 99x -j RETURN\nCOMMIT\n';
    expect(renderDiagnostics([diagnostic(text, '99x', { help: 'a port is 0 to 65535' })], STYLE)).toMatchInlineSnapshot(`
      "pod.rules:2:26: error: bad \`99x\`
          2 | -A OUTPUT -p tcp --dport 99x -j RETURN
            |                          ^^^
      help: a port is 0 to 65535"
    `);
  });

  it('are sorted by place, file by file', () => {
    const a = diagnostic('x y', 'y');
    const b = { ...a, span: { start: 0, end: 1 } };
    const other = diagnostic('z', 'z', { source: { file: 'b.rules', text: 'z' } });
    const lines = renderDiagnostics([a, other, b], STYLE)
      .split('\n')
      .filter((line) => line.includes('error:'));
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['pod.rules:1:1:', 'pod.rules:1:3:', 'b.rules:1:1:']);
  });

  it('a line of ten megabytes is cut around the span', () => {
    const text = `${'a'.repeat(5_000_000)} 99x ${'b'.repeat(5_000_000)}`;
    const lines = renderDiagnostics([diagnostic(text, '99x')], STYLE).split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    const [, code = '', caret = ''] = lines;
    expect(code.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('99x');
  });

  it('a span at either end of a long line keeps its caret', () => {
    for (const at of ['99x', '88y']) {
      const text = `99x ${'a'.repeat(500)} 88y`;
      const [, code = '', caret = ''] = renderDiagnostics([diagnostic(text, at)], STYLE).split('\n');
      expect(code.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe(at);
    }
  });

  it('tabs, carriage returns and escape sequences are harmless', () => {
    const text = '-A\tOUTPUT \u001b[31m99x\r\n';
    const rendered = renderDiagnostics([diagnostic(text, '99x')], STYLE);
    for (const char of ['\t', '\r', '\u001b']) expect(rendered).not.toContain(char);
    const [, code = '', caret = ''] = rendered.split('\n');
    expect(code.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('99x');
  });

  it('an empty text has no frame', () => {
    const one = diagnostic('', '', { kind: 'warning', message: 'no rule found in this text', span: { start: 0, end: 0 } });
    expect(renderDiagnostics([one], STYLE)).toBe('pod.rules:1:1: warning: no rule found in this text');
  });

  it('check JSON has the shape of chainwalk/check/v1', () => {
    const text = '*nat\n-A OUTPUT --dport 99x\n';
    const warning = diagnostic(text, 'OUTPUT', { kind: 'not-modelled', help: 'see' });
    expect(toCheckReport([diagnostic(text, '99x'), warning])).toEqual({
      schema: 'chainwalk/check/v1',
      ok: false,
      diagnostics: [
        { kind: 'not-modelled', code: null, file: 'pod.rules', line: 2, column: 4, message: 'bad `OUTPUT`', help: 'see' },
        { kind: 'malformed', code: null, file: 'pod.rules', line: 2, column: 19, message: 'bad `99x`', help: null },
      ],
    });
    expect(toCheckReport([warning]).ok).toBe(true);
  });
});
