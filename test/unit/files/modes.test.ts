/** Modes in letters, as a real engine worked them out for a 0644 file, a 0750 folder and a 02715 file. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { modeChange } from "../../../server/src/core/files/modes.js";

const worked = `
+w 666 772 2737       =rw 666 666 666       = 0 0 0               a+X 644 751 2715
u=g 444 550 2115      g+u 664 770 2775      o=g 644 755 2711      +s 6644 6750 6715
+t 1644 1750 3715     a+st 7644 7750 7715   o+t 644 750 2715      u+t 1644 1750 3715
-x 644 640 2604       a+rwX,o-w 664 775 2775  u=rw,+x 755 751 2715  g=u-w 644 750 2755
o=gw 642 752 2712     u+rw-x+X 644 750 2715 go-rwx,u+s 4600 4700 6700  ug=rwX,o= 660 770 770
a=s 6000 6000 6000    u-s,g-s 644 750 715   o+s 644 750 2715      a= 0 0 0
u=X 44 150 2115       g=X 604 710 715       =X 0 111 111          u+X,u-x 644 650 2615
7 7 7 7               -r 200 310 2311       a-st 644 750 715`;

test("modes in letters come to what BuildKit makes of them", () => {
  const words = worked.trim().split(/\s+/);
  for (let at = 0; at < words.length; at += 4) {
    const [text = "", ...wanted] = words.slice(at, at + 4);
    const change = modeChange(text);
    assert.ok(change !== null, text);
    const given = [change(0o644, false), change(0o750, true), change(0o2715, false)];
    assert.deepEqual(
      given.map((mode) => mode.toString(8)),
      wanted,
      text,
    );
  }
});

test("what is no mode changes nothing that could be told", () => {
  for (const text of ["rwx", "u", "u+z", "8", "u+x,", "$MODE"])
    assert.equal(modeChange(text), null);
});
