/** The worker that traces, as long as the text is rules of iptables. */

import { answerWith } from './answering.ts';
import { answerTrace } from './answerTrace.ts';

answerWith({ trace: answerTrace });
