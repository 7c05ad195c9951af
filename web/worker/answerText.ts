/** AnswersOfPage that are texts: the connection, JSON, a picture in Mermaid, and which packets are treated alike. */
import { trace } from '../../src/api/library/index.ts';
import { formatTrace, mermaid } from '../../src/api/report/index.ts';
import { traceHere } from './answerTrace.ts';
import type { AskedSetting, PageQuestion, SameAnswer, TextAnswer } from './questions.ts';
import { rulesHere } from './rulesHere.ts';

interface AboutPacket {
  readonly packet: string;
}

export function answerSame({ packet }: AboutPacket, setting: AskedSetting): SameAnswer {
  const { rulesets, options } = rulesHere(setting);
  const { same } = trace(rulesets, packet, options);
  return same === undefined ? {} : { packets: same.ordinary };
}

/** Of a proportional width nobody knows the columns: the page wraps. */
const WIDTH = 100;

export function answerConnection({ packet }: AboutPacket, setting: AskedSetting): TextAnswer {
  const { rulesets, options } = rulesHere(setting);
  return { text: formatTrace(trace(rulesets, packet, { ...options, connection: true, same: false }), { width: WIDTH }) };
}

/** What `trace -o json` prints. */
export function answerJson({ packet, same }: Extract<PageQuestion, { readonly kind: 'json' }>, setting: AskedSetting): TextAnswer {
  const { rulesets, options } = rulesHere(setting);
  return { text: JSON.stringify(trace(rulesets, packet, same ? options : { ...options, same }), undefined, 2) };
}

export function answerMermaid({ packet }: AboutPacket, setting: AskedSetting): TextAnswer {
  return { text: mermaid(traceHere(rulesHere(setting), packet)) };
}
