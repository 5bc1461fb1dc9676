import { printTable } from './table.ts';
import { type RecordedSensor, responseOf } from './trace.ts';
import { reportWindows } from './trace-windows.ts';

/** Update period, width, delay and gain of every sensor in recordings, and how far windows are from the meter in the cables. */
export function reportTraces(sensors: readonly RecordedSensor[]): void {
  const rows = sensors.map((sensor) => {
    const { name, periodMs } = sensor;
    const fit = responseOf(sensor);
    const period = periodMs === null ? '-' : `${periodMs.toFixed(0)} ms`;
    if (fit === null) return [name, period, '-', '-', '-', '-'];
    return [
      ...[name, period, `${fit.spreadMs.toFixed(0)} ms`, `${fit.delayMs.toFixed(0)} ms`],
      ...[fit.gain.toFixed(3), `${(100 * fit.explained).toFixed(1)} %`],
    ];
  });
  const title = 'Sensors beside a meter in the power cables (a box over that meter which fits best)';
  printTable(title, ['sensor', 'update period', 'width', 'delay', 'gain', 'explained'], rows);
  reportWindows(sensors);
}
