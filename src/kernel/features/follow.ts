import type { FnElem, FunctionCallExpression } from '../wesl.ts';
import type { StepCode } from './follow-steps.ts';
import {
  callFrame,
  entryFrame,
  type Follower,
  type Frame,
  type Passed,
  type Run,
  type Value,
} from './run.ts';
import { Trail, type Trips } from './trail.ts';

/**
 * Goes through a program from its entry point on as the first invocation does, statement by statement and turn by turn, but only
 * through what decides how often loops run. What it cannot know, such as what a storage buffer holds, is unknown: both ways of
 * a branch are gone, and a loop that depends on it has no number.
 */
export class ProgramFollower implements Follower {
  readonly #entry: FnElem;
  readonly #makeCode: () => StepCode;
  #code: StepCode | null = null;
  #trail: Trail | null = null;

  /** @param makeCode makes the code, or has it: it is asked for when something has to be gone through. */
  constructor(entry: FnElem, makeCode: () => StepCode) {
    this.#entry = entry;
    this.#makeCode = makeCode;
  }

  trips(run: Run, frame: Frame, loop: object): number {
    let { trips } = this.#trail ?? this.#follow(run);
    const calls: FunctionCallExpression[] = [];
    for (let at: Frame | null = frame; at !== null; at = at.caller) if (at.call !== null) calls.push(at.call);
    for (const call of calls.reverse()) trips = trips.of(call);
    return trips.mean(loop, run.share < 1);
  }

  call(fn: FnElem, passed: Passed, caller: Frame): Value | null {
    const trail = this.#trail;
    const body = this.#code?.body(fn) ?? null;
    const around: Trips | undefined = trail?.seen.get(caller);
    if (trail === null || body === null || around === undefined) return null;
    const frame = callFrame(passed, caller, trail.held);
    const stop = { trail, frame, trips: around.of(passed.call), returned: undefined };
    trail.seen.set(frame, stop.trips);
    body(stop);
    return stop.returned ?? null;
  }

  #follow(run: Run): Trail {
    const trail = new Trail(run);
    this.#trail = trail;
    const frame = entryFrame(trail.held);
    const stop = { trail, frame, trips: trail.trips, returned: undefined };
    trail.seen.set(frame, trail.trips);
    this.#code = this.#makeCode();
    this.#code.start(stop);
    this.#code.body(this.#entry)?.(stop);
    return trail;
  }
}
