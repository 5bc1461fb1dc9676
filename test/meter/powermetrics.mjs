#!/usr/bin/env node
// Stands in for macOS's powermetrics: prints a sample every 100 ms, of a GPU that draws 20 mW, or 9 W while the file beside this
// program's copy, `<copy>.busy`, is there. What it was started with is left in `<copy>.arguments`.
import { existsSync, writeFileSync } from 'node:fs';

const [, self] = process.argv;
writeFileSync(`${self}.arguments`, process.argv.slice(2).join(' '));
const busy = () => existsSync(`${self}.busy`);
let [sampledMs, seenMs, millijoules] = [performance.now(), performance.now(), 0];
function count() {
  const nowMs = performance.now();
  millijoules += ((busy() ? 9000 : 20) * (nowMs - seenMs)) / 1000;
  seenMs = nowMs;
}
setInterval(count, 2);
setInterval(() => {
  count();
  const elapsedMs = seenMs - sampledMs;
  const milliwatts = Math.round((1000 * millijoules) / elapsedMs);
  [sampledMs, millijoules] = [seenMs, 0];
  const text = `
*** Sampled system activity (Sun Nov 29 10:00:00 2026 +0000) (${elapsedMs.toFixed(2)}ms elapsed) ***

**** GPU usage ****

GPU HW active frequency: 338 MHz
GPU HW active residency:   2.56% (338 MHz: 2.6% 486 MHz:   0%)
GPU SW requested state: (P1 : 100% P2 :   0%)
GPU idle residency:  97.44%
GPU Power: ${milliwatts} mW
`;
  process.stdout.write(text);
}, 100);
