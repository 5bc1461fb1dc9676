import { formatConfiguration, formatCount } from '../format.ts';
import type { RetuneReport } from '../types.ts';

type Portfolio = NonNullable<RetuneReport['portfolios']>[number];

/** The few configurations that serve all devices of a night, in words. */
export interface PortfolioNote {
  /** Kernel and workload. */
  readonly subject: string;
  /** `2 configurations serve 3 devices, each at 93 % of its best or better`. */
  readonly summary: string;
  /** `WORKGROUP=64 for h200 (100 %), l4 (97 %)`, one per configuration. */
  readonly members: readonly string[];
}

/** The member that serves each device best; -1 where none was tried there. */
function servers({ devices, members }: Portfolio): readonly number[] {
  return devices.map((_, device) => {
    const shares = members.map(({ shares: own }) => own[device] ?? 0);
    const most = Math.max(...shares);
    return most > 0 ? shares.indexOf(most) : -1;
  });
}

function percent(share: number): string {
  // Down: what is said to be reached is reached.
  return `${Math.floor(100 * share)} %`;
}

function noteOf(portfolio: Portfolio): PortfolioNote {
  const { kernel, workload, devices, members, worstShare } = portfolio;
  const served = servers(portfolio);
  const verb = members.length === 1 ? 'serves' : 'serve';
  return {
    subject: `${kernel} ${workload}`,
    summary: `${formatCount(members.length, 'configuration')} ${verb} ${formatCount(devices.length, 'device')}, each at ${percent(worstShare)} of its best or better`,
    members: members.map(({ configuration, shares }, member) => {
      const own = devices.flatMap((device, at) =>
        served[at] === member ? [`${device} (${percent(shares[at] ?? 0)})`] : [],
      );
      return `${formatConfiguration(configuration)} for ${own.join(', ')}`;
    }),
  };
}

/** One note for each kernel and workload that several devices searched. */
export function portfolioNotes(report: RetuneReport): readonly PortfolioNote[] {
  return (report.portfolios ?? []).map(noteOf);
}
