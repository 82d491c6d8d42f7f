import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as fc from 'fast-check';
import * as lib from '../../src';

const { ANY, TAGGED, UNTAGGED } = ecr.TagStatus;
const { ARCHIVE, EXPIRE } = lib.LifecycleAction;

/** The rules that ECR gets. */
function rules(lifecycle: lib.Lifecycle): unknown {
  const stack = new Stack(new App(), 'Stack');
  new lib.CiRepository(stack, 'Repository', { lifecycle });
  const [{ Properties: properties }] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository'));
  return JSON.parse(properties.LifecyclePolicy.LifecyclePolicyText).rules;
}

/** The problems that a repository is refused for. */
function problems(lifecycle: lib.Lifecycle): string[] {
  try {
    new lib.CiRepository(new Stack(new App(), 'Stack'), 'Repository', { lifecycle });
  } catch (error) {
    return (error as Error).message.split('\n').slice(1).map((line) => line.replace('  - ', ''));
  }
  return [];
}

const problemsOf = (...list: lib.LifecycleRule[]) => problems(lib.Lifecycle.rules(list));

const days = (countType: string, countNumber: number) => ({ countType, countNumber, countUnit: 'days' });
const pushed = (countNumber: number) => days('sinceImagePushed', countNumber);

describe('keepLast', () => {
  test('keeps tagged images by number, and untagged ones for 14 days', () => {
    expect(rules(lib.Lifecycle.keepLast(30))).toEqual([
      { rulePriority: 1, description: 'Expire untagged images after 14 days', selection: { tagStatus: 'untagged', ...pushed(14) }, action: { type: 'expire' } },
      {
        rulePriority: 2,
        description: 'Keep the youngest tagged images',
        selection: { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: 30 },
        action: { type: 'expire' },
      },
    ]);
  });

  test.each([0, -1, 1.5, NaN])('fails for %d', (count) => {
    expect(problems(lib.Lifecycle.keepLast(count))).toEqual([
      `'Lifecycle.keepLast.count' must be a whole number from 1, got: ${JSON.stringify(count)}; use 1 or more`,
    ]);
  });
});

