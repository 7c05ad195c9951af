import { ROUTING_CASES } from '../kernel/cases/routing.ts';
import { testInSimulator } from './simulated.ts';

testInSimulator(ROUTING_CASES);
