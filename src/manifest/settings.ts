import type { ManifestBudget, ManifestFile, ManifestGate, ManifestObjective } from '../schema/index.ts';
import { at, type YamlDocument } from './document.ts';
import type { Objective } from './objective.ts';
import type { Sound } from './schema-problems.ts';
import type { Budget, Gate, Manifest } from './types.ts';
import { completeFailOn, defaultFailOn } from './verdict.ts';

const defaultSlack = 0.03;

const defaultObjective: Objective = { minimize: 'energy', latencySlack: defaultSlack };

const defaultGate: Gate = {
  energy: { margin: 0.03, allowEstimated: false },
  latency: { margin: 0.05 },
  failOn: defaultFailOn,
};

const defaultBudget: Manifest['budget'] = {
  guard: { trials: 64, searchSeconds: 60, judgeSeconds: 90 },
  retune: { trials: 512, searchSeconds: 600, judgeSeconds: 180 },
};

/** Sums of kernels spread less than each of them: what a network is let get worse by. */
const networkMargin = 0.01;

/** `3%` or 0.03, which the schema has checked, as 0.03. */
export function share(value: number | string): number {
  // Division by a power of ten rounds once: 3% is the number that 0.03 is.
  return typeof value === 'number' ? value : Number(value.replace('%', '').trim()) / 100;
}

/** An objective as it is written, or the default where nothing is. */
export function readObjective(
  written: Sound<ManifestObjective> | undefined,
  pointer: string,
  document: YamlDocument,
  inherited: Objective = defaultObjective,
): Objective {
  const minimize = written?.minimize;
  if (written === undefined || minimize === undefined) return inherited;
  const slack = written['latency-slack'];
  if (minimize === 'energy')
    return { minimize, latencySlack: slack === undefined ? defaultSlack : share(slack) };
  if (slack !== undefined) {
    document.reportKey(at(pointer, 'latency-slack'), {
      message: `'latency-slack' means nothing with 'minimize: ${minimize}'`,
      nextStep: "remove it, or write 'minimize: energy'",
    });
  }
  return { minimize };
}

/** A gate laid over another. */
export function readGate(written: Sound<ManifestGate> | undefined, inherited: Gate = defaultGate): Gate {
  const energy = written?.energy;
  const latency = written?.latency;
  const acceptLabel = written?.['accept-label'] ?? inherited.acceptLabel;
  return {
    energy: {
      margin: energy?.margin === undefined ? inherited.energy.margin : share(energy.margin),
      allowEstimated: energy?.['allow-estimated'] ?? inherited.energy.allowEstimated,
      ...((energy?.['allow-shared'] ?? inherited.energy.allowShared) ? { allowShared: true } : {}),
    },
    latency: { margin: latency?.margin === undefined ? inherited.latency.margin : share(latency.margin) },
    failOn: completeFailOn(
      written?.['fail-on']?.filter((verdict) => verdict !== undefined) ?? inherited.failOn,
    ),
    ...(acceptLabel === undefined ? {} : { acceptLabel }),
  };
}

/** A network's gate, laid over the manifest's; but its margins are its own. */
export function readNetworkGate(written: Sound<ManifestGate> | undefined, inherited: Gate): Gate {
  return readGate(written, {
    ...inherited,
    energy: { ...inherited.energy, margin: networkMargin },
    latency: { margin: networkMargin },
  });
}

function readOneBudget(written: Sound<ManifestBudget> | undefined, inherited: Budget): Budget {
  return {
    trials: written?.trials ?? inherited.trials,
    searchSeconds: written?.['search-seconds'] ?? inherited.searchSeconds,
    judgeSeconds: written?.['judge-seconds'] ?? inherited.judgeSeconds,
  };
}

/** The budgets, defaults filled in. */
export function readBudget(written: Sound<ManifestFile>['budget']): Manifest['budget'] {
  return {
    guard: readOneBudget(written?.guard, defaultBudget.guard),
    retune: readOneBudget(written?.retune, defaultBudget.retune),
  };
}