describe('application', () => {
  test('expires untagged images after 14 days', () => {
    expect(rules(lib.Lifecycle.application())).toEqual([
      { rulePriority: 1, description: 'Expire untagged images', selection: { tagStatus: 'untagged', ...pushed(14) }, action: { type: 'expire' } },
    ]);
  });

  test('has a rule for each temporary tag, because ECR wants all tags of a rule to match', () => {
    expect(rules(lib.Lifecycle.application({ temporaryTags: ['pr-*', 'branch-*'], untaggedExpireAfter: Duration.days(3) }))).toMatchObject([
      { rulePriority: 1, selection: { tagStatus: 'tagged', tagPatternList: ['pr-*'], ...pushed(14) }, action: { type: 'expire' } },
      { rulePriority: 2, selection: { tagStatus: 'tagged', tagPatternList: ['branch-*'], ...pushed(14) }, action: { type: 'expire' } },
      { rulePriority: 3, selection: { tagStatus: 'untagged', ...pushed(3) }, action: { type: 'expire' } },
    ]);
  });

  test('takes another age for temporary tags', () => {
    expect(rules(lib.Lifecycle.application({ temporaryTags: ['pr-*'], temporaryExpireAfter: Duration.days(5) }))).toMatchObject([
      { selection: pushed(5) }, { selection: pushed(14) },
    ]);
  });

  test('archives what nobody pulls, and keeps the untagged parts of archived images', () => {
    expect(rules(lib.Lifecycle.application({ archiveAfter: Duration.days(60), archivedExpireAfter: Duration.days(365) }))).toEqual([
      {
        rulePriority: 1,
        description: 'Archive images that nobody pulls',
        selection: { tagStatus: 'any', ...days('sinceImagePulled', 60) },
        action: { type: 'transition', targetStorageClass: 'archive' },
      },
      {
        rulePriority: 2,
        description: 'Expire archived images',
        selection: { tagStatus: 'any', storageClass: 'archive', ...days('sinceImageTransitioned', 365) },
        action: { type: 'expire' },
      },
    ]);
  });

  test('expires untagged images next to archiving where that is asked for', () => {
    expect(rules(lib.Lifecycle.application({ archiveAfter: Duration.days(60), untaggedExpireAfter: Duration.days(7) }))).toMatchObject([
      { selection: { tagStatus: 'untagged', ...pushed(7) } }, { selection: days('sinceImagePulled', 60) },
    ]);
  });

  test('fails in the words of its options', () => {
    const often = 'a'.repeat(3) + '*'.repeat(5);
    expect(problems(lib.Lifecycle.application({
      temporaryTags: ['pr-*', often, 'pr-*', ''],
      temporaryExpireAfter: Duration.hours(36),
      untaggedExpireAfter: Duration.days(0),
      archiveAfter: Duration.hours(1),
      archivedExpireAfter: Duration.days(30),
    }))).toEqual([
      '\'Lifecycle.application.temporaryExpireAfter\' must be a whole number of days from 1, got: 1.5; use 1 or more',
      '\'Lifecycle.application.temporaryTags[1]\' must be a pattern of at most 4 wildcards (*), got: \'aaa*****\' (8 characters); match less of the tag',
      '\'Lifecycle.application.temporaryExpireAfter\' must be a whole number of days from 1, got: 1.5; use 1 or more',
      '\'Lifecycle.application.temporaryExpireAfter\' must be a whole number of days from 1, got: 1.5; use 1 or more',
      '\'Lifecycle.application.temporaryTags[3]\' must be at least one character, got: \'\' (0 characters); use the pattern \'*\' if every tagged image is meant',
      '\'Lifecycle.application.temporaryExpireAfter\' must be a whole number of days from 1, got: 1.5; use 1 or more',
      '\'Lifecycle.application.untaggedExpireAfter\' must be a whole number of days from 1, got: 0; use 1 or more',
      expect.stringContaining('\'Lifecycle.application.archiveAfter\' must be a whole number of days from 1, got: 0.04'),
      '\'Lifecycle.application.archivedExpireAfter\' must be a whole number of days from 90, got: 30; use 90 or more',
      '\'Lifecycle.application.temporaryTags[2]\' must be a selection of its own, unlike that of \'Lifecycle.application.temporaryTags[0]\', '
      + 'got: \'tagged\' (6 characters); select other images: of two rules for the same ones ECR takes only the first',
    ]);
  });
});

describe('buildCache', () => {
  test('expires replaced caches after a day and unused ones after 14 days', () => {
    expect(rules(lib.Lifecycle.buildCache())).toEqual([
      { rulePriority: 1, description: 'Expire caches that were replaced', selection: { tagStatus: 'untagged', ...pushed(1) }, action: { type: 'expire' } },
      { rulePriority: 2, description: 'Expire caches that no build writes any more', selection: { tagStatus: 'any', ...pushed(14) }, action: { type: 'expire' } },
    ]);
  });

  test('takes other ages', () => {
    expect(rules(lib.Lifecycle.buildCache({ expireAfter: Duration.days(60), untaggedExpireAfter: Duration.days(2) }))).toMatchObject([
      { selection: pushed(2) }, { selection: pushed(60) },
    ]);
  });

  test('fails in the words of its options', () => {
    expect(problems(lib.Lifecycle.buildCache({ expireAfter: Duration.days(0), untaggedExpireAfter: Duration.hours(12) }))).toEqual([
      '\'Lifecycle.buildCache.untaggedExpireAfter\' must be a whole number of days from 1, got: 0.5; use 1 or more',
      '\'Lifecycle.buildCache.expireAfter\' must be a whole number of days from 1, got: 0; use 1 or more',
    ]);
  });
});

