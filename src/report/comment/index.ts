export { manifestHash, readComment } from './body-marker.ts';
export { hasNews } from './has-news.ts';
export { joinRows, mergeRow, showsAll } from './merge-rows.ts';
export { renderProposal } from './proposal.ts';
export { type CommentOptions, renderComment } from './render-comment.ts';
export {
  allLegs,
  programsLeg,
  type ReportOrigin,
  type RowOrigin,
  rowOfDiff,
  rowOfFailure,
  rowOfReport,
} from './row.ts';
