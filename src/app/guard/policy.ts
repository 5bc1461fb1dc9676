import { networkName } from '../../judge/index.ts';
import type { Gate, KernelDefinition, Manifest, Network, Verdict } from '../../manifest/index.ts';
import type { ReportGuard } from '../../schema/index.ts';
import type { GuardedNetwork } from './networks.ts';
import type { Revision } from './revision.ts';
import type { BaseRevision } from './revisions.ts';

type Policy = NonNullable<ReportGuard['policy']>;
type Change = Policy['changes'][number];

/** Head as it is judged: with base's gates, and what head would have changed of them. */
export interface GuardPolicy {
  readonly head: Revision;
  /** Seconds of judging per kernel and workload. */
  readonly judgeSeconds: number;
  readonly policy: Policy;
  /** As base has them, those that head removes too; then those that are new in head. */
  readonly networks: readonly GuardedNetwork[];
  /** What is looser than in base and applies all the same. */
  readonly warnings: readonly string[];
}

interface Setting {
  readonly name: string;
  readonly base: string;
  readonly head: string;
  readonly loosens: boolean;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(4))} %`;
}

function list(verdicts: readonly Verdict[]): string {
  return verdicts.length === 0 ? 'nothing' : [...verdicts].sort().join(', ');
}

/** Settings of a gate that differ. Looser is what lets more pass. */
function gateChanges(base: Gate, head: Gate): Setting[] {
  const settings: Setting[] = [];
  for (const metric of ['energy', 'latency'] as const) {
    settings.push({
      name: `gate.${metric}.margin`,
      base: percent(base[metric].margin),
      head: percent(head[metric].margin),
      loosens: head[metric].margin > base[metric].margin,
    });
  }
  settings.push(
    {
      name: 'gate.energy.allow-estimated',
      base: String(base.energy.allowEstimated),
      head: String(head.energy.allowEstimated),
      loosens: base.energy.allowEstimated && !head.energy.allowEstimated,
    },
    {
      name: 'gate.energy.allow-shared',
      base: String(base.energy.allowShared === true),
      head: String(head.energy.allowShared === true),
      loosens: base.energy.allowShared === true && head.energy.allowShared !== true,
    },
    {
      name: 'gate.fail-on',
      base: list(base.failOn),
      head: list(head.failOn),
      loosens: base.failOn.some((verdict) => !head.failOn.includes(verdict)),
    },
    {
      name: 'gate.accept-label',
      base: base.acceptLabel ?? 'none',
      head: head.acceptLabel ?? 'none',
      loosens: head.acceptLabel !== undefined,
    },
  );
  return settings.filter((setting) => setting.base !== setting.head);
}

function kernelChanges(base: KernelDefinition, head: KernelDefinition): Setting[] {
  const sentinel = {
    name: 'sentinel',
    base: String(base.sentinel),
    head: String(head.sentinel),
    // A sentinel is never red.
    loosens: head.sentinel,
  };
  const between = {
    name: 'between-launches',
    base: base.betweenLaunches ?? 'as the program needs it',
    head: head.betweenLaunches ?? 'as the program needs it',
    // Work that only the first launch finds costs the others nothing.
    loosens: head.betweenLaunches === 'keep',
  };
  return [
    ...gateChanges(base.gate, head.gate),
    ...[sentinel, between].filter((setting) => setting.base !== setting.head),
  ];
}

function launches({ calls }: Network): string {
  const listed = calls.map((one) => `${one.kernel} ${one.workload}: ${one.calls}`).join('; ');
  return listed.length <= 200 ? listed : `${listed.slice(0, 199)}…`;
}

/** What head changes of a network of base's, which applies once it is base's. */
function networkChanges(base: Network, head: Network | undefined): Setting[] {
  if (head === undefined) {
    return [{ name: `networks.${base.name}`, base: 'there', head: 'removed', loosens: true }];
  }
  const sameCalls = JSON.stringify(base.calls) === JSON.stringify(head.calls);
  const calls = {
    name: 'calls',
    base: launches(base),
    head: launches(head),
    loosens: base.calls.some(
      (one) =>
        (head.calls.find(({ kernel, workload }) => kernel === one.kernel && workload === one.workload)
          ?.calls ?? 0) < one.calls,
    ),
  };
  const overhead = {
    name: 'launch-overhead-us',
    base: String(base.launchOverheadMs * 1000),
    head: String(head.launchOverheadMs * 1000),
    // What is the same on both sides hides what is not.
    loosens: head.launchOverheadMs > base.launchOverheadMs,
  };
  return [
    ...(sameCalls ? [] : [calls]),
    ...(overhead.base === overhead.head ? [] : [overhead]),
    ...gateChanges(base.gate, head.gate),
  ];
}

/** What all kernels have in common is told once. */
function collapse(changes: readonly (readonly [kernel: string, settings: readonly Setting[]])[]): Change[] {
  const keyOf = (setting: Setting) => JSON.stringify(setting);
  const counts = new Map<string, number>();
  for (const [, settings] of changes) {
    for (const setting of settings) counts.set(keyOf(setting), (counts.get(keyOf(setting)) ?? 0) + 1);
  }
  const told = new Set<string>();
  return changes.flatMap(([kernel, settings]) =>
    settings.flatMap((setting) => {
      const { name, base, head, loosens } = setting;
      const common = changes.length > 1 && counts.get(keyOf(setting)) === changes.length;
      if (common && told.has(keyOf(setting))) return [];
      told.add(keyOf(setting));
      return [{ kernel: common ? null : kernel, setting: name, base, head, loosens }];
    }),
  );
}

/** Checks of outputs belong to the program, so head's apply; but nobody should loosen them unseen. */
function looserChecks(base: KernelDefinition, head: KernelDefinition): string[] {
  return base.buffers.flatMap(({ name, check }) => {
    const now = head.buffers.find((buffer) => buffer.name === name)?.check ?? null;
    if (check === null || now === null) return [];
    const tighter = now.relative <= check.relative && now.absolute <= check.absolute;
    const alike = now.as === undefined || now.as === check.as;
    if (tighter && alike && (now.nan === undefined || check.nan !== undefined)) return [];
    const tolerance = ({ relative, absolute, nan, as }: typeof check) =>
      `relative ${relative}, absolute ${absolute}${nan === undefined ? '' : ', NaN equal'}${as === undefined ? '' : `, as ${as}`}`;
    return [
      `${head.name}: the check of ${name} is looser than in base (${tolerance(check)} became ${tolerance(now)}), and applies in this run already.`,
    ];
  });
}

function judgeSecondsChange(base: Manifest, head: Manifest): Change[] {
  const [before, after] = [base.budget.guard.judgeSeconds, head.budget.guard.judgeSeconds];
  if (before === after) return [];
  const setting = 'budget.guard.judge-seconds';
  return [{ kernel: null, setting, base: String(before), head: String(after), loosens: after < before }];
}

/** A baseline that is there and cannot be read fails whatever head's manifest says about it. */
function strict(gate: Gate): Gate {
  return gate.failOn.includes('missing-baseline')
    ? gate
    : { ...gate, failOn: [...gate.failOn, 'missing-baseline'] };
}

function withGate(manifest: Manifest, gateOf: (kernel: KernelDefinition) => KernelDefinition): Manifest {
  return { ...manifest, kernels: manifest.kernels.map(gateOf) };
}

/**
 * The policy that judges: gates, sentinels, what is put back between launches and the time for judging as base has them, so that no change loosens its own
 * gate. Kernels that are new in head have head's, as everything has where there is no base.
 */
export function policyOf(base: BaseRevision, head: Revision): GuardPolicy {
  const { manifest } = head;
  const judgeSeconds = manifest.budget.guard.judgeSeconds;
  if (base.revision === null) {
    const unreadable = base.problem !== null;
    return {
      head: unreadable
        ? {
            ...head,
            manifest: withGate(manifest, (kernel) => ({ ...kernel, gate: strict(kernel.gate) })),
          }
        : head,
      judgeSeconds,
      policy: { source: 'head', changes: [] },
      networks: manifest.networks.map((network) => ({ network, isNew: true })),
      warnings: [],
    };
  }
  const before = base.revision.manifest;
  const baseOf = ({ name }: KernelDefinition) => before.kernels.find((kernel) => kernel.name === name);
  const pairs = manifest.kernels.flatMap((kernel) => {
    const of = baseOf(kernel);
    return of === undefined ? [] : [{ base: of, head: kernel }];
  });
  return {
    head: {
      ...head,
      manifest: withGate({ ...manifest, gate: before.gate }, (kernel) => {
        const of = baseOf(kernel);
        if (of === undefined) return kernel;
        const { betweenLaunches: _, ...own } = kernel;
        const { gate, sentinel, betweenLaunches } = of;
        return { ...own, gate, sentinel, ...(betweenLaunches === undefined ? {} : { betweenLaunches }) };
      }),
    },
    judgeSeconds: before.budget.guard.judgeSeconds,
    policy: {
      source: 'base',
      changes: [
        ...collapse(pairs.map((pair) => [pair.head.name, kernelChanges(pair.base, pair.head)])),
        ...before.networks.flatMap((network) => {
          const now = manifest.networks.find(({ name }) => name === network.name);
          return networkChanges(network, now).map(({ name: setting, base, head, loosens }) => ({
            kernel: networkName(network.name),
            ...{ setting, base, head, loosens },
          }));
        }),
        ...judgeSecondsChange(before, manifest),
      ],
    },
    networks: [
      ...before.networks.map((network) => ({ network, isNew: false })),
      ...manifest.networks
        .filter(({ name }) => !before.networks.some((network) => network.name === name))
        .map((network) => ({ network, isNew: true })),
    ],
    warnings: pairs.flatMap((pair) => looserChecks(pair.base, pair.head)),
  };
}
