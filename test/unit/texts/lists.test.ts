/** How the words of a list are joined. */
import assert from "node:assert/strict";
import test, { afterEach } from "node:test";
import { listed, listedAll, listedSome } from "../../../server/src/core/text/lists.js";
import { sayWhole, speak } from "../../../server/src/core/text/say.js";

afterEach(() => speak(null));

test("a list names everything, or counts the rest", () => {
  assert.equal(listed(["a", "b", "c"]), "a, b, c");
  assert.deepEqual([listedAll([]), listedAll(["a"])], ["", "a"]);
  assert.equal(listedAll(["a", "b"]), "a and b");
  assert.equal(listedAll(["a", "b", "c"]), "a, b and c");
  assert.equal(listedSome(["a", "b"], 0), "a, b");
  assert.equal(listedSome(["a", "b"], 3), "a, b and 3 more");
});

test("a language joins a list with its own words and marks", () => {
  speak({ id: "ja", texts: { "{0}, {1}": "{0}、{1}", "{0} and {1} more": "{0}ほか{1}" } });
  assert.equal(listedSome(["a", "{1}"], 3), "a、{1}ほか3");
});

test("the thousands of a number are marked as in the language", () => {
  assert.equal(sayWhole(400_000), "400,000");
  speak({ id: "de", texts: {} });
  assert.equal(sayWhole(400_000), "400.000");
  speak({ id: "not a language", texts: {} });
  assert.equal(sayWhole(400_000), "400,000");
});
