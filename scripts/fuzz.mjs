// Fuzzes every parser for longer than the tests do, and with other cases.
// usage: node scripts/fuzz.mjs [--scale N] [--seed N]      N times ten thousand cases; a seed is drawn unless given
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    scale: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
console.log(`seed ${values.seed}, ${values.scale} times ten thousand cases`);
const { status } = spawnSync('npx', ['vitest', 'run', 'test/hostile/fuzz', '--testTimeout', '3600000'], {
  env: { ...process.env, FUZZ_SCALE: values.scale, FUZZ_SEED: values.seed },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
