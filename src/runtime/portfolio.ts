import type { RuntimePortfolio } from '../schema/index.ts';

/** What is known of the device at hand, which the portfolio need not have seen. */
export interface Newcomer {
  readonly family: string;
  /** Its smallest and largest subgroup size. */
  readonly subgroups: readonly [number, number];
}

/** A member that failed on a device, or was never tried there, counts as this share of the device's best. */
const unknownShare = 0.02;

/** What all devices together weigh beside those that are akin: what is good nowhere else is good by accident. */
const weightOfAll = 0.5;

function vendorOf(family: string): string | undefined {
  return family.split('-')[0];
}

/** Columns of the devices most like the newcomer: of its vendor and subgroup sizes, else of its vendor, else of its sizes. */
function kin({ devices }: RuntimePortfolio, newcomer: Newcomer): readonly number[] {
  const columns = devices.map((_, column) => column);
  const sameVendor = columns.filter(
    (column) => vendorOf(devices[column]!.family) === vendorOf(newcomer.family),
  );
  const sameSizes = columns.filter(
    (column) => devices[column]!.subgroups?.every((size, end) => size === newcomer.subgroups[end]) ?? false,
  );
  const both = sameVendor.filter((column) => sameSizes.includes(column));
  return [both, sameVendor, sameSizes].find((group) => group.length > 0) ?? [];
}

/**
 * Configurations of a portfolio, as indices, from the most to the least promising for a device: by the mean log share of
 * the best on the devices akin to it, and on all.
 */
export function rankMembers(portfolio: RuntimePortfolio, newcomer: Newcomer): readonly number[] {
  const near = kin(portfolio, newcomer);
  const all = portfolio.devices.map((_, column) => column);
  const ranked = portfolio.members.map(({ configuration, shares }, order) => {
    const meanLog = (columns: readonly number[]) =>
      columns.reduce((sum, column) => sum + Math.log(shares[column] ?? unknownShare), 0) /
      Math.max(1, columns.length);
    return { configuration, order, value: meanLog(near) + weightOfAll * meanLog(all) };
  });
  return ranked
    .sort((a, b) => b.value - a.value || a.order - b.order)
    .map(({ configuration }) => configuration);
}
