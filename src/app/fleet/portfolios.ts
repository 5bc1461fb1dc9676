import { objectives, objectiveValue } from '../../manifest/index.ts';
import type { ReportRetune } from '../../schema/index.ts';
import { choosePortfolio, type DeviceCosts } from '../../search/index.ts';

/** The report of one job of a nightly run. */
export interface NightReport {
  /** What the job calls its device. */
  readonly label: string;
  readonly report: ReportRetune;
}

type Kernel = ReportRetune['kernels'][number];
type Portfolio = NonNullable<ReportRetune['portfolios']>[number];

/** Configurations that a fleet is offered for one kernel and workload, and devices that a portfolio has room for. */
const portfolioSize = 3;
const maxDevices = 64;

function keyOf(configuration: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(configuration).sort());
}

function costsOf(device: string, { compared = [] }: Kernel, minimize: Kernel['objective']): DeviceCosts {
  const costs = new Map<string, number>();
  for (const { configuration, latencyMs, joules } of compared) {
    const cost = objectiveValue(minimize, { latencyMs, joules });
    if (cost !== null) costs.set(keyOf(configuration), cost);
  }
  return { device, costs };
}

/** Of one kernel and workload on several devices; null if they have nothing to compare. */
function portfolioOf(kernels: ReadonlyMap<string, Kernel>): Portfolio | null {
  const [first] = kernels.values();
  if (first === undefined || kernels.size < 2) return null;
  const costs = (minimize: Kernel['objective']) =>
    [...kernels].slice(0, maxDevices).map(([label, kernel]) => costsOf(label, kernel, minimize));
  const wanted = costs(first.objective);
  const isKnown = objectives[first.objective].energy === 0 || wanted.every(({ costs: own }) => own.size > 0);
  const devices = isKnown ? wanted : costs('latency');
  const { members, shares, worstShare } = choosePortfolio(devices, portfolioSize);
  const configurations = new Map(
    [...kernels.values()].flatMap(({ compared = [] }) =>
      compared.map(({ configuration }) => [keyOf(configuration), configuration] as const),
    ),
  );
  if (members.length === 0 || worstShare === 0) return null;
  return {
    kernel: first.kernel,
    workload: first.workload,
    devices: devices.map(({ device }) => device),
    members: members.map((key, index) => ({
      configuration: configurations.get(key) ?? {},
      shares: shares[index] ?? [],
    })),
    worstShare,
  };
}

/** For each kernel and workload that several devices searched, the few configurations that serve all of them. */
export function portfoliosOf(reports: readonly NightReport[]): readonly Portfolio[] {
  const subjects = new Map<string, Map<string, Kernel>>();
  for (const { label, report } of reports) {
    for (const kernel of report.kernels) {
      const key = JSON.stringify([kernel.kernel, kernel.workload]);
      const devices = subjects.get(key) ?? new Map<string, Kernel>();
      if (!devices.has(label)) subjects.set(key, devices.set(label, kernel));
    }
  }
  return [...subjects.values()].flatMap((kernels) => portfolioOf(kernels) ?? []);
}
