// What one writes first: one function that brings the value to one target after the other.
const https = require('node:https');
const { report } = require('./report.cjs');

const { url, certificateAuthority, targets, value } = JSON.parse(process.argv[2]);
const agent = new https.Agent({ keepAlive: true, ca: certificateAuthority });

const put = (target) => new Promise((resolve, reject) => {
  const request = https.request(`${url}/${target}`, { method: 'PUT', agent, headers: { 'content-type': 'application/json' } }, (response) => {
    response.resume().once('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`status ${response.statusCode}`))));
  });
  request.once('error', reject).end(JSON.stringify({ value }));
});

async function main() {
  const start = performance.now();
  for (const target of targets) await put(target);
  report({ times: [performance.now() - start] });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
