import { Token } from 'aws-cdk-lib';
import type { Duration } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import type { Problems } from './validation';
import { LifecycleAction } from '../repository/lifecycle-rule';
import type { LifecycleRule } from '../repository/lifecycle-rule';

/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html */
const MOST_RULES = 50;
const MOST_CHARACTERS = 30_720;
const MOST_WILDCARDS = 4;
const FEWEST_DAYS_ARCHIVED = 90;

const CRITERIA = ['imageCountMoreThan', 'sinceImagePushed', 'sinceImagePulled', 'sinceImageTransitioned'] as const;
type Criterion = typeof CRITERIA[number];

/** A rule and how its properties are called where the user wrote them. */
export interface NamedRule {
  readonly rule: LifecycleRule;
  readonly name: (property: string) => string;
}

/**
 * Adds a problem for each reason that ECR has to refuse the policy.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
 */
export function checkLifecyclePolicy(problems: Problems, policy: string, rules: NamedRule[]): void {
  problems.unless(policy, rules.length, (count) => count >= 1 && count <= MOST_RULES, `a policy of 1 to ${MOST_RULES} rules`, 'add a rule, or join some');

  for (const rule of rules) {
    checkNumber(problems, rule, 'rulePriority', rule.rule.rulePriority, 1);
    checkSelection(problems, rule);
    checkCriterion(problems, rule);
    checkAction(problems, rule);
  }
  checkRulesAgainstEachOther(problems, rules);

  const text = JSON.stringify(lifecyclePolicy(rules));
  if (!Token.isUnresolved(text) && text.length > MOST_CHARACTERS) {
    problems.add(policy, text.length, `a policy of at most ${MOST_CHARACTERS} characters`, 'shorten descriptions or tag lists');
  }
}

/** The policy document. Its keys stand in the order of `ecr.Repository`, so that moving from there changes no template. */
export function lifecyclePolicy(rules: NamedRule[]): object {
  const priorities = prioritiesOf(rules.map(({ rule }) => rule));
  return {
    rules: inOrder(rules.map(({ rule }) => rule)).map((rule) => {
      const criterion = criteriaOf(rule)[0];
      const isCount = criterion === 'imageCountMoreThan';
      return {
        rulePriority: priorities.get(rule),
        description: rule.description,
        selection: {
          tagStatus: tagStatusOf(rule),
          tagPrefixList: rule.tagPrefixList,
          tagPatternList: rule.tagPatternList,
          storageClass: isForArchive(rule) ? 'archive' : undefined,
          countType: criterion,
          countNumber: criterion && numberOf(rule[criterion]!),
          countUnit: isCount ? undefined : 'days',
        },
        action: actionOf(rule) === LifecycleAction.ARCHIVE
          ? { type: LifecycleAction.ARCHIVE, targetStorageClass: 'archive' }
          : { type: LifecycleAction.EXPIRE },
      };
    }),
  };
}

function checkSelection(problems: Problems, { rule, name }: NamedRule): void {
  const { tagPatternList, tagPrefixList } = rule;
  const isTagged = tagStatusOf(rule) === ecr.TagStatus.TAGGED;
  if (tagPatternList && tagPrefixList) {
    problems.add(name('tagPrefixList'), tagPrefixList, 'left out where a rule has \'tagPatternList\'', 'write the prefixes as patterns that end in *');
  }
  if (isTagged && !tagPatternList?.length && !tagPrefixList?.length) {
    problems.add(name('tagPatternList'), tagPatternList, 'given for tagged images', 'use [\'*\'] for every tagged image');
  }
  for (const list of ['tagPatternList', 'tagPrefixList'] as const) {
    if (!isTagged && rule[list]) {
      problems.add(name(list), rule[list], `left out for ${tagStatusOf(rule)} images`, 'leave out \'tagStatus\', or this list');
    }
    rule[list]?.forEach((text, index) => problems.unless(name(`${list}[${index}]`), text, (tag) => tag.length > 0,
      'at least one character', 'use the pattern \'*\' if every tagged image is meant'));
  }
  tagPatternList?.forEach((pattern, index) => problems.unless(name(`tagPatternList[${index}]`), pattern,
    (text) => text.split('*').length - 1 <= MOST_WILDCARDS, `a pattern of at most ${MOST_WILDCARDS} wildcards (*)`, 'match less of the tag'));
}

function checkCriterion(problems: Problems, named: NamedRule): void {
  const { rule, name } = named;
  const criteria = criteriaOf(rule);
  if (criteria.length === 0) {
    problems.add(name('imageCountMoreThan'), undefined, `given, or else one of ${CRITERIA.slice(1).join(', ')}`, 'say when the rule acts');
  }
  for (const criterion of criteria) {
    const value = rule[criterion]!;
    if (criterion !== criteria[0]) {
      problems.add(name(criterion), numberOf(value), `left out where a rule has '${criteria[0]}'`, 'write a rule for each');
    }
    if (typeof value === 'number') {
      checkNumber(problems, named, criterion, value, 1);
    } else if (numberOf(value) === undefined) {
      problems.add(name(criterion), value.unitLabel(), 'in days where its number is a token', 'use Duration.days()');
    } else {
      checkNumber(problems, named, criterion, numberOf(value), criterion === 'sinceImageTransitioned' ? FEWEST_DAYS_ARCHIVED : 1, ' of days');
    }
  }
}

