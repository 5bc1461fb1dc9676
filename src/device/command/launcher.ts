import type { Outcome, VariantFailure } from '../../kernel/index.ts';
import type { Clock, Completion, LatencySamples, TimeOptions } from '../../measure/index.ts';
import { cpuSeconds, groupMembers } from './cpu-seconds.ts';
import type { CommandSession, RunAnswer } from './session.ts';

const maxLaunches = 1 << 20;
const leastSamples = 3;

/** Warming up: as `worker/warm-up.ts` does it. */
const enoughMs = 2;
const warmUpMs = 400;
const settledWithin = 0.2;

/** A stretch's batches: as `worker/run.ts` has them. */
const batchMs = 20;
const batchesInFlight = 2;

/** A time that is a smaller part of ours is in another unit, or of one launch instead of all. */
const leastPart = 0.005;
const tellingMs = 10;
const doubtfulPart = 0.2;
/** Longer launches are not put together. */
const longMs = 250;
const growth = 4;
/** Clocks of a GPU rise, and the end is waited for only once: times need not grow as launches do. Beyond the other it is clear. */
const leastGrowth = 1.5;
const clearGrowth = 3;
/** A busy host may notice one answer late, but hardly all of them. */
const attempts = 6;
const wantedLaunches = 'it should launch as often as it is told, and say how long that took';
const wantedTime = 'it should be the time of all launches together, in milliseconds';
/** Clocks of a GPU and of a host may differ by this much. */
const mostPart = 1.02;
const noticedWithinMs = 1;

/** How often to launch for a sample of a given length. */
function launchesFor(sampleMs: number, launchMs: number): number {
  return Math.min(maxLaunches, Math.max(1, Math.ceil(sampleMs / Math.max(launchMs, 1e-6))));
}

/** Launches a running program, and takes its times. */
export class CommandLauncher {
  readonly #session: CommandSession;
  readonly #clock: Clock;
  readonly #slackMs: number;
  readonly #firstMs: number;
  #launchMs = 0;
  #resolutionMs = Number.POSITIVE_INFINITY;

  /**
   * @param deadlines.slackMs how long an answer may take on top of what launches are expected to take
   * @param deadlines.readyMs how long the first launch may take, in which many programs compile
   */
  constructor(
    session: CommandSession,
    clock: Clock,
    deadlines: { readonly slackMs: number; readonly readyMs: number },
  ) {
    this.#session = session;
    this.#clock = clock;
    this.#slackMs = deadlines.slackMs;
    this.#firstMs = deadlines.readyMs;
  }

  /** Launches until the time per launch settles. At least two launches; the first says nothing of what others take. */
  async warmUp(): Promise<Outcome<null>> {
    const first = await this.#launch(1, this.#firstMs);
    if (!first.ok) return first;
    let launches = 1;
    let previousMs = this.#launchMs;
    let spentMs = 0;
    for (;;) {
      const startMs = this.#clock.nowMs();
      const answer = await this.#launch(launches);
      if (!answer.ok) return answer;
      // Ours, so that a program that always says 0 comes to an end here.
      const ourMs = answer.value.atMs - startMs;
      // One launch that was held up, as by a compiler that took its time, is not what ends this.
      spentMs += Math.min(ourMs, warmUpMs / 2);
      const launchMs = this.#launchMs;
      // Where ours is much longer, the next batch shows whether the unit is wrong, or launching takes that long.
      const isDoubtful = launchMs * launches < doubtfulPart * ourMs && (launches === 1 || ourMs <= tellingMs);
      const longEnough = (ourMs >= enoughMs && !isDoubtful) || launches >= maxLaunches;
      if (longEnough && Math.abs(previousMs - launchMs) <= settledWithin * launchMs) break;
      if (spentMs >= warmUpMs) break;
      previousMs = launchMs;
      if (!longEnough) launches *= 4;
    }
    const saidMs = launches * this.#launchMs;
    if (saidMs === 0 || (launches >= maxLaunches && saidMs < enoughMs))
      return refused(`it says that ${launches} launches took ${saidMs} ms: ${wantedLaunches}`);
    return this.#launchMs > longMs ? { ok: true, value: null } : this.#checkGrowth(launches);
  }

