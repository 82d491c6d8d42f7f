import { App, Aws, CfnParameter, CfnResource, Fn, Lazy, ScopedAws, SecretValue, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import * as fc from 'fast-check';
import { deployed } from './deployed';
import { environmentSizes } from '../../../src/private/packing/environment-sizes';
import { longestRepositoryArn, Measurer } from '../../../src/private/packing/measure';
import { PolicySimulator } from '../../iam/policy-simulator';

const ACCOUNT = '111122223333';
const REGION = 'ap-southeast-1';

function stackIn(region?: string, app = new App()): Stack {
  return new Stack(app, region ?? 'Agnostic', { env: region ? { account: ACCOUNT, region } : undefined });
}

const sizeIn = (stack: Stack, value: string): number => new Measurer(stack).measure(value).measuredSize;
const keyIn = (stack: Stack, value: string): string => new Measurer(stack).measure(value).measuredKey;

describe('the environment', () => {
  test('is as long as its region and partition say', () => {
    expect(environmentSizes(stackIn('cn-northwest-1'))).toEqual({ account: 12, partition: 6, region: 14, urlSuffix: 16 });
    expect(environmentSizes(stackIn('us-gov-west-1'))).toEqual({ account: 12, partition: 10, region: 13, urlSuffix: 13 });
  });

  test('is as long as any there is where it is not known', () => {
    const longest = { account: 12, partition: 'aws-us-gov'.length, region: 'us-isof-south-1'.length, urlSuffix: 'amazonaws.com.cn'.length };
    expect(environmentSizes(stackIn())).toEqual(longest);
    expect(environmentSizes()).toEqual(longest);
  });

  test('is never shorter than what aws-cdk-lib knows of a region, and no longer in the commercial partition', () => {
    for (const { name, partition, domainSuffix } of RegionInfo.regions) {
      const real = { account: 12, partition: partition!.length, region: name.length, urlSuffix: domainSuffix!.length };
      const sizes = environmentSizes(stackIn(name));
      if (partition === 'aws') expect(sizes).toEqual(real);
      for (const [part, size] of Object.entries(real)) {
        expect(sizes[part as keyof typeof real]).toBeGreaterThanOrEqual(size);
        expect(environmentSizes()[part as keyof typeof real]).toBeGreaterThanOrEqual(size);
      }
    }
  });

  test('has the longest partition if the region is of none that is known', () => {
    expect(environmentSizes(stackIn('xx-nowhere-1'))).toEqual({ account: 12, partition: 10, region: 12, urlSuffix: 16 });
  });
});

describe('texts', () => {
  test('without tokens have their own length, as it is in JSON', () => {
    expect(sizeIn(stackIn(), 'arn:aws:ecr:*')).toBe(13);
    expect(sizeIn(stackIn(), 'a"b')).toBe(4);
  });

  test('pseudo parameters have the length that they have in the stack', () => {
    const stack = stackIn(REGION);
    expect(sizeIn(stack, `${Aws.PARTITION}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${Aws.URL_SUFFIX}`)).toBe('aws:ap-southeast-1:111122223333:amazonaws.com'.length);
    expect(sizeIn(stackIn(), `${Aws.PARTITION}:${Aws.REGION}:${Aws.ACCOUNT_ID}`)).toBe('aws-us-gov:us-isof-south-1:111122223333'.length);
    expect(sizeIn(stack, Aws.STACK_NAME)).toBe(128);
    expect(sizeIn(stack, Aws.STACK_ID)).toBe(2048);
    expect(sizeIn(stack, stackIn().formatArn({ service: 'ecr', resource: 'repository', resourceName: 'a' }))).toBe('arn:aws:ecr:ap-southeast-1:111122223333:repository/a'.length);
  });

  test.each<[string, (stack: Stack) => string, number]>([
    ['Fn::Join', () => Fn.join(':', ['arn', Aws.PARTITION, 'x']), 9],
    ['a Lazy', () => `${Lazy.string({ produce: () => 'abc' })}-${Lazy.string({ produce: () => 'd' })}`, 5],
    ['a Lazy within text and a reference', () => `${Lazy.string({ produce: () => 'abc' })}-${Aws.REGION}`, 18],
    ['a Lazy without a value within text', () => [0, 1].map(() => Lazy.string({ produce: () => undefined })).join('a'), 1],
    ['a pseudo parameter of the stack', (stack) => `${new ScopedAws(stack).region}-`, 15],
    ['a pseudo parameter of another stack', (stack) => new ScopedAws(stackIn('eu-west-1', stack.node.root as App)).region, 9],
    ['Fn::ImportValue', () => Fn.importValue('Export'), 2048],
    ['Fn::Join of a list that is not known', () => Fn.join('', Fn.split(',', Fn.importValue('Export'))), 2048],
    ['a parameter', (stack) => new CfnParameter(stack, 'Parameter').valueAsString, 4096],
    ['a parameter with a length', (stack) => new CfnParameter(stack, 'Parameter', { maxLength: 30 }).valueAsString, 30],
    ['a parameter with a length that is not known', (stack) => new CfnParameter(stack, 'Parameter', { maxLength: Token.asNumber(Lazy.any({ produce: () => 3 })) }).valueAsString, 4096],
    ['a parameter with values', (stack) => new CfnParameter(stack, 'Parameter', { allowedValues: ['a', 'abc'] }).valueAsString, 3],
    ['the ARN of another resource', (stack) => new sns.Topic(stack, 'Topic').topicArn, 2048],
  ])('%s', (_what, value, size) => {
    const stack = stackIn(REGION);
    expect(sizeIn(stack, value(stack))).toBe(size);
  });

  test('guesses are marked', () => {
    const stack = stackIn(REGION);
    const isGuess = (value: string): boolean => new Measurer(stack).measure(value).isGuess;
    expect(isGuess(`a${Fn.importValue('Export')}`)).toBe(true);
    expect(isGuess(`a${Aws.REGION}`)).toBe(false);
    expect(isGuess(new ecr.Repository(stack, 'Repository').repositoryArn)).toBe(false);
  });
});

describe('references', () => {
  const prefix = `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/`.length;

  test.each<[string, string | undefined, number]>([
    ['with a name', 'myuser/myapp', 12],
    ['with a generated name', undefined, 256],
    ['with a name that is a Lazy', Lazy.string({ produce: () => 'abc' }), 3],
    ['with a name that is not known', Fn.importValue('Name'), 256],
    ['with a name that is partly known', `myuser/${Aws.REGION}`, 21],
  ])('a repository %s', (_what, repositoryName, size) => {
    const stack = stackIn(REGION);
    const repository = new ecr.Repository(stack, 'Repository', { repositoryName });
    expect(sizeIn(stack, repository.repositoryArn)).toBe(prefix + size);
    expect(sizeIn(stack, repository.repositoryName)).toBe(size);
    expect(sizeIn(stack, `${repository.repositoryArn}*`)).toBe(prefix + size + 1);
  });

  test('a repository of another stack has that stack\'s environment', () => {
    const app = new App();
    const repository = new ecr.Repository(stackIn('us-gov-west-1', app), 'Repository', { repositoryName: 'myuser/myapp' });
    const user = new Stack(app, 'User', { env: { account: ACCOUNT, region: 'us-east-1' } });
    expect(sizeIn(user, repository.repositoryArn)).toBe(`arn:aws-us-gov:ecr:us-gov-west-1:${ACCOUNT}:repository/myuser/myapp`.length);
  });

  test('an attribute of a repository that is not its ARN is not known', () => {
    const stack = stackIn(REGION);
    const repository = new ecr.CfnRepository(stack, 'Repository', { repositoryName: 'myuser/myapp' });
    expect(sizeIn(stack, repository.attrRepositoryUri)).toBe(2048);
  });

  test('secrets and keys', () => {
    const stack = stackIn(REGION);
    const secret = (id: string, secretName?: string): string => new secretsmanager.Secret(stack, id, {
      secretName, secretStringValue: SecretValue.unsafePlainText('x'),
    }).secretArn;
    expect(sizeIn(stack, secret('Named', 'dockercfg'))).toBe(`arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:dockercfg-AbCdEf`.length);
    expect(sizeIn(stack, secret('Generated'))).toBe(`arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:-AbCdEf`.length + 512);
    expect(sizeIn(stack, new kms.Key(stack, 'Key').keyArn)).toBe(`arn:aws:kms:${REGION}:${ACCOUNT}:key/12345678-1234-1234-1234-123456789012`.length);
  });
});

describe('keys', () => {
  test('are the same for the same text', () => {
    const stack = stackIn();
    expect(keyIn(stack, `a-${Lazy.string({ produce: () => 'b' })}`)).toBe('a-b');
    expect(keyIn(stack, Fn.join('', ['a', Aws.REGION]))).toBe(keyIn(stack, `a${Aws.REGION}`));
  });

  test('differ for references, and for texts that look like them', () => {
    const stack = stackIn(REGION);
    const one = new ecr.Repository(stack, 'One');
    const two = new ecr.Repository(stack, 'Two');
    const other = new ecr.Repository(new Stack(stack.node.root, 'Other'), 'One');
    const texts = [
      one.repositoryArn, two.repositoryArn, one.repositoryName, other.repositoryArn, '/One/Resource.Arn', 'One.Arn',
      Fn.importValue('A'), Fn.importValue('B'), Fn.join('-', ['a', Fn.importValue('A')]), Aws.REGION, 'AWS::Region',
      new ScopedAws(other).region, new ScopedAws(other).partition, Fn.select(0, Fn.split('/', one.repositoryArn)), Fn.select(0, Fn.split('/', two.repositoryArn)),
    ];
    expect(new Set(texts.map((text) => keyIn(stack, text))).size).toBe(texts.length);
  });

  test('do not change with the synthesis, nor with the stage', () => {
    const app = new App();
    const [repositories, user] = [new Stack(app, 'Repositories'), new Stack(app, 'User')];
    const arn = new ecr.Repository(repositories, 'Repository').repositoryArn;
    const before = keyIn(user, arn);
    new ecr.Repository(user, 'Repository', { repositoryName: arn });
    app.synth();
    expect(user.resolve(arn)).toEqual({ 'Fn::ImportValue': expect.any(String) });
    expect(keyIn(user, arn)).toBe(before);
  });
});

describe('JSON', () => {
  test('has the length of its text without white space', () => {
    const stack = stackIn(REGION);
    const value = { Effect: 'Deny', NotResource: ['a', `${Aws.REGION}"`], Condition: { Bool: { x: true, y: 12 }, Null: {} }, Action: [] };
    const { measuredSize } = new Measurer(stack).measureJson(value);
    expect(measuredSize).toBe(JSON.stringify(value).replace(/\$\{Token\[[^\]]+\]\}/, REGION).length);
  });

  test('takes a list that is not known for a guess', () => {
    const stack = stackIn();
    const { valueAsList } = new CfnParameter(stack, 'List', { type: 'CommaDelimitedList' });
    expect(new Measurer(stack).measureJson({ Resource: valueAsList })).toMatchObject({ isGuess: true, measuredSize: '{"Resource":""}'.length + 4096 });
  });
});

