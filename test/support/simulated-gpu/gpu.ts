import type { Clock, Device, Meter } from '../../../src/measure/index.ts';
import { borrowMeter, openSensor } from '../../../src/meter/index.ts';
import { Board } from './board.ts';
import { type GpuSettings, withDefaults } from './parameters.ts';
import { SimulatedProcess } from './process.ts';
import { SimulatedSensor } from './sensor.ts';
import { VirtualTime } from './virtual-time.ts';

const startMs = 10_000;

/**
 * A GPU with its host in virtual time: nothing waits, and the same seed gives the same figures. Processes take turns on
 * one board that heats up, throttles and drifts; its sensor is read by the real sampler through the real meter.
 *
 * Simplified: one process runs at a time; idle power is constant; latency is inversely proportional to the clock.
 */
export class SimulatedGpu {
  readonly time = new VirtualTime(startMs);
  readonly clock: Clock = this.time;
  readonly board: Board;
  readonly sensor: SimulatedSensor;
  #opened = 0;
  #open = 0;
  #meter: Promise<Meter> | null = null;

  constructor(settings: GpuSettings) {
    this.board = new Board(withDefaults(settings));
    this.sensor = new SimulatedSensor(this.board, this.time);
  }

  /** Processes not closed yet. */
  get open(): number {
    return this.#open;
  }

  openDevice = async (): Promise<Device> => {
    await this.time.playTo(this.time.nowMs() + this.board.parameters.openMs);
    this.#open++;
    const onClose = () => {
      this.#open--;
    };
    return new SimulatedProcess({ board: this.board, time: this.time, index: this.#opened++, onClose });
  };

  /** As in a run, one meter serves all processes: its traits are measured once, on the idle board. */
  openMeter = async (): Promise<Meter> => {
    this.#meter ??= this.#openSensor();
    return borrowMeter(await this.#meter);
  };

  async #openSensor(): Promise<Meter> {
    const { sensor, time, board } = this;
    // A process of its own puts loads on the board; it is none of those that are measured.
    const probe = new SimulatedProcess({ board, time, index: -1, onClose: () => undefined });
    const candidate = { sensor, name: probe.info.description, handles: ['0'], refusal: null };
    const opened = await openSensor('nvml', [candidate], { device: probe, time });
    if (!opened.ok) throw new Error(opened.obstacle);
    return opened.meter;
  }
}
