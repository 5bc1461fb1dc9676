import { JoulegateError } from '../../errors/index.ts';
import { announce, openStateCache, type StateCache } from '../../github/index.ts';
import { emptyState, type KeptState, packState, stateVersion, unpackState } from '../../store/index.ts';
import { type NoiseFloor, noiseFloorIn } from '../noise-floor.ts';
import type { ModeTask } from './guard-mode.ts';

/** Larger states are not read: 20,000 rows of features pack to a few megabytes. */
const maxBytes = 64 * 1024 * 1024;

/** What earlier nightly runs on the same device family left, and the way to leave something for the next. */
export interface StateKeeper {
  readonly restored: KeptState;
  save(state: KeptState): Promise<void>;
}

/** How much a state knows: what is saved must know more than what it replaces. */
function entriesIn(state: KeptState): number {
  return (state.model?.rows.length ?? 0) + state.history.length + state.noise.length;
}

/**
 * Restores what is kept for a device family. A state that is damaged, foreign or of a newer version is said, left
 * unused and made anew.
 */
export async function restoreState(task: ModeTask, family: string): Promise<StateKeeper> {
  const { commands, runner, inputs, host } = task;
  const cache: StateCache = openStateCache({
    runner,
    choice: inputs.cache,
    subject: {
      version: stateVersion,
      device: family,
      scope: `${inputs.workingDirectory}/${inputs.manifest}`,
    },
    shard: inputs.shard,
    maxBytes,
  });
  const found = await cache.restore();
  announce(commands, found);
  const restored = found.bytes === null ? emptyState(family) : readState(task, found.bytes, family);
  return {
    restored,
    async save(state) {
      host.signal.throwIfAborted();
      const restoredEntries = entriesIn(restored);
      const outcome = await cache.save({
        bytes: packState(state),
        entries: entriesIn(state),
        restoredEntries,
      });
      announce(commands, outcome);
    },
  };
}

function readState({ commands }: ModeTask, bytes: Uint8Array, family: string): KeptState {
  try {
    const state = unpackState(bytes, 'the kept state');
    if (state.family === family) return state;
    commands.warning(`The kept state is of ${state.family}, not of ${family}: it is not used and made anew.`);
  } catch (error) {
    if (!(error instanceof JoulegateError)) throw error;
    commands.warning(`${error.message}: it is not used and made anew.`);
  }
  return emptyState(family);
}

/** The device's noise floor by what nightly runs kept; null if they have not measured enough of it yet. */
export async function keptNoiseFloor(task: ModeTask, family: string): Promise<NoiseFloor | null> {
  const { restored } = await restoreState(task, family);
  return noiseFloorIn(
    restored.noise.map((sample) => ({ ...sample, phase: 'flag' as const, voidReasons: [] })),
  );
}
