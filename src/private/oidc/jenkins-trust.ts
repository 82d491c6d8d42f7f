import { ISSUER } from './formats';
import { checkSubjects, includePullRequests } from './trust-rules';
import type { TrustRules } from './trust-rules';
import type { JenkinsTrustOptions } from '../../identity/oidc/jenkins';

/** The trust of `OidcTrust.jenkins()`. */
export function jenkinsTrust(options: JenkinsTrustOptions): TrustRules {
  const { audiences = ['sts.amazonaws.com'], issuer, provider, subjects, url } = options;
  return {
    check: (problems) => {
      problems.unless('trust.url', url, (text) => /^https?:\/\/[^\s*?#]+[^\s*?#/]$/.test(text),
        'a URL without wildcards, query and slash at the end', 'write it such as \'https://jenkins.example.com\'');
      if (issuer === undefined) {
        problems.unless('trust.url', url, (text) => ISSUER.pattern.test(`${text}/oidc`), 'one that AWS can reach by https:// and without port',
          'set \'issuer\', which can be somewhere else');
      }
      checkSubjects(problems, subjects);
    },
    config: () => ({
      issuer: issuer ?? `${url}/oidc`,
      audiences,
      provider,
      subjects: subjects.map(({ _rule: rule }) => (rule.isWhole ? rule.text : `${url}${rule.text}`)),
      includesPullRequests: includePullRequests(subjects),
    }),
  };
}
