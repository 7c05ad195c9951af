import { CONNTRACK_CASES } from '../kernel/cases/conntrack.ts';
import { testInSimulator } from './simulated.ts';

testInSimulator(CONNTRACK_CASES);
