export type {
  JudgePlan,
  Metric,
  MetricJudgement,
  Ratio,
  Subject,
  SubjectJudgement,
} from './types.ts';
