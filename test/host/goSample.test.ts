/** The Go sample: what a beginner's Dockerfile does, instruction by instruction. */
import { screenshot } from "../support/editor.js";
import { hoverOn, leaveHover, seeLenses, seeLensOver } from "../support/editorView.js";
import { journey, sample } from "../support/journey.js";

journey(
  "the Go sample",
  { workspace: sample("go-server"), file: "Dockerfile", theme: "light" },
  async (editor, step) => {
    await step("lenses tell layers from metadata", async () => {
      await seeLenses(editor, [
        "Base image ubuntu:24.04 · no earlier build to compare with",
        "Layer 1",
        "Layer 2",
        "Layer 3",
        /^Layer 4 · 1 file, [\d.]+ k?B$/,
        "Metadata only",
      ]);
      await seeLensOver(editor, "RUN apt update", /layer 1\b/i);
      await screenshot(editor, "go-1-lenses");
    });

    await step("the hover of a RUN that fetches names the trap of the cache", async () => {
      await hoverOn(editor, "RUN apt update", "RUN", /Does not rebuild/);
      await screenshot(editor, "go-2-hover");
      await leaveHover(editor);
    });

    await step("the hover of CMD says that it only changes the image config", async () => {
      await hoverOn(editor, "CMD", "CMD", /config/i);
    });
  },
);
