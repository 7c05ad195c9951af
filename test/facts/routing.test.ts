import { REROUTING_CASES } from '../kernel/cases/rerouting.ts';
import { ROUTING_CASES } from '../kernel/cases/routing.ts';
import { testInSimulator } from './simulated.ts';

testInSimulator([...REROUTING_CASES, ...ROUTING_CASES]);
