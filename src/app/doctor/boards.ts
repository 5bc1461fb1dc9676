import type { Board, lookAtBoards, Slowdown } from '../../meter/index.ts';
import { type Finding, good, wrong } from './finding.ts';

const cooling =
  'Look at its cooling: fans, dust, the air that it gets. Every window is void while this is on.';
const supply =
  'Look at the power supplies, the cables of the board, and the power cap of the server’s management controller (`nvidia-smi -q -d PERFORMANCE,POWER`). Every window is void while this is on.';
const slowdownSteps: Readonly<Record<Slowdown, string>> = {
  'software thermal slowdown': cooling,
  'hardware thermal slowdown': cooling,
  'hardware slowdown': supply,
  'power brake slowdown': supply,
};

/** What NVML was asked, and what it may have to be compared with. */
export interface BoardsView {
  readonly seen: Awaited<ReturnType<typeof lookAtBoards>>;
  /** NVIDIA's device nodes. */
  readonly nodes: readonly string[];
  /** Whether there is reason to think that NVML should work: GPUs of NVIDIA's, or a library that was named. */
  readonly isExpected: boolean;
  /** `NVIDIA_VISIBLE_DEVICES` */
  readonly visible: string | undefined;
}

/** What NVML shows of its boards while nothing of ours runs, and what it does not show. */
export function boardFindings({ seen, nodes, isExpected, visible }: BoardsView): readonly Finding[] {
  if (!seen.ok) {
    if (!isExpected) return [];
    const next =
      'NVML reads the energy of NVIDIA’s GPUs. Where `nvidia-smi` does not run either, mend the driver first (reboot after an update). In a container pass it in with utility (NVIDIA_DRIVER_CAPABILITIES); JOULEGATE_NVML_LIBRARY names another path.';
    return [wrong('NVML', seen.why, next)];
  }
  const { boards, faults } = seen;
  const lost = faults.map((fault) =>
    wrong(
      'NVML',
      fault,
      '`nvidia-smi` says more; a GPU that has fallen off the bus needs a reset or a reboot.',
    ),
  );
  return [...hidden(boards, nodes, visible), ...lost, ...boards.flatMap(findingsOf)];
}

function hidden(
  boards: readonly Board[],
  nodes: readonly string[],
  visible: string | undefined,
): readonly Finding[] {
  if (nodes.length <= boards.length) return [];
  const said = visible === undefined ? '' : `; NVIDIA_VISIBLE_DEVICES is ${visible}`;
  return [
    wrong(
      'NVML',
      `there are ${nodes.length} GPUs in /dev, and NVML shows ${boards.length}${said}`,
      'A kernel may run on one that no sensor here can see. Pass exactly one GPU into the container (`--gpus device=0`), and neither all of /dev nor --privileged.',
    ),
  ];
}

function findingsOf({ label, handles, refusal, tenants, watts, slowdowns }: Board): readonly Finding[] {
  const [handle, ...others] = handles;
  const subject = `board ${handle ?? label}`;
  const name = [label, ...others].join(', ');
  const faults = [
    ...(refusal === null
      ? []
      : [wrong(subject, `${name}: ${refusal}`, 'Energy needs a whole board; --meter none guards latency.')]),
    ...(tenants.ok
      ? []
      : [
          wrong(
            subject,
            `${name}: ${tenants.why}`,
            'End that work, or move it to another GPU, while you measure: its power would be counted (`nvidia-smi pmon` shows who it is).',
          ),
        ]),
    ...slowdowns.map((slowdown) =>
      wrong(subject, `${name}: ${slowdown} all the time`, slowdownSteps[slowdown]),
    ),
  ];
  if (faults.length > 0) return faults;
  const notes = tenants.ok && tenants.notes.length > 0 ? tenants.notes : ['nobody else is at work on it'];
  const drawn = watts === null ? [] : [`${Math.round(watts)} W while nothing of ours runs`];
  return [good(subject, [name, ...drawn, ...notes].join('; '))];
}
