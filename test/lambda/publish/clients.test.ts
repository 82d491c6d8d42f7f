import { PublishClients } from '../../../lambda/publish/clients';

const credentials = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' });

test.each(['secretsManager', 'ssm', 'lambda', 'sts'] as const)('%s: a client is kept for each region, and made anew for other credentials', async (service) => {
  const clients = new PublishClients();
  const client = clients[service]({ region: 'eu-west-1' });
  expect(clients[service]({ region: 'eu-west-1' })).toBe(client);
  expect(clients[service]({ region: 'us-east-2' })).not.toBe(client);
  const other = clients[service]({ region: 'eu-west-1', credentials });
  expect(other).not.toBe(client);
  expect(await other.config.credentials()).toMatchObject({ accessKeyId: 'a' });
  expect(await client.config.region()).toBe('eu-west-1');
});
