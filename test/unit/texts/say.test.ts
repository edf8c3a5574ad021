/** How a text is said in the language of the editor. */
import assert from "node:assert/strict";
import test, { afterEach } from "node:test";
import { say, speak } from "../../../server/src/core/text/say.js";
import { count, formatBytes } from "../../../server/src/core/text/sizes.js";

afterEach(() => speak(null));

const german = {
  id: "de",
  texts: { "{0} file": "{0} Datei", "{0} of {1}": "von {1} nur {0}", "{0} files": "{0} Dateien" },
};

test("a text is English until a language is chosen, and again afterwards", () => {
  assert.equal(count(2, "file"), "2 files");
  speak(german);
  assert.equal(count(2, "file"), "2 Dateien");
  assert.equal(count(1, "file"), "1 Datei");
  speak(null);
  assert.equal(count(1, "file"), "1 file");
});

test("a translation may turn the values round; a missing one stays English", () => {
  speak(german);
  assert.equal(say`${1} of ${"a.txt"}`, "von a.txt nur 1");
  assert.equal(say`Nobody translated ${"this"}.`, "Nobody translated this.");
});

test("what a value holds is never taken for a place to fill", () => {
  speak(german);
  assert.equal(say`${"{1}"} of ${"{0}"}`, "von {0} nur {1}");
});

test("sizes have the decimal mark of the language", () => {
  assert.equal(formatBytes(1_700), "1.7 kB");
  speak(german);
  assert.equal(formatBytes(1_700), "1,7 kB");
  speak({ id: "not a language", texts: {} });
  assert.equal(formatBytes(1_700), "1.7 kB");
});
