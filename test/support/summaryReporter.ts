/** The last line of a run, as plain numbers. */
import type { Reporter, TestModule } from 'vitest/node';

export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests++;
        const { state } = test.result();
        count[state === 'passed' ? 'passed' : state === 'failed' ? 'failed' : 'skipped']++;
      }
      // a file that could not be loaded has no tests and is a failure all the same; one that has nothing to read here has none, too
      if ((tests === 0 && module.state() !== 'skipped') || module.errors().length > 0) count.failed++;
    }
    console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
  }
}

// vitest loads a reporter by path through the default export
// biome-ignore lint/style/noDefaultExport: as said
export default SummaryReporter;
