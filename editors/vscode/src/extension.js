// Starts `claimlint lsp` and hands it what is open; all that is known about claims is known there.
"use strict";

const path = require("node:path");
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");
const { waive } = require("./waive");

const SELECTOR = [
  ...["markdown", "mdx", "html", "plaintext"].flatMap((language) => [
    { scheme: "file", language },
    { scheme: "untitled", language },
  ]),
  { scheme: "file", pattern: "**/*.{mdx,mdown,mkd,xhtml}" },
  { scheme: "file", language: "yaml" },
  { scheme: "file", pattern: "**/.claimlint/baseline.json" },
];
const RESTARTS = ["enable", "command", "arguments"];

let client;
let output;

function settings() {
  return vscode.workspace.getConfiguration("claimlint");
}

/** A path is meant from the first workspace folder, a bare name from the path of the system. */
function command(name) {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  return folder && /[\\/]/.test(name) ? path.resolve(folder.uri.fsPath, name) : name;
}

async function start() {
  const given = settings();
  if (!given.get("enable")) {
    return;
  }
  const run = { command: command(given.get("command")), args: given.get("arguments") };
  client = new LanguageClient("claimlint", "claimlint", run, {
    documentSelector: SELECTOR,
    outputChannel: output,
    initializationOptions: {
      debounce: given.get("debounce"),
      showSettled: given.get("showSettled"),
      asksForWaivers: true,
    },
    synchronize: { configurationSection: "claimlint" },
  });
  try {
    await client.start();
  } catch (error) {
    const choice = await vscode.window.showErrorMessage(
      `claimlint could not be started: ${error.message ?? error}. Install claimlint-marketing[lsp], or set “claimlint.command”.`,
      "Open the settings",
    );
    if (choice) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "claimlint.command");
    }
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.dispose().catch(() => undefined);
}

async function restart() {
  await stop();
  await start();
}

async function activate(context) {
  output = vscode.window.createOutputChannel("claimlint");
  context.subscriptions.push(
    output,
    vscode.commands.registerCommand("claimlint.restart", restart),
    vscode.commands.registerCommand("claimlint.showOutput", () => output.show()),
    vscode.commands.registerCommand("claimlint.waive", (claim) =>
      waive(vscode.window, claim, (name, value) =>
        client?.sendRequest("workspace/executeCommand", { command: name, arguments: [value] }),
      ),
    ),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (RESTARTS.some((name) => event.affectsConfiguration(`claimlint.${name}`))) {
        return restart();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
