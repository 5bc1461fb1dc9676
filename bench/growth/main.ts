// What a long search holds: of this process on the simulated device, of the GPU process on the adapter that is found. Needs
// `npm run build` first, and Linux.
// usage: node bench/run.mjs growth [--trials 5000] [--every 1000] [--part search|worker]
import { parseArgs } from 'node:util';
import { searchLong } from './search.ts';
import { launchMany } from './worker.ts';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '5000' },
    every: { type: 'string', default: '1000' },
    part: { type: 'string' },
  },
});
const size = { trials: Number(values.trials), every: Number(values.every) };

/** Most that either may grow by after the first thousand trials. */
const bearableMb = 50;

interface Held {
  readonly rssMb: number;
  /** JavaScript's own, without garbage. */
  readonly heapMb: number;
}

/** Prints a table of what is held as it comes. */
function table(title: string) {
  console.log(`\n${title}\n\n| trials | heap, MB | process, MB |\n| --- | --- | --- |`);
  let first: Held | null = null;
  return (trials: number, held: Held) => {
    console.log(`| ${trials} | ${held.heapMb.toFixed(1)} | ${held.rssMb.toFixed(0)} |`);
    if (trials >= 1000) first ??= held;
    if (first === null) return;
    if (held.rssMb - first.rssMb > bearableMb || held.heapMb - first.heapMb > bearableMb)
      process.exitCode = 1;
  };
}

if (values.part !== 'worker') await searchLong({ ...size, seen: table('Main process') });
if (values.part !== 'search') await launchMany({ ...size, seen: table('GPU process') });
