import type { Duration } from 'aws-cdk-lib';
import type * as ecr from 'aws-cdk-lib/aws-ecr';

/**
 * What a lifecycle rule does with the images that it selects.
 */
export enum LifecycleAction {
  /** Deletes them. */
  EXPIRE = 'expire',

  /**
   * Moves them to the archive storage class (`transition` in ECR's own words).
   *
   * An archived image cannot be pulled until it is restored, and is paid for at least 90 days.
   */
  ARCHIVE = 'transition',
}

/**
 * One rule of a lifecycle policy: which images (`tagStatus` and the tag lists), when (exactly one of
 * `imageCountMoreThan` and the `sinceImage…` durations), and what becomes of them (`action`).
 *
 * The names are those of ECR. An image is judged by the first rule that matches its tags, and by no later one.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
 */
export interface LifecycleRule {
  /**
   * Place of the rule in the policy, a whole number from 1; rules with lower numbers go first.
   *
   * @default - after the rules that have a number, in the order of the list; rules for any image go last
   */
  readonly rulePriority?: number;

  /**
   * What the rule is for.
   *
   * @default - no description
   */
  readonly description?: string;

  /**
   * Select images by whether they have a tag.
   *
   * @default TagStatus.TAGGED if a tag list is given, TagStatus.ANY otherwise
   */
  readonly tagStatus?: ecr.TagStatus;

  /**
   * Patterns of tags with up to four `*` each. An image is selected if **each** pattern matches one of its tags,
   * so alternatives take a rule each.
   *
   * @default - images are not selected by patterns
   */
  readonly tagPatternList?: string[];

  /**
   * Beginnings of tags. An image is selected if **each** is the beginning of one of its tags.
   *
   * @default - images are not selected by prefixes
   */
  readonly tagPrefixList?: string[];

  /**
   * Act on all but this many images, the youngest ones.
   *
   * @default - images are not counted
   */
  readonly imageCountMoreThan?: number;

  /**
   * Act on images that were pushed longer ago than this, in whole days.
   *
   * @default - the time of the push does not matter
   */
  readonly sinceImagePushed?: Duration;

  /**
   * Act on images that nobody pulled for so long, in whole days. Such a rule can only archive.
   *
   * @default - the time of the last pull does not matter
   */
  readonly sinceImagePulled?: Duration;

  /**
   * Act on images that were archived longer ago than this, in whole days and at least 90. Such a rule can only expire.
   *
   * @default - the rule is for images that are not archived
   */
  readonly sinceImageTransitioned?: Duration;

  /**
   * What becomes of the selected images.
   *
   * @default LifecycleAction.ARCHIVE with `sinceImagePulled`, LifecycleAction.EXPIRE otherwise
   */
  readonly action?: LifecycleAction;
}
