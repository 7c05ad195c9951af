import { WALK_CASES } from '../kernel/cases/walk.ts';
import { testInSimulator } from './simulated.ts';

testInSimulator(WALK_CASES);
