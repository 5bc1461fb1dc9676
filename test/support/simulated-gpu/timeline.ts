interface Segment {
  readonly fromMs: number;
  readonly toMs: number;
  readonly watts: number;
  /** Above idle, of all segments before. */
  readonly joulesBefore: number;
  readonly busyMsBefore: number;
}

/** What the board truly drew: a step function, idle power wherever nothing ran. */
export class Timeline {
  readonly #idleWatts: number;
  readonly #segments: Segment[] = [];

  constructor(idleWatts: number) {
    this.#idleWatts = idleWatts;
  }

  /** Something ran; segments come in order and do not overlap. */
  add(fromMs: number, toMs: number, watts: number): void {
    if (toMs <= fromMs) return;
    const last = this.#segments.at(-1);
    this.#segments.push({
      fromMs,
      toMs,
      watts,
      joulesBefore: last === undefined ? 0 : this.#joulesAfter(last, last.toMs),
      busyMsBefore: last === undefined ? 0 : last.busyMsBefore + last.toMs - last.fromMs,
    });
  }

  /** True energy since time 0. */
  joulesAt(timeMs: number): number {
    const segment = this.#before(timeMs);
    const load = segment === undefined ? 0 : this.#joulesAfter(segment, timeMs);
    return (this.#idleWatts * timeMs) / 1000 + load;
  }

  meanWatts(fromMs: number, toMs: number): number {
    return (1000 * (this.joulesAt(toMs) - this.joulesAt(fromMs))) / (toMs - fromMs);
  }

  /** Part of the time between two moments in which something ran. */
  busyShare(fromMs: number, toMs: number): number {
    const busy = (timeMs: number) => {
      const segment = this.#before(timeMs);
      return segment === undefined
        ? 0
        : segment.busyMsBefore + Math.min(segment.toMs, timeMs) - segment.fromMs;
    };
    return (busy(toMs) - busy(fromMs)) / (toMs - fromMs);
  }

  #joulesAfter({ fromMs, toMs, watts, joulesBefore }: Segment, timeMs: number): number {
    return joulesBefore + ((watts - this.#idleWatts) * (Math.min(toMs, timeMs) - fromMs)) / 1000;
  }

  /** The last segment that began before a moment. */
  #before(timeMs: number): Segment | undefined {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#segments[middle] as Segment).fromMs < timeMs) low = middle + 1;
      else high = middle;
    }
    return this.#segments[low - 1];
  }
}
