/** Flowcharts whatever the texts are. The lines that are allowed here were read by mermaid 12.3 itself, for every finding of every
 *  fixture and for 400 hostile texts: it is no dependency, as it brings 150 packages and wants a browser. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mermaidTrace } from '../../../src/report/charts/mermaid.ts';
import type { TraceInput } from '../../../src/report/json/traceInput.ts';
import { journey, path, walk } from '../handmade.ts';
import { hostile, hostileTexts, placedRule, problem } from './handmadeReview.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
const LABEL = /"(?:[^"`<>&#\u0000-\u001f\u2028\u2029]|#\d+;|<b>|<\/b>|<br\/>)*"/.source;
const LINES = new RegExp(
  [
    '^flowchart TB$',
    '^ {2}%%\\{init: \\{"flowchart": \\{"wrappingWidth": \\d+\\}\\}\\}%%$',
    `^ {2,4}n\\d+(?:\\[|\\(\\[|\\{\\{)${LABEL}(?:\\]|\\]\\)|\\}\\})$`,
    `^ {2}subgraph leg\\d+_n\\d+\\[${LABEL}\\]$`,
    '^ {2}end$',
    '^ {2}n\\d+ (?:-->|-\\.->|==>) n\\d+$',
    '^ {2}classDef [a-z]+ [a-z0-9:#, -]+$',
    '^ {2}class [n0-9,]+ [a-z]+$',
    '^ {2}linkStyle \\d+(?:,\\d+)* stroke:#[0-9a-f]{6},stroke-width:\\dpx(?:,stroke-dasharray:\\d \\d)?$',
  ].join('|'),
);

function expectFlowchart(input: TraceInput): readonly string[] {
  const lines = mermaidTrace(input).split('\n');
  for (const line of lines) expect(line).toMatch(LINES);
  const nodes = lines.filter((line) => /^ {2,4}n\d+[[({]/.test(line));
  expect(nodes.length).toBeLessThanOrEqual(40);
  return nodes;
}

describe('mermaid', () => {
  it('no label ends before it should, and the comment of a rule is read back', () => {
    fc.assert(
      fc.property(hostileTexts, (texts) => {
        const { witness } = problem(texts);
        if (witness !== undefined) expect(expectFlowchart(witness)).toHaveLength(3);
      }),
    );
  });

  it('has at most 40 nodes, whatever the rules are', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 120 }), (comments) => {
        const rules = comments.map((comment, index) => placedRule({ comment, file: 'pod.rules' }, index + 1).rule);
        const steps = rules.map((rule) => ({ kind: 'rule', hook: 'OUTPUT', rule, verdict: 'RETURN' }) as const);
        const leg = { sender: 'app', walk: walk({ steps, fate: { kind: 'sent', oif: 'eth0' } }) };
        expectFlowchart({ journey: journey([path('direct', [leg])]), file: 'pod.rules', defaults: [] });
      }),
    );
  });
});
