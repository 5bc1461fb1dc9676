/** A kind of work, and what it may be taken to cost where nothing was measured. */
export interface WorkKind {
  /** In the singular, for people. */
  readonly what: string;
  /** Static features that are added up: logarithms (log2(1 + x)) of counts of an invocation. */
  readonly counts: readonly string[];
  /** Others that are counts as they are. */
  readonly shares?: readonly string[];
  /** Whether it is counted in bytes. */
  readonly bytes?: true;
  /** Of all invocations together, unless it is what the launch itself has so many of. */
  readonly per: 'invocation' | 'launch';
  /**
   * Cost in float additions, before anything is measured: rounded from the throughputs that vendors publish, such as the table of
   * arithmetic instructions in NVIDIA's CUDA programming guide (special functions at a quarter of the rate, division as several
   * instructions, integer division as tens). Measurements move it.
   */
  readonly guess: number;
}

/** Every kind of work that has a cost of its own. */
export const workKinds: readonly WorkKind[] = [
  { what: 'float addition', counts: ['floatAdd', 'floatMul', 'floatFma'], per: 'invocation', guess: 1 },
  { what: 'float division', counts: ['floatDiv'], per: 'invocation', guess: 5 },
  { what: 'exponential or logarithm', counts: ['exp', 'log', 'tanh'], per: 'invocation', guess: 4 },
  { what: 'power', counts: ['pow'], per: 'invocation', guess: 9 },
  { what: 'sine', counts: ['sin'], per: 'invocation', guess: 5 },
  { what: 'square root', counts: ['sqrt'], per: 'invocation', guess: 4 },
  { what: 'integer addition', counts: ['intAdd', 'intMul'], per: 'invocation', guess: 1 },
  { what: 'integer division', counts: ['intDiv'], per: 'invocation', guess: 10 },
  { what: 'comparison or conversion', counts: ['compare', 'convert'], per: 'invocation', guess: 1 },
  { what: 'storage load', counts: ['storageLoads'], per: 'invocation', guess: 4 },
  { what: 'storage store', counts: ['storageStores'], per: 'invocation', guess: 4 },
  {
    what: 'byte of storage',
    counts: ['storageLoadBytes', 'storageStoreBytes'],
    bytes: true,
    per: 'invocation',
    guess: 0.25,
  },
  {
    what: 'byte of storage that is strided or irregular',
    counts: ['stridedBytes', 'irregularBytes'],
    bytes: true,
    per: 'invocation',
    guess: 0.05,
  },
  {
    what: 'access to workgroup memory',
    counts: ['workgroupLoads', 'workgroupStores'],
    per: 'invocation',
    guess: 2,
  },
  {
    what: 'byte of workgroup memory zeroed',
    counts: ['zeroedBytes'],
    bytes: true,
    per: 'invocation',
    guess: 0.5,
  },
  {
    what: 'access to a private array',
    counts: ['privateLoads', 'privateStores'],
    per: 'invocation',
    guess: 1,
  },
  { what: 'atomic', counts: ['atomics'], per: 'invocation', guess: 16 },
  { what: 'atomic on a neighbour’s place', counts: ['contendedAtomics'], per: 'invocation', guess: 16 },
  { what: 'barrier', counts: ['barriers'], shares: ['impliedBarriers'], per: 'invocation', guess: 8 },
  { what: 'subgroup operation', counts: ['subgroupOps'], per: 'invocation', guess: 4 },
  { what: 'branch', counts: ['branches'], per: 'invocation', guess: 1 },
  { what: 'iteration', counts: ['iterations'], per: 'invocation', guess: 2 },
  { what: 'invocation', counts: ['invocations'], per: 'launch', guess: 4 },
  { what: 'workgroup', counts: ['workgroups'], per: 'launch', guess: 100 },
  { what: 'launch', counts: [], per: 'launch', guess: 20_000 },
];
