export {
  byStatus,
  countStatuses,
  diffCountsText,
  diffNotes,
  diffStatuses,
  diffTitle,
  notMeasuredText,
} from './diff.ts';
export {
  bySeverity,
  countsText,
  guardNotes,
  guardTitle,
  isEstimated,
  isInterrupted,
  isQuiet,
  isReplaced,
  kernelVerdictText,
  needsNotes,
  placeText,
  retuneTitle,
  runFacts,
  selfJudgedText,
  verdictColour,
  wasReplaced,
} from './facts.ts';
export { failureNotes } from './failure.ts';
export { historyNotes } from './history.ts';
export { networkLine, networkNotes, networksIn } from './networks.ts';
export { passNote, passRows } from './passes.ts';
export { loosenedNote, otherPolicyNote } from './policy.ts';
export { portfolioNotes } from './portfolio.ts';
export { changeText, notLookedAtText } from './program-change.ts';
export { quantityTitles } from './quantity-titles.ts';
export { configurationNote, configurationOutcome, searchNote } from './retune.ts';
export { runVerdicts } from './run-verdicts.ts';
export { advisedKernels, suggestionDiff, suggestionNote } from './suggestion.ts';
export { countVerdicts, kilowattHoursPerMonth, reportSummary } from './summary.ts';
export { windowNote } from './window.ts';
