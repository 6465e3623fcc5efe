// Asks for what a waiver needs. Whoever leaves a question without an answer waives nothing.
"use strict";

const DAYS = 180;

/** The day on which a waiver given today ends if nobody says otherwise, as YYYY-MM-DD. */
function usualEnd(today = new Date()) {
  return new Date(Date.UTC(today.getFullYear(), today.getMonth(), today.getDate() + DAYS)).toISOString().slice(0, 10);
}

function needed(text) {
  return text.trim() ? undefined : "This is needed.";
}

function isDay(text) {
  const day = new Date(`${text}T00:00:00Z`);
  const known = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
  return known ? undefined : "Write a date as YYYY-MM-DD.";
}

/** window: VS Code's; claim: what the server says of it; send: (command, argument) → the server's answer. */
async function waive(window, claim, send) {
  const title = `Waive ${claim.rule}`;
  const ask = (prompt, validateInput, value = "") =>
    window.showInputBox({ title, prompt, value, validateInput, ignoreFocusOut: true });
  const reason = await ask(`Why may it stand? “${claim.sentence}”`, needed);
  if (reason === undefined) return undefined;
  const approver = await ask("Who approves it? Not who wrote it.", needed);
  if (approver === undefined) return undefined;
  const expires = await ask("Until when?", isDay, usualEnd());
  if (expires === undefined) return undefined;
  return send("claimlint.addWaiver", { ...claim, reason, approver, expires });
}

module.exports = { waive, usualEnd, isDay };
