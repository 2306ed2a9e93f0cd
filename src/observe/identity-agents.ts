/**
 * How AI agents show that a command is theirs: variables they set for what they start, and names of their processes.
 * Variables can be unset by an agent, so every ancestor is looked at. A variable that people set by hand to configure an
 * agent is no sign; that can only be a list, and what is not on it counts.
 */
export interface AgentSign {
  readonly name: string;
  /** Exact names of variables. */
  readonly variables: readonly string[];
  /** Every variable that begins so, but `settings`. */
  readonly prefixes: readonly string[];
  /** People's own configuration among them: exact names. */
  readonly settings: readonly string[];
  /** Names of programs (without folder and extension), and of packages in the path of a script. */
  readonly programs: readonly string[];
  readonly version?: string;
  readonly session?: string;
}

function agent(name: string, sign: Partial<AgentSign>): AgentSign {
  return { name, variables: [], prefixes: [], settings: [], programs: [], ...sign };
}

export const AGENT_SIGNS: readonly AgentSign[] = [
  agent('claude-code', {
    variables: ['CLAUDECODE', 'CLAUDE_CODE'],
    prefixes: ['CLAUDE_CODE_'],
    settings: [
      'CLAUDE_CODE_USE_BEDROCK',
      'CLAUDE_CODE_USE_VERTEX',
      'CLAUDE_CODE_USE_FOUNDRY',
      'CLAUDE_CODE_SKIP_BEDROCK_AUTH',
      'CLAUDE_CODE_SKIP_VERTEX_AUTH',
      'CLAUDE_CODE_MAX_OUTPUT_TOKENS',
      'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC',
      'CLAUDE_CODE_ENABLE_TELEMETRY',
      'CLAUDE_CODE_OAUTH_TOKEN',
    ],
    programs: ['claude', 'claude-code'],
    version: 'CLAUDE_CODE_VERSION',
    session: 'CLAUDE_CODE_SESSION_ID',
  }),
  // Cursor's terminals look the same whether a person or the agent types in them: doubt wins.
  agent('cursor', { prefixes: ['CURSOR_'], programs: ['cursor-agent'], session: 'CURSOR_TRACE_ID' }),
  agent('codex', {
    prefixes: ['CODEX_'],
    settings: ['CODEX_HOME', 'CODEX_API_KEY'],
    programs: ['codex'],
    session: 'CODEX_THREAD_ID',
  }),
  agent('gemini-cli', { variables: ['GEMINI_CLI'], programs: ['gemini', 'gemini-cli'] }),
  agent('copilot', {
    variables: ['COPILOT_CLI', 'COPILOT_AGENT', 'GITHUB_COPILOT_CLI'],
    prefixes: ['COPILOT_AGENT_', 'COPILOT_CLI_'],
    programs: ['copilot', 'copilot-agent'],
  }),
  agent('opencode', {
    variables: ['OPENCODE'],
    prefixes: ['OPENCODE_'],
    settings: [
      'OPENCODE_CONFIG',
      'OPENCODE_CONFIG_DIR',
      'OPENCODE_CONFIG_CONTENT',
      'OPENCODE_DISABLE_AUTOUPDATE',
    ],
    programs: ['opencode'],
  }),
  agent('cline', { prefixes: ['CLINE_'], settings: ['CLINE_DIR', 'CLINE_API_KEY'], programs: ['cline'] }),
  agent('roo', { prefixes: ['ROO_'], programs: [] }),
  // AIDER_* are a person's settings: aider is known by its process.
  agent('aider', { variables: ['AIDER'], programs: ['aider'] }),
  agent('goose', { variables: ['GOOSE_TERMINAL'], programs: ['goose', 'goosed'] }),
  agent('amp', { variables: ['AMP_CURRENT_THREAD_ID'], programs: ['amp'], session: 'AMP_CURRENT_THREAD_ID' }),
  agent('qwen-code', { variables: ['QWEN_CODE'], programs: ['qwen', 'qwen-code'] }),
  agent('crush', { variables: ['CRUSH'], programs: ['crush'] }),
  agent('augment', { variables: ['AUGMENT_AGENT'], programs: ['auggie'] }),
  agent('amazon-q', { variables: ['Q_TERM_AGENT'], programs: ['qchat', 'kiro-cli'] }),
  agent('openhands', { prefixes: ['OPENHANDS_'], programs: ['openhands'] }),
  agent('droid', { programs: ['droid'] }),
  agent('devin', { prefixes: ['DEVIN_'], programs: ['devin'] }),
  agent('replit', { variables: ['REPLIT_AGENT'] }),
  agent('antigravity', { variables: ['ANTIGRAVITY_AGENT'] }),
  // Shared by several agents: the value names the agent.
  agent('agent', { variables: ['AI_AGENT', 'AGENT', 'GUARD_AGENT'] }),
];

/** Variables that continuous integration sets for every job. */
export const CI_VARIABLES: readonly string[] = [
  'CI',
  'CONTINUOUS_INTEGRATION',
  'GITHUB_ACTIONS',
  'GITLAB_CI',
  'JENKINS_URL',
  'BUILDKITE',
  'TEAMCITY_VERSION',
  'TF_BUILD',
  'CIRCLECI',
  'TRAVIS',
  'DRONE',
  'WOODPECKER',
  'APPVEYOR',
  'BITBUCKET_BUILD_NUMBER',
  'CODEBUILD_BUILD_ID',
  'GO_PIPELINE_NAME',
  'SEMAPHORE',
  'CIRRUS_CI',
  'FORGEJO_ACTIONS',
  'GITEA_ACTIONS',
];

/** Programs that start jobs with nobody watching. */
export const CI_PROGRAMS: readonly string[] = [
  'gitlab-runner',
  'Runner.Worker',
  'Runner.Listener',
  'buildkite-agent',
  'circleci-agent',
  'circleci-runner',
  'drone-agent',
  'woodpecker-agent',
  'act_runner',
  'forgejo-runner',
  'concourse',
  'cron',
  'crond',
  'CRON',
  'atd',
  'anacron',
];
