/** What a person calls each CI; all that the program knows of them before the command runs. */
export const CIS = ['azure-devops', 'bitbucket', 'buildkite', 'circleci', 'codeship', 'github', 'gitlab', 'jenkins'] as const;

export type Ci = typeof CIS[number];
