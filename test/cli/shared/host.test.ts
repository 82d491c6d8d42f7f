import { ecrHost, hostOf } from '../../../cli/shared/host';

test.each([
  ['ghcr.io', 'ghcr.io'], ['https://ghcr.io', 'ghcr.io'], ['HTTP://GHCR.io/v2/', 'ghcr.io'], [' ghcr.io/a/b ', 'ghcr.io'],
  ['localhost:5000/x', 'localhost:5000'], ['', ''], ['https://', ''],
])('the host of %p is %p', (key, host) => {
  expect(hostOf(key)).toBe(host);
});

test.each([
  ['111122223333.dkr.ecr.eu-west-1.amazonaws.com', 'eu-west-1'],
  ['111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
  ['111122223333.dkr-ecr.eu-west-1.on.aws', 'eu-west-1'],
  ['111122223333.dkr-ecr-fips.us-east-1.on.aws', 'us-east-1'],
  ['111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
  ['111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu', 'eusc-de-east-1'],
])('%s is of ECR', (host, region) => {
  expect(ecrHost(host)).toEqual({ account: '111122223333', region });
});

test.each(['public.ecr.aws', '11112222333.dkr.ecr.eu-west-1.amazonaws.com', '111122223333.dkr.ecr.eu-west-1.amazonaws.com.example', 'x111122223333.dkr.ecr.eu-west-1.amazonaws.com'])('%s is not', (host) => {
  expect(ecrHost(host)).toBeUndefined();
});
