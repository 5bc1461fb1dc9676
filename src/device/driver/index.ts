export type { DriverChoice, Environment } from './choice.ts';
export {
  type AdapterReport,
  type DriverSearch,
  findDriver,
  listAdapters,
  takenAdapter,
} from './find-driver.ts';