describe('sizes are never too small', () => {
  const regions = RegionInfo.regions.map(({ name, partition }) => ({ region: name, partition: partition! }));
  const name = fc.stringMatching(/^[a-z0-9]{1,20}(\/[a-z0-9]{1,20})?$/).filter((text) => text.length > 1);
  const part = fc.oneof(
    fc.record({ kind: fc.constant('literal' as const), name: fc.string({ maxLength: 20 }).filter((text) => !/[^ -~]/.test(text)) }),
    fc.record({ kind: fc.constantFrom('named' as const, 'imported' as const, 'other' as const, 'joined' as const), name }),
    fc.record({ kind: fc.constantFrom('generated' as const, 'name' as const, 'pseudo' as const), name }),
  );

  test('whatever the region and partition turn out to be', () => {
    fc.assert(fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), fc.constantFrom(...regions), fc.boolean(), (parts, place, isKnown) => {
      const app = new App();
      const env = isKnown ? { account: ACCOUNT, region: place.region } : undefined;
      const [stack, others] = [new Stack(app, 'Stack', { env }), new Stack(app, 'Others', { env })];
      new ecr.Repository(others, 'Repository');
      const arns = parts.map(({ kind, name: text }, index) => {
        const id = `Repository${index}`;
        switch (kind) {
          case 'literal': return text;
          case 'named': return new ecr.Repository(stack, id, { repositoryName: text }).repositoryArn;
          case 'generated': return new ecr.Repository(stack, id).repositoryArn;
          case 'name': return `a/${new ecr.Repository(stack, id).repositoryName}/b`;
          case 'imported': return ecr.Repository.fromRepositoryName(stack, id, text).repositoryArn;
          case 'other': return new ecr.Repository(others, id, { repositoryName: text }).repositoryArn;
          case 'joined': return Fn.join('/', [`${Aws.PARTITION}.${Aws.URL_SUFFIX}`, text, Aws.ACCOUNT_ID]);
          case 'pseudo': return `${Aws.REGION}-${Aws.ACCOUNT_ID}`;
        }
      });
      new CfnResource(stack, 'Holder', { type: 'Custom::Holder', properties: { Resource: arns } });
      const { measuredSize } = new Measurer(stack).measureJson({ Resource: arns });

      const { simulator } = deployed(stack, { account: ACCOUNT, ...place });
      expect(measuredSize).toBeGreaterThanOrEqual(JSON.stringify(simulator.properties('Holder')).length);
    }), { numRuns: 60 });
  });

  test('the longest ARN of a repository is', () => {
    for (const { region, partition } of regions) {
      const stack = new Stack(new App(), 'Stack');
      new ecr.CfnRepository(stack, 'Repository', { repositoryName: 'x'.repeat(256) });
      const simulator = new PolicySimulator(Template.fromStack(stack), { account: ACCOUNT, region, partition });
      expect(longestRepositoryArn()).toBeGreaterThanOrEqual(simulator.arn('Repository').length);
    }
  });
});