function checkNumber(
  problems: Problems, { name }: NamedRule, property: keyof LifecycleRule, value: number | undefined, least: number, unit = '',
): void {
  problems.unless(name(property), value, (number) => Number.isInteger(number) && number >= least,
    `a whole number${unit} from ${least}`, `use ${least} or more`);
}

function checkAction(problems: Problems, { rule, name }: NamedRule): void {
  const { action, sinceImagePulled, sinceImageTransitioned } = rule;
  if (sinceImagePulled && action === LifecycleAction.EXPIRE) {
    problems.add(name('action'), action, 'LifecycleAction.ARCHIVE with \'sinceImagePulled\'',
      'archive here, and expire in a second rule by \'sinceImageTransitioned\'');
  }
  if (sinceImageTransitioned && action === LifecycleAction.ARCHIVE) {
    problems.add(name('action'), action, 'LifecycleAction.EXPIRE with \'sinceImageTransitioned\'', 'leave it out: the images are archived already');
  }
}

function checkRulesAgainstEachOther(problems: Problems, named: NamedRule[]): void {
  const priorities = prioritiesOf(named.map(({ rule }) => rule));
  const byPriority = new Map<number, NamedRule>();
  const bySelection = new Map<string, NamedRule>();

  for (const { rule, name } of named) {
    const priority = priorities.get(rule)!;
    if (!Token.isUnresolved(priority)) {
      const twin = byPriority.get(priority);
      if (twin) problems.add(name('rulePriority'), priority, `another number than '${twin.name('rulePriority')}'`, 'leave it out to have rules numbered in order');
      byPriority.set(priority, { rule, name });

      const later = tagStatusOf(rule) === ecr.TagStatus.ANY
        && named.find((other) => isForArchive(other.rule) === isForArchive(rule) && tagStatusOf(other.rule) !== ecr.TagStatus.ANY
          && priorities.get(other.rule)! > priority);
      if (later) problems.add(name('rulePriority'), priority, `after '${later.name('rulePriority')}', because it selects any image`, 'leave it out to have this rule go last');
    }

    const selection = selectionOf(rule);
    const twin = bySelection.get(selection);
    if (twin) {
      problems.add(name('tagStatus'), tagStatusOf(rule), `a selection of its own, unlike that of '${twin.name('tagStatus')}'`,
        'select other images: of two rules for the same ones ECR takes only the first');
    }
    bySelection.set(selection, twin ?? { rule, name });
  }
}

/** The images that a rule selects, as text: equal for two rules that select the same. */
function selectionOf(rule: LifecycleRule): string {
  const sorted = (list?: string[]) => list && [...list].sort();
  return JSON.stringify([isForArchive(rule), tagStatusOf(rule), sorted(rule.tagPatternList), sorted(rule.tagPrefixList)]);
}

/** Rules for any image last, those for archived images behind the others; ECR wants them last in their storage class. */
function inOrder(rules: LifecycleRule[]): LifecycleRule[] {
  const isAny = (rule: LifecycleRule) => tagStatusOf(rule) === ecr.TagStatus.ANY;
  const rank = (rule: LifecycleRule) => (isAny(rule) ? 2 + Number(isForArchive(rule)) : Number(rule.rulePriority === undefined));
  return [...rules].sort((a, b) => rank(a) - rank(b));
}

function prioritiesOf(rules: LifecycleRule[]): Map<LifecycleRule, number> {
  const priorities = new Map<LifecycleRule, number>();
  const isKnown = (priority?: number): priority is number => priority !== undefined && !Token.isUnresolved(priority);
  const isAny = (rule: LifecycleRule) => tagStatusOf(rule) === ecr.TagStatus.ANY;
  let last = Math.max(0, ...rules.filter((rule) => !isAny(rule)).map((rule) => rule.rulePriority).filter(isKnown));
  for (const rule of inOrder(rules)) {
    if (isAny(rule) && isKnown(rule.rulePriority)) last = Math.max(last, rule.rulePriority);
    priorities.set(rule, rule.rulePriority ?? ++last);
  }
  return priorities;
}

function criteriaOf(rule: LifecycleRule): Criterion[] {
  return CRITERIA.filter((criterion) => rule[criterion] !== undefined);
}

function isForArchive(rule: LifecycleRule): boolean {
  return rule.sinceImageTransitioned !== undefined;
}

function tagStatusOf(rule: LifecycleRule): ecr.TagStatus {
  return rule.tagStatus ?? (rule.tagPatternList || rule.tagPrefixList ? ecr.TagStatus.TAGGED : ecr.TagStatus.ANY);
}

function actionOf(rule: LifecycleRule): LifecycleAction {
  return rule.action ?? (rule.sinceImagePulled ? LifecycleAction.ARCHIVE : LifecycleAction.EXPIRE);
}

/** The count, or the days; undefined if the days cannot be told from a token in another unit. */
function numberOf(criterion: number | Duration): number | undefined {
  if (typeof criterion === 'number') return criterion;
  if (criterion.isUnresolved() && criterion.unitLabel() !== 'days') return undefined;
  return criterion.toDays({ integral: false });
}
