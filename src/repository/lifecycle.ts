import { Duration } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { LifecycleAction } from './lifecycle-rule';
import type { LifecycleRule } from './lifecycle-rule';
import { checkLifecyclePolicy, lifecyclePolicy } from '../private/lifecycle-policy';
import type { NamedRule } from '../private/lifecycle-policy';
import type { Problems } from '../private/validation';


const UNTAGGED_DAYS = 14;
const TEMPORARY_DAYS = 14;
const CACHE_DAYS = 14;
const CACHE_UNTAGGED_DAYS = 1;

/**
 * Options of `Lifecycle.application()`.
 */
export interface ApplicationLifecycleOptions {
  /**
   * How long an image lives that has no tag (any more).
   *
   * A deployment that pins such an image by its digest cannot pull it afterwards.
   *
   * @default Duration.days(14), or forever with `archiveAfter`, because the parts of an archived multi-platform image have no tag either
   */
  readonly untaggedExpireAfter?: Duration;

  /**
   * Patterns of the tags of images that are needed for a short while only, such as `pr-*`.
   *
   * @default - every tagged image is kept
   */
  readonly temporaryTags?: string[];

  /**
   * How long an image lives whose tag matches `temporaryTags`.
   *
   * @default Duration.days(14)
   */
  readonly temporaryExpireAfter?: Duration;

  /**
   * Archive an image that nobody pulled for so long. It cannot be pulled until it is restored.
   *
   * @default - nothing is archived
   */
  readonly archiveAfter?: Duration;

  /**
   * How long an archived image lives, at least 90 days.
   *
   * @default - archived images are kept
   */
  readonly archivedExpireAfter?: Duration;
}

/**
 * Options of `Lifecycle.buildCache()`.
 */
export interface BuildCacheLifecycleOptions {
  /**
   * How long a cache lives that no build has written again.
   *
   * @default Duration.days(14)
   */
  readonly expireAfter?: Duration;

  /**
   * How long a cache lives that a newer one has replaced.
   *
   * @default Duration.days(1)
   */
  readonly untaggedExpireAfter?: Duration;
}

/**
 * When the images of a repository expire or move to the archive.
 *
 * A lifecycle that ECR would refuse is refused by the repository that it is given to.
 */
export class Lifecycle {
  /**
   * Keeps the youngest tagged images, and images without a tag for 14 days.
   *
   * @param count how many tagged images to keep; a multi-platform image is one
   */
  public static keepLast(count: number): Lifecycle {
    return new Lifecycle([
      named('Lifecycle.keepLast', {}, {
        description: `Expire untagged images after ${UNTAGGED_DAYS} days`,
        tagStatus: ecr.TagStatus.UNTAGGED,
        sinceImagePushed: Duration.days(UNTAGGED_DAYS),
      }),
      named('Lifecycle.keepLast', { imageCountMoreThan: 'count' }, {
        description: 'Keep the youngest tagged images',
        tagPatternList: ['*'],
        imageCountMoreThan: count,
      }),
    ]);
  }

  /**
   * Keeps releases, and expires what is left over: images without a tag, and those with a temporary tag.
   */
  public static application(options: ApplicationLifecycleOptions = {}): Lifecycle {
    const { archiveAfter, archivedExpireAfter, temporaryTags = [] } = options;
    const untaggedExpireAfter = options.untaggedExpireAfter ?? (archiveAfter ? undefined : Duration.days(UNTAGGED_DAYS));
    const of = 'Lifecycle.application';
    const rules: NamedRule[] = temporaryTags.map((tag, index) => (
      named(of, { 'tagStatus': `temporaryTags[${index}]`, 'tagPatternList[0]': `temporaryTags[${index}]`, 'sinceImagePushed': 'temporaryExpireAfter' }, {
        description: 'Expire images with a temporary tag',
        tagPatternList: [tag],
        sinceImagePushed: options.temporaryExpireAfter ?? Duration.days(TEMPORARY_DAYS),
      })
    ));
    if (untaggedExpireAfter) {
      rules.push(named(of, { sinceImagePushed: 'untaggedExpireAfter' }, {
        description: 'Expire untagged images',
        tagStatus: ecr.TagStatus.UNTAGGED,
        sinceImagePushed: untaggedExpireAfter,
      }));
    }
    if (archiveAfter) {
      rules.push(named(of, { sinceImagePulled: 'archiveAfter' }, {
        description: 'Archive images that nobody pulls',
        sinceImagePulled: archiveAfter,
        action: LifecycleAction.ARCHIVE,
      }));
    }
    if (archivedExpireAfter) {
      rules.push(named(of, { sinceImageTransitioned: 'archivedExpireAfter' }, {
        description: 'Expire archived images',
        sinceImageTransitioned: archivedExpireAfter,
      }));
    }
    return new Lifecycle(rules);
  }

  /**
   * Keeps what builds write again and again, such as BuildKit's layer cache; its tags have to be mutable.
   */
  public static buildCache(options: BuildCacheLifecycleOptions = {}): Lifecycle {
    const of = 'Lifecycle.buildCache';
    return new Lifecycle([
      named(of, { sinceImagePushed: 'untaggedExpireAfter' }, {
        description: 'Expire caches that were replaced',
        tagStatus: ecr.TagStatus.UNTAGGED,
        sinceImagePushed: options.untaggedExpireAfter ?? Duration.days(CACHE_UNTAGGED_DAYS),
      }),
      named(of, { sinceImagePushed: 'expireAfter' }, {
        description: 'Expire caches that no build writes any more',
        sinceImagePushed: options.expireAfter ?? Duration.days(CACHE_DAYS),
      }),
    ]);
  }

  /**
   * Exactly these rules.
   *
   * @param rules 1 to 50 rules
   */
  public static rules(rules: LifecycleRule[]): Lifecycle {
    return new Lifecycle(rules.map((rule, index) => named(`lifecycle.rules[${index}]`, {}, rule)));
  }

  private constructor(private readonly namedRules: NamedRule[]) {}

  /** @internal */
  public _check(problems: Problems): void {
    checkLifecyclePolicy(problems, 'lifecycle', this.namedRules);
  }

  /** @internal */
  public _render(): object {
    return lifecyclePolicy(this.namedRules);
  }
}

/** A rule whose properties the user knows by these names, or by their own. */
function named(of: string, names: Record<string, string>, rule: LifecycleRule): NamedRule {
  return { rule, name: (property) => `${of}.${names[property] ?? property}` };
}
