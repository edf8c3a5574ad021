/** What the editor of the tests can do: as much of VS Code as the server asks for. */
export const editorCapabilities = {
  window: { workDoneProgress: true },
  workspace: {
    configuration: true,
    workspaceFolders: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
    codeLens: { refreshSupport: true },
    inlayHint: { refreshSupport: true },
  },
} as const;

/** One that asks for problems. */
export const pullingCapabilities = {
  ...editorCapabilities,
  workspace: { ...editorCapabilities.workspace, diagnostics: { refreshSupport: true } },
  textDocument: { diagnostic: {} },
} as const;
