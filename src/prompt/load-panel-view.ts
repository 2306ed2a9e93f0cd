import type { mountPanel } from './panel-view.tsx';

/** With this variable ink looks for React's developer tools on the network. */
const DEVELOPER_SWITCH = 'DEV';

let loading: Promise<typeof mountPanel> | undefined;

/** Loads ink and React, which takes a fifth of a second and happens only once somebody is asked. */
export function loadPanelView(): Promise<typeof mountPanel> {
  loading ??= load();
  return loading;
}

async function load(): Promise<typeof mountPanel> {
  const developer = process.env[DEVELOPER_SWITCH];
  delete process.env[DEVELOPER_SWITCH];
  try {
    const view = await import('./panel-view.tsx');
    return view.mountPanel;
  } finally {
    if (developer !== undefined) process.env[DEVELOPER_SWITCH] = developer;
  }
}
