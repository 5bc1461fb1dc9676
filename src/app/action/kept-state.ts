import { JoulegateError } from '../../errors/index.ts';
import { announce, openStateCache, type StateCache } from '../../github/index.ts';
import { emptyState, type KeptState, packState, stateVersion, unpackState } from '../../store/index.ts';
import type { GuardMemory } from '../guard/index.ts';
import { machineLabel, type NoiseFloor, noiseFloorIn } from '../laboratory/index.ts';
import type { ModeTask } from './mode-task.ts';
import { labelsOf } from './pull-request-comment.ts';

/** Larger states are not read: 20,000 rows of features pack to a few megabytes. */
const maxBytes = 64 * 1024 * 1024;

/** What earlier nightly runs on the same device family left, and the way to leave something for the next. */
export interface StateKeeper {
  readonly restored: KeptState;
  /** Whether what is kept could be seen: if not, `restored` is empty though there may be nights. */
  readonly isKnown: boolean;
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
    signal: host.signal,
  });
  const found = await cache.restore();
  announce(commands, found);
  const restored = found.bytes === null ? emptyState(family) : readState(task, found.bytes, family);
  return {
    restored,
    isKnown: found.isKnown,
    async save(state) {
      if (host.signal.aborted) {
        commands.info('The state was not saved: the run was cancelled.');
        return;
      }
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

/**
 * The device's noise floor by what nightly runs kept; null if they have not measured enough of it yet.
 * @param machine adapter and driver: another driver has another noise
 */
function keptNoiseFloor({ noise }: KeptState, machine: string): NoiseFloor | null {
  const own = noise.filter(({ device }) => device === undefined || device === machine);
  return noiseFloorIn(own.map((sample) => ({ ...sample, phase: 'flag' as const, voidReasons: [] })));
}

/** Where attempts of guard runs are kept. Unlike the state, runs of pull requests save them. */
function attemptCache({ runner, inputs, host }: ModeTask, family: string): StateCache {
  const { shard, workingDirectory, manifest } = inputs;
  const part = shard === null ? '' : ` ${shard.index}of${shard.count}`;
  return openStateCache({
    runner,
    choice: inputs.cache,
    subject: {
      version: stateVersion,
      device: family,
      scope: `attempts${part} ${workingDirectory}/${manifest}`,
    },
    shard,
    maxBytes,
    signal: host.signal,
    savedByAnyRef: true,
  });
}

/**
 * The noise that nights measured, and what earlier guard runs measured of comparisons: running a job again adds evidence and
 * draws no new lot. GitHub's cache shows what one pull request saved to no other; a directory does, as far as the runner
 * lets them write to it.
 */
export function guardMemory(task: ModeTask): GuardMemory {
  const { commands } = task;
  let opened: { readonly cache: StateCache; readonly family: string } | null = null;
  return {
    async restore(device) {
      const { family } = device;
      const cache = attemptCache(task, family);
      opened = { cache, family };
      const found = await cache.restore();
      if (found.status === 'failed') announce(commands, found);
      const { attempts } = found.bytes === null ? emptyState(family) : readState(task, found.bytes, family);
      const { restored } = await restoreState(task, family);
      const machine = machineLabel(device);
      const nights = restored.history.filter((entry) => entry.device === machine);
      return { noiseFloor: keptNoiseFloor(restored, machine), attempts, nights };
    },
    async keep(attempts) {
      if (opened === null) return;
      const bytes = packState({ ...emptyState(opened.family), attempts });
      // Even where the oldest attempt gave way to the newest, it is news.
      const outcome = await opened.cache.save({ bytes, entries: 1, restoredEntries: 0 });
      if (outcome.status === 'failed') announce(commands, outcome);
    },
    labels: () => labelsOf(task),
  };
}