  /**
   * More launches have to take longer: by what the program says, and by what it says of the time that we waited.
   * @param few launches that take long enough to be told from what a busy host adds
   */
  async #checkGrowth(few: number): Promise<Outcome<null>> {
    let found = '';
    // What was noticed late makes a part smaller, never larger.
    const parts = { few: 0, many: 0 };
    const least = { few: Number.POSITIVE_INFINITY, many: Number.POSITIVE_INFINITY };
    let grown = 0;
    for (let attempt = 0; attempt < attempts; attempt++) {
      for (const [key, launches] of [
        ['few', few],
        ['many', growth * few],
      ] as const) {
        const startMs = this.#clock.nowMs();
        const answer = await this.#launch(launches);
        if (!answer.ok) return answer;
        const { ms, atMs } = answer.value;
        least[key] = Math.min(least[key], ms);
        parts[key] = Math.max(parts[key], ms / Math.max(atMs - startMs, 1e-6));
        found = `it says that ${launches} launches took ${ms} ms, and answered after ${(atMs - startMs).toFixed(1)} ms`;
      }
      grown = least.many / least.few;
      if (parts.many > parts.few / 2 && grown > clearGrowth) return { ok: true, value: null };
    }
    if (parts.many <= parts.few / 2) return refused(`${found}: ${wantedTime}`);
    if (grown > leastGrowth) return { ok: true, value: null };
    return refused(`${found}, no longer than ${few} took: ${wantedLaunches}`);
  }

  /** Samples of equal numbers of launches, enough of them that each lasts `minSampleMs`. */
  async samples({ samples, minSampleMs, maxMs }: TimeOptions): Promise<Outcome<LatencySamples>> {
    const startMs = this.#clock.nowMs();
    let launchesPerSample = launchesFor(minSampleMs, this.#launchMs);
    const samplesMs: number[] = [];
    while (samplesMs.length < samples) {
      const answer = await this.#launch(launchesPerSample);
      if (!answer.ok) return answer;
      const needed = launchesFor(minSampleMs, this.#launchMs);
      if (samplesMs.length === 0 && needed > 1.5 * launchesPerSample) {
        // Faster than it seemed while warming up.
        launchesPerSample = needed;
        continue;
      }
      samplesMs.push(this.#launchMs);
      if (samplesMs.length >= leastSamples && this.#clock.nowMs() - startMs >= maxMs) break;
    }
    const resolutionMs = this.#resolutionMs / launchesPerSample;
    return { ok: true, value: { samplesMs, launchesPerSample, resolutionMs } };
  }

  /**
   * Launches without a gap for at least `durationMs`: the next batch waits in the program's input while one runs.
   * @param options.countCpu whether the CPU time of the program and of what it started is the device's
   */
  async stretch(
    durationMs: number,
    options: { readonly countCpu: boolean },
  ): Promise<Outcome<readonly Completion[]>> {
    const session = this.#session;
    const first = await this.#launch(1);
    if (!first.ok) return first;
    const launches = launchesFor(batchMs, this.#launchMs);
    const members = options.countCpu && session.pid !== undefined ? groupMembers(session.pid) : null;
    const completions: Completion[] = [];
    let done = 0;
    const note = (timeMs: number) =>
      completions.push({
        timeMs,
        launches: done,
        cpuSeconds: members === null ? null : cpuSeconds(members),
      });
    const deadlineMs = this.#deadline(batchesInFlight * launches);
    const startMs = this.#clock.nowMs();
    note(startMs);
    let failure: VariantFailure | null = null;
    const lane = async () => {
      while (failure === null && this.#clock.nowMs() - startMs < durationMs) {
        const answer = await session.run(launches, deadlineMs);
        if (!answer.ok) {
          failure = answer.failure;
          return;
        }
        done += launches;
        note(answer.value.atMs);
      }
    };
    await Promise.all(Array.from({ length: batchesInFlight }, lane));
    return failure === null ? { ok: true, value: completions } : { ok: false, failure };
  }

  #deadline(launches: number): number {
    return this.#slackMs + 4 * launches * this.#launchMs;
  }

  /** Launches, and checks what the program says about the time against our own clock. */
  async #launch(launches: number, deadlineMs = this.#deadline(launches)): Promise<Outcome<RunAnswer>> {
    let said = '';
    for (let attempt = 0; attempt < attempts; attempt++) {
      const startMs = this.#clock.nowMs();
      const answer = await this.#session.run(launches, deadlineMs);
      if (!answer.ok) return answer;
      const { ms, atMs, resolutionMs } = answer.value;
      const ourMs = atMs - startMs;
      said = `it says that ${launches} launches took ${ms} ms, and answered after ${ourMs.toFixed(1)} ms`;
      if (ms > mostPart * ourMs + noticedWithinMs) break;
      const tooShort = launches > 1 && ourMs > tellingMs && ms < leastPart * ourMs;
      if (tooShort) continue;
      this.#launchMs = ms / launches;
      // A program that leaves out zeros prints fewer digits now and then.
      this.#resolutionMs = Math.min(this.#resolutionMs, resolutionMs);
      return answer;
    }
    return refused(`${said}: ${wantedTime}`);
  }
}

function refused(message: string): Outcome<never> {
  return { ok: false, failure: { kind: 'validation', message } };
}
