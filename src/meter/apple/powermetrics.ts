import type { CommandReading } from '../command/parse.ts';
import type { Probed } from '../sensor/types.ts';

/** A sample every so often; each says what it covers to 10 us. */
const everyMs = 100;

/** Samples of the GPU's power without an end, each printed as soon as it is complete. */
export const powermetricsArguments: readonly string[] = [
  ...['--samplers', 'gpu_power', '--sample-rate', String(everyMs)],
  ...['--format', 'text', '--buffer-size', '1'],
];

const header = /^\*\*\* Sampled system activity .*\((\d+(?:\.\d+)?)ms elapsed\) \*\*\*$/;
const power = /^GPU Power:\s*(.*)$/;
/** More is no Mac's. */
const maxMilliwatts = 1e6;
const maxElapsedMs = 1e5;

/**
 * Reads what `powermetrics` prints, line by line: joules since the first sample, one reading a sample. A sample states mean power
 * and the time that it covers, so that none is lost and none counts twice however late it comes.
 */
export function powermetricsReader(): (line: string) => Probed<CommandReading | null> {
  let joules = 0;
  let elapsedMs: number | null = null;
  return (line) => {
    const text = line.trim();
    if (/superuser/i.test(text)) return { ok: false, why: 'it has to run as root' };
    const covered = header.exec(text);
    if (covered !== null) {
      elapsedMs = Number(covered[1]);
      return elapsedMs <= maxElapsedMs
        ? { ok: true, value: null }
        : { ok: false, why: `it printed a sample of ${elapsedMs} ms` };
    }
    const stated = power.exec(text);
    // Some versions state the power of one sample twice.
    if (stated === null || elapsedMs === null) return { ok: true, value: null };
    const milliwatts = Number(/^(\d+(?:\.\d+)?) mW$/.exec(stated[1] ?? '')?.[1]);
    if (!(milliwatts <= maxMilliwatts)) {
      return { ok: false, why: `it printed ${JSON.stringify(text.slice(0, 60))}, which is no power` };
    }
    joules += (milliwatts * elapsedMs) / 1e6;
    elapsedMs = null;
    return { ok: true, value: { quantity: 'joules', value: joules } };
  };
}