describe('rules', () => {
  test.each<[string, lib.LifecycleRule, object, object]>([
    ['count', { imageCountMoreThan: 9 }, { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 9 }, { type: 'expire' }],
    ['push', { sinceImagePushed: Duration.days(9) }, { tagStatus: 'any', ...pushed(9) }, { type: 'expire' }],
    ['push, in hours', { sinceImagePushed: Duration.hours(48) }, { tagStatus: 'any', ...pushed(2) }, { type: 'expire' }],
    ['pull', { sinceImagePulled: Duration.days(9) }, { tagStatus: 'any', ...days('sinceImagePulled', 9) },
      { type: 'transition', targetStorageClass: 'archive' }],
    ['transition', { sinceImageTransitioned: Duration.days(90) },
      { tagStatus: 'any', storageClass: 'archive', ...days('sinceImageTransitioned', 90) }, { type: 'expire' }],
    ['count, archived', { imageCountMoreThan: 9, action: ARCHIVE }, { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 9 },
      { type: 'transition', targetStorageClass: 'archive' }],
    ['push, archived', { sinceImagePushed: Duration.days(9), action: ARCHIVE }, { tagStatus: 'any', ...pushed(9) },
      { type: 'transition', targetStorageClass: 'archive' }],
    ['pull, archived', { sinceImagePulled: Duration.days(9), action: ARCHIVE }, { tagStatus: 'any', ...days('sinceImagePulled', 9) },
      { type: 'transition', targetStorageClass: 'archive' }],
    ['transition, expired', { sinceImageTransitioned: Duration.days(90), action: EXPIRE },
      { tagStatus: 'any', storageClass: 'archive', ...days('sinceImageTransitioned', 90) }, { type: 'expire' }],
    ['patterns', { tagPatternList: ['*test*1*2*3', 'x'], imageCountMoreThan: 1 },
      { tagStatus: 'tagged', tagPatternList: ['*test*1*2*3', 'x'], countType: 'imageCountMoreThan', countNumber: 1 }, { type: 'expire' }],
    ['prefixes', { tagStatus: TAGGED, tagPrefixList: ['v'], imageCountMoreThan: 1 },
      { tagStatus: 'tagged', tagPrefixList: ['v'], countType: 'imageCountMoreThan', countNumber: 1 }, { type: 'expire' }],
    ['untagged', { tagStatus: UNTAGGED, imageCountMoreThan: 1 },
      { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 }, { type: 'expire' }],
  ])('by %s', (_name, rule, selection, action) => {
    expect(rules(lib.Lifecycle.rules([{ description: 'why', ...rule }]))).toEqual([{ rulePriority: 1, description: 'why', selection, action }]);
  });

  test('are numbered after those with a number, and those for any image last', () => {
    const order = rules(lib.Lifecycle.rules([
      { description: 'any archived', sinceImageTransitioned: Duration.days(100) },
      { description: 'any', imageCountMoreThan: 100 },
      { description: 'a', tagPatternList: ['a'], imageCountMoreThan: 1 },
      { description: 'ten', rulePriority: 10, tagPatternList: ['b'], imageCountMoreThan: 1 },
      { description: 'untagged', tagStatus: UNTAGGED, imageCountMoreThan: 1 },
      { description: 'archived', tagPatternList: ['a'], sinceImageTransitioned: Duration.days(100) },
    ])) as Record<string, unknown>[];
    expect(order.map(({ description, rulePriority }) => [description, rulePriority])).toEqual([
      ['ten', 10], ['a', 11], ['untagged', 12], ['archived', 13], ['any', 14], ['any archived', 15],
    ]);
  });

  test('keep their own numbers', () => {
    const order = rules(lib.Lifecycle.rules([
      { rulePriority: 20, imageCountMoreThan: 100 },
      { rulePriority: 5, tagPatternList: ['a'], imageCountMoreThan: 1 },
      { sinceImageTransitioned: Duration.days(100) },
    ])) as Record<string, unknown>[];
    expect(order.map(({ rulePriority }) => rulePriority)).toEqual([5, 20, 21]);
  });

  test('take tokens for texts, numbers and days', () => {
    const stack = new Stack(new App(), 'Stack');
    const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
    const text = new CfnParameter(stack, 'Text').valueAsString;
    new lib.CiRepository(stack, 'Repository', {
      lifecycle: lib.Lifecycle.rules([
        { rulePriority: number, description: text, tagPatternList: [text], imageCountMoreThan: number },
        { sinceImagePushed: Duration.days(number) },
      ]),
    });
    const [{ Properties: properties }] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::Repository'));
    const [, parts] = properties.LifecyclePolicy.LifecyclePolicyText['Fn::Join'];
    const resolved = parts.map((part: unknown) => (typeof part === 'string' ? part : (part as { Ref: string }).Ref === 'Text' ? 'x*' : '7')).join('');
    expect(JSON.parse(resolved).rules).toEqual([
      {
        rulePriority: 7,
        description: 'x*',
        selection: { tagStatus: 'tagged', tagPatternList: ['x*'], countType: 'imageCountMoreThan', countNumber: 7 },
        action: { type: 'expire' },
      },
      { rulePriority: 1, selection: { tagStatus: 'any', ...pushed(7) }, action: { type: 'expire' } },
    ]);
  });

  test('fail for a token in another unit than days, which cannot be converted', () => {
    const number = new CfnParameter(new Stack(), 'Number', { type: 'Number' }).valueAsNumber;
    expect(problemsOf({ sinceImagePushed: Duration.hours(number) })).toEqual([
      '\'lifecycle.rules[0].sinceImagePushed\' must be in days where its number is a token, got: \'hours\' (5 characters); use Duration.days()',
    ]);
  });

  test('fail for none and for more than 50', () => {
    const list = Array.from({ length: 51 }, (_, index): lib.LifecycleRule => ({ tagPatternList: [`t${index}`], imageCountMoreThan: 1 }));
    expect(problems(lib.Lifecycle.rules(list.slice(1)))).toEqual([]);
    expect(problems(lib.Lifecycle.rules(list))).toEqual(['\'lifecycle\' must be a policy of 1 to 50 rules, got: 51; add a rule, or join some']);
    expect(problems(lib.Lifecycle.rules([]))).toEqual(['\'lifecycle\' must be a policy of 1 to 50 rules, got: 0; add a rule, or join some']);
  });

  test('fail for a text that is longer than ECR takes', () => {
    expect(problemsOf({ description: 'x'.repeat(30_720), imageCountMoreThan: 1 })).toEqual([
      expect.stringMatching(/^'lifecycle' must be a policy of at most 30720 characters, got: 30\d{3}; shorten descriptions or tag lists$/),
    ]);
  });

  test.each<[string, lib.LifecycleRule[], string]>([
    ['a priority of 0', [{ rulePriority: 0, imageCountMoreThan: 1 }],
      '\'lifecycle.rules[0].rulePriority\' must be a whole number from 1, got: 0; use 1 or more'],
    ['a count of 0', [{ imageCountMoreThan: 0 }],
      '\'lifecycle.rules[0].imageCountMoreThan\' must be a whole number from 1, got: 0; use 1 or more'],
    ['no criterion', [{ tagStatus: UNTAGGED }],
      '\'lifecycle.rules[0].imageCountMoreThan\' must be given, or else one of sinceImagePushed, sinceImagePulled, sinceImageTransitioned, got: undefined; say when the rule acts'],
    ['two criteria', [{ imageCountMoreThan: 1, sinceImagePushed: Duration.days(3) }],
      '\'lifecycle.rules[0].sinceImagePushed\' must be left out where a rule has \'imageCountMoreThan\', got: 3; write a rule for each'],
    ['expiry by pull', [{ sinceImagePulled: Duration.days(1), action: EXPIRE }],
      '\'lifecycle.rules[0].action\' must be LifecycleAction.ARCHIVE with \'sinceImagePulled\', got: \'expire\' (6 characters); archive here, and expire in a second rule by \'sinceImageTransitioned\''],
    ['archiving of what is archived', [{ sinceImageTransitioned: Duration.days(90), action: ARCHIVE }],
      '\'lifecycle.rules[0].action\' must be LifecycleAction.EXPIRE with \'sinceImageTransitioned\', got: \'transition\' (10 characters); leave it out: the images are archived already'],
    ['expiry in less than 90 days from the archive', [{ sinceImageTransitioned: Duration.days(89) }],
      '\'lifecycle.rules[0].sinceImageTransitioned\' must be a whole number of days from 90, got: 89; use 90 or more'],
    ['tagged images without a list', [{ tagStatus: TAGGED, imageCountMoreThan: 1 }],
      '\'lifecycle.rules[0].tagPatternList\' must be given for tagged images, got: undefined; use [\'*\'] for every tagged image'],
    ['an empty list', [{ tagPatternList: [], imageCountMoreThan: 1 }],
      '\'lifecycle.rules[0].tagPatternList\' must be given for tagged images, got: []; use [\'*\'] for every tagged image'],
    ['both lists', [{ tagPatternList: ['a*'], tagPrefixList: ['a'], imageCountMoreThan: 1 }],
      '\'lifecycle.rules[0].tagPrefixList\' must be left out where a rule has \'tagPatternList\', got: ["a"]; write the prefixes as patterns that end in *'],
    ['a list for untagged images', [{ tagStatus: UNTAGGED, tagPatternList: ['a*'], imageCountMoreThan: 1 }],
      '\'lifecycle.rules[0].tagPatternList\' must be left out for untagged images, got: ["a*"]; leave out \'tagStatus\', or this list'],
    ['a list for any image', [{ tagStatus: ANY, tagPrefixList: ['a'], imageCountMoreThan: 1 }],
      '\'lifecycle.rules[0].tagPrefixList\' must be left out for any images, got: ["a"]; leave out \'tagStatus\', or this list'],
    ['an empty prefix', [{ tagPrefixList: [''], imageCountMoreThan: 1 }],
      '\'lifecycle.rules[0].tagPrefixList[0]\' must be at least one character, got: \'\' (0 characters); use the pattern \'*\' if every tagged image is meant'],
    ['five wildcards', [{ tagPatternList: ['ok', 'test*1*2*3*4*5*6'], imageCountMoreThan: 1 }],
      '\'lifecycle.rules[0].tagPatternList[1]\' must be a pattern of at most 4 wildcards (*), got: \'test*1*2*3*4*5*6\' (16 characters); match less of the tag'],
    ['a priority twice', [{ rulePriority: 1, tagPatternList: ['a'], imageCountMoreThan: 1 }, { rulePriority: 1, tagPatternList: ['b'], imageCountMoreThan: 1 }],
      '\'lifecycle.rules[1].rulePriority\' must be another number than \'lifecycle.rules[0].rulePriority\', got: 1; leave it out to have rules numbered in order'],
    ['any image before others', [{ rulePriority: 1, imageCountMoreThan: 1 }, { rulePriority: 2, tagPatternList: ['b'], imageCountMoreThan: 1 }],
      '\'lifecycle.rules[0].rulePriority\' must be after \'lifecycle.rules[1].rulePriority\', because it selects any image, got: 1; leave it out to have this rule go last'],
    ['untagged images twice', [{ tagStatus: UNTAGGED, imageCountMoreThan: 1 }, { tagStatus: UNTAGGED, sinceImagePushed: Duration.days(1) }],
      '\'lifecycle.rules[1].tagStatus\' must be a selection of its own, unlike that of \'lifecycle.rules[0].tagStatus\', got: \'untagged\' (8 characters); select other images: of two rules for the same ones ECR takes only the first'],
    ['any image twice', [{ imageCountMoreThan: 1 }, { sinceImagePushed: Duration.days(1) }],
      '\'lifecycle.rules[1].tagStatus\' must be a selection of its own, unlike that of \'lifecycle.rules[0].tagStatus\', got: \'any\' (3 characters); select other images: of two rules for the same ones ECR takes only the first'],
    ['the same prefixes twice', [{ tagPrefixList: ['a', 'b'], imageCountMoreThan: 1 }, { tagPrefixList: ['b', 'a'], sinceImagePushed: Duration.days(1) }],
      '\'lifecycle.rules[1].tagStatus\' must be a selection of its own, unlike that of \'lifecycle.rules[0].tagStatus\', got: \'tagged\' (6 characters); select other images: of two rules for the same ones ECR takes only the first'],
  ])('fail for %s', (_name, list, problem) => {
    expect(problemsOf(...list)).toEqual([problem]);
  });

  test('may select the same images in each storage class', () => {
    expect(problemsOf(
      { rulePriority: 1, tagStatus: UNTAGGED, sinceImagePushed: Duration.days(1), action: ARCHIVE },
      { rulePriority: 2, sinceImagePulled: Duration.days(30) },
      { rulePriority: 3, tagStatus: UNTAGGED, sinceImageTransitioned: Duration.days(90) },
      { rulePriority: 4, sinceImageTransitioned: Duration.days(365) },
    )).toEqual([]);
  });

  test('take patterns of up to four wildcards', () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z*.-]{0,14}$/), (pattern) => {
      const refused = pattern.length === 0 || pattern.split('*').length > 5;
      expect(problemsOf({ tagPatternList: [pattern], imageCountMoreThan: 1 })).toHaveLength(refused ? 1 : 0);
    }));
  });

  test('take whole numbers from 1', () => {
    fc.assert(fc.property(fc.oneof(fc.integer(), fc.double({ noNaN: true })), (count) => {
      expect(problemsOf({ imageCountMoreThan: count })).toHaveLength(Number.isInteger(count) && count >= 1 ? 0 : 1);
    }));
  });

  test('have unique numbers from 1, with any image last in its storage class, wherever they are accepted', () => {
    const anyRule: fc.Arbitrary<lib.LifecycleRule> = fc.record({
      rulePriority: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
      tagStatus: fc.constantFrom(ANY, UNTAGGED, undefined),
      imageCountMoreThan: fc.constant(1),
    }).chain(({ tagStatus, ...rule }) => fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.boolean()).map(([tag, isArchive]) => ({
      rulePriority: rule.rulePriority,
      ...tagStatus ? { tagStatus } : { tagPatternList: [tag] },
      ...isArchive ? { sinceImageTransitioned: Duration.days(90) } : { imageCountMoreThan: 1 },
    })));
    fc.assert(fc.property(fc.array(anyRule, { minLength: 1, maxLength: 5 }), (list) => {
      const lifecycle = lib.Lifecycle.rules(list);
      if (problems(lifecycle).length > 0) return;
      // eslint-disable-next-line @typescript-eslint/no-explicit-any
      const written = rules(lifecycle) as any[];
      const priorities = written.map(({ rulePriority }) => rulePriority);
      expect(written).toHaveLength(list.length);
      expect(new Set(priorities).size).toBe(list.length);
      expect(Math.min(...priorities)).toBeGreaterThanOrEqual(1);
      for (const { rulePriority, selection } of written.filter((rule) => rule.selection.tagStatus === 'any')) {
        const others = written.filter((rule) => rule.selection.storageClass === selection.storageClass).map((rule) => rule.rulePriority);
        expect(rulePriority).toBe(Math.max(...others));
      }
    }), { numRuns: 60 });
  });
});
