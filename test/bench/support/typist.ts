/** Presses keys and takes the time to the last byte of what the server makes of each. */
import { requests } from "../../../server/src/protocol.js";
import { pause } from "./measure.js";
import type { Session } from "./servers.js";
import type { Message } from "./wire.js";

export interface Typist {
  /** One key: so many are inserted, then as many deleted, and again. Milliseconds; the server rests. */
  readonly key: () => Promise<number>;
}

interface Place {
  readonly line: number;
  readonly character: number;
}

const diagnostics = "textDocument/publishDiagnostics";

/** Then what follows a key has been published, if anything is. Milliseconds. */
const longest = 100;

/** So many lenses are on a screen. */
const visible = 60;

/** The clock stops when all lenses are there, and where they carry no words, those of a screen's. */
export function typeForLenses(session: Session, place: Place, inserted: number): Typist {
  const next = changes(session, place, inserted);
  const ask: Message = {
    method: "textDocument/codeLens",
    params: { textDocument: { uri: session.uri } },
    isRequest: true,
  };
  return {
    async key() {
      const published = session.next(diagnostics);
      const { began, answer } = session.send(next(), ask);
      const { at, body } = await answer;
      const taken = at - began + (await resolveVisible(session, body, place.line));
      await Promise.race([published, pause(longest)]);
      await session.answered();
      return taken;
    },
  };
}

/** The clock stops when the document that explains the layers is there. */
export function typeForExplanation(session: Session, place: Place, inserted: number): Typist {
  const next = changes(session, place, inserted);
  const ask: Message = {
    method: requests.document,
    params: { uri: session.uri, kind: "explain", format: "preview" },
    isRequest: true,
  };
  return {
    async key() {
      const { began, answer } = session.send(next(), ask);
      const { at, body } = await answer;
      if (body.length < 1000) throw new Error("The server explains nothing.");
      await session.rest();
      return at - began;
    },
  };
}

/** The clock stops when the diagnostics are there. */
export function typeForDiagnostics(session: Session, place: Place, inserted: number): Typist {
  const next = changes(session, place, inserted);
  return {
    async key() {
      const published = session.next(diagnostics);
      const { began } = session.send(next());
      const { at } = await published;
      await session.answered();
      return at - began;
    },
  };
}

/** What an editor parses meanwhile is not counted. Milliseconds. */
async function resolveVisible(session: Session, body: Buffer, line: number): Promise<number> {
  // As the protocol has it.
  const { result: lenses } = JSON.parse(body.toString()) as { result: readonly Lens[] | null };
  if (lenses === null || lenses.length === 0) throw new Error("The server shows no lenses.");
  const near = Math.max(0, lenses.findIndex(({ range }) => range.start.line >= line) - visible / 2);
  const bare = lenses.slice(near, near + visible).filter(({ command }) => command === undefined);
  if (bare.length === 0) return 0;
  const { began, answer } = session.send(
    ...bare.map((lens) => ({ method: "codeLens/resolve", params: lens, isRequest: true })),
  );
  return (await answer).at - began;
}

interface Lens {
  readonly range: { readonly start: { readonly line: number } };
  readonly command?: object;
}

function changes(
  { uri, nextVersion }: Session,
  { line, character }: Place,
  inserted: number,
): () => Message {
  let pressed = 0;
  return () => {
    const at = pressed++ % (2 * inserted);
    const isInsertion = at < inserted;
    const start = { line, character: character + (isInsertion ? at : 2 * inserted - 1 - at) };
    const change = isInsertion
      ? { range: { start, end: start }, text: "x" }
      : { range: { start, end: { line, character: start.character + 1 } }, text: "" };
    return {
      method: "textDocument/didChange",
      params: { textDocument: { uri, version: nextVersion() }, contentChanges: [change] },
      isRequest: false,
    };
  };
}
