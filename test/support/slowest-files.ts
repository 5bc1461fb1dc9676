import { relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

const shown = 10;

/** Prints the files that took longest, after everything else. */
export default class SlowestFiles implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const files = modules.map((module) => {
      const { duration, collectDuration } = module.diagnostic();
      return { path: relative(process.cwd(), module.moduleId), seconds: (duration + collectDuration) / 1000 };
    });
    if (files.length <= shown) return;
    const slowest = files.sort((a, b) => b.seconds - a.seconds).slice(0, shown);
    console.log(`\nThe ${shown} slowest files:`);
    for (const { path, seconds } of slowest) console.log(`${seconds.toFixed(1).padStart(7)} s  ${path}`);
  }
}
