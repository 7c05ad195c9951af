/** The worker with the whole library. */
import { answerChanges } from './answerChanges.ts';
import { answerClaims } from './answerClaims.ts';
import { answerFind } from './answerFind.ts';
import { answerFixes } from './answerFixes.ts';
import { answerWith } from './answering.ts';
import { answerConnection, answerJson, answerMermaid, answerSame } from './answerText.ts';
import { answerTrace } from './answerTrace.ts';

export function answerAll(): void {
  answerWith({
    trace: answerTrace,
    same: answerSame,
    connection: answerConnection,
    json: answerJson,
    mermaid: answerMermaid,
    claims: answerClaims,
    fixes: answerFixes,
    diff: answerChanges,
    find: answerFind,
  });
}
