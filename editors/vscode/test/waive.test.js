"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { waive, usualEnd, isDay } = require("../src/waive");

const CLAIM = { uri: "file:///draft.md", rule: "core/cure", sentence: "Tea cures colds.", fingerprint: "0123" };

function answering(...answers) {
  const asked = [];
  return { asked, showInputBox: async (options) => (asked.push(options), answers[asked.length - 1]) };
}

test("what was answered is sent with the claim", async () => {
  const window = answering("a quotation", "Dr. Ada Moe", "2027-06-30");
  const sent = [];
  await waive(window, CLAIM, (...values) => sent.push(values));
  assert.deepEqual(sent, [
    ["claimlint.addWaiver", { ...CLAIM, reason: "a quotation", approver: "Dr. Ada Moe", expires: "2027-06-30" }],
  ]);
  assert.equal(window.asked[2].value, usualEnd());
});

test("without an answer nothing is sent", async () => {
  for (const answers of [[], ["a quotation"], ["a quotation", "Ada"]]) {
    await waive(answering(...answers), CLAIM, () => assert.fail("sent"));
  }
});

test("days", () => {
  assert.equal(usualEnd(new Date(2026, 0, 1)), "2026-06-30");
  assert.equal(isDay("2027-02-28"), undefined);
  for (const text of ["2027-02-30", "2027-13-01", "soon", ""]) assert.ok(isDay(text), text);
});
