/**
 * The requests and notifications that Stratacast adds to the Language Server Protocol. The client
 * imports this file too, so it imports nothing. Lines count from 1, as people and the CLI count them.
 */

/** Sent by the client at `initialize`. */
export interface InitializationOptions {
  /** Folder for the store of simulated builds; null: in memory, until the server ends. */
  readonly storageFolder: string | null;
  readonly trusted: boolean;
  /** URI of docs/problems.md, which describes each code of a diagnostic; null: none to open. */
  readonly problemsPage: string | null;
  /** Of the editor, with its texts from `l10n`; null: English. */
  readonly language: {
    readonly id: string;
    readonly texts: Readonly<Record<string, string>>;
  } | null;
}

export type PredictionKind = "hit" | "miss" | "unknown";

/** One row of the layer tree, as plain data. */
export interface LayerNode {
  /** Stable over edits that leave the instruction in place; unique in its document. */
  readonly id: string;
  readonly kind:
    | "context"
    | "stage"
    | "writable"
    | "layer"
    | "base"
    | "baseLayer"
    | "config"
    | "metadata"
    | "folder"
    | "file"
    | "image"
    | "imageLayer"
    | "imageConfig"
    | "imageFolder"
    | "imageFile"
    /** What was chosen for Simulate Build: a row of the client itself. */
    | "choice";
  readonly label: string;
  readonly description: string;
  /** Markdown without command links or HTML. */
  readonly tooltip: string;
  readonly accessibilityLabel: string;
  readonly prediction: PredictionKind | null;
  /**
   * Never built, its build fails, the target does not need it; of a built image: not as the Dockerfile
   * says; of a file in it: what its layer does with it.
   */
  readonly state?: "new" | "fails" | "notNeeded" | "differs" | "added" | "changed" | "removed";
  /** The line this row leads to; null: no place in the Dockerfile. */
  readonly line: number | null;
  /** URI of the file or folder on disk that the row stands for; left out: none. */
  readonly resource?: string;
  /** Of a file in the built image, for `imageFile`; left out: it cannot be read. */
  readonly imagePlace?: ImagePlace;
  /** There on an image of which nothing is known because nobody may be asked. */
  readonly offersLookUp?: true;
  /** null: none; "lazy": asked for by `layerChildren` when opened. */
  readonly children: readonly LayerNode[] | "lazy" | null;
  readonly expanded: boolean;
}

export interface LayerStack {
  readonly uri: string;
  readonly version: number;
  readonly roots: readonly LayerNode[];
  /** `against the build of 14:03` …, shown as the view's message. */
  readonly message: string;
}

/** One row of the Build Context view. */
export interface ContextRow {
  /** Unique in the view. */
  readonly id: string;
  readonly kind: "finding" | "folder" | "file" | "more";
  readonly state: "in" | "part" | "ignored";
  readonly label: string;
  readonly description: string;
  /** Markdown without command links or HTML. */
  readonly tooltip: string;
  readonly accessibilityLabel: string;
  /** Relative to the context; null: the row stands for no file. */
  readonly path: string | null;
  /** Its URI. */
  readonly resource: string | null;
  /** Of the ignore file, from 1: what hides it, or what the finding is about; null: none. */
  readonly ignoreLine: number | null;
  /** What that line should be; null: nothing else. */
  readonly fix: string | null;
}

/** What lies in one folder of the build context. */
export interface ContextPart {
  /** About the whole of it. */
  readonly message: string;
  /** URI; null: there is none. */
  readonly ignoreFile: string | null;
  readonly rows: readonly ContextRow[];
}

/** `data` of a lens whose words are asked for by `codeLens/resolve`. */
export interface LensPlace {
  readonly uri: string;
  /** Of all lenses of the document: another number once one of them stands elsewhere. */
  readonly arrangement: number;
  /** Among these lenses. */
  readonly at: number;
}

/** `data` of a quick fix that adds a line to an ignore file. */
export interface IgnoreEdit {
  /** Absolute path. */
  readonly file: string;
  readonly isNew: boolean;
  readonly line: string;
}

/** A line of a Dockerfile that the editor marks beside its number. */
export interface MarkedLine {
  readonly line: number;
  readonly mark: "rebuilds" | "mayRebuild" | "fails";
}

/** What can be chosen before a simulated build; the client asks only when there is a choice. */
export interface BuildChoices {
  /** The name of the stage that the build ends at as it is meant now; null: that has none. */
  readonly target: string | null;
  readonly targets: readonly {
    readonly name: string;
    readonly line: number;
    readonly isLast: boolean;
  }[];
  readonly buildArgs: readonly {
    readonly name: string;
    readonly defaultValue: string | null;
    readonly line: number;
  }[];
}

/** One build that a Dockerfile can be taken to be of. */
export interface DefinitionRow {
  /** For `BuildChoice.build`. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Whether the last build of it is up to date, and what is not known of it; empty: nothing to say. */
  readonly detail: string;
  readonly isChosen: boolean;
  /** Where it is defined; null: nowhere. */
  readonly place: { readonly uri: string; readonly line: number } | null;
}

/** A build that a file of the workspace defines. */
export interface DefinedBuild {
  /** For `BuildChoice.build`. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Of its Dockerfile; null: its text stands in the file itself. */
  readonly dockerfile: string | null;
  /** Where it is defined, from 1. */
  readonly line: number;
}

/** What a person chose for a document, and what its lenses and tree follow from then on. */
export interface BuildChoice {
  readonly uri: string;
  /** The id of a build definition; null or left out: the first that is found. */
  readonly build?: string | null;
  /** null: as the settings say, else the last stage. */
  readonly target: string | null;
  /** Laid over the build args of the settings. */
  readonly buildArgs: Readonly<Record<string, string>>;
  /** What forecasts are compared with, in the words of the setting. Left out: as that says. */
  readonly against?: string;
}

export interface SimulateParams extends BuildChoice {
  readonly workDoneToken?: string | number;
}

export type SimulateResult =
  | {
      readonly outcome: "done";
      readonly summary: string;
      readonly log: readonly string[];
      readonly counts: { readonly hit: number; readonly miss: number; readonly unknown: number };
    }
  | { readonly outcome: "failed"; readonly summary: string; readonly log: readonly string[] }
  | { readonly outcome: "cancelled" };

/** A real build of which a record is to be made. */
export interface RecordParams {
  readonly uri: string;
  /** Path of a log on the server's disk; null: the last build of the Dockerfile that the builder keeps. */
  readonly log: string | null;
}

export interface RecordResult {
  readonly outcome: "recorded" | "refused";
  /** In sentences. */
  readonly message: string;
}

/** The images that the Docker engine has. */
export interface EngineImages {
  readonly images: readonly { readonly reference: string; readonly description: string }[];
  /** Why there are none; empty: nothing is wrong. */
  readonly problem: string;
}

/** An image that is shown beside a Dockerfile from now on; null: none any more. */
export interface CompareImageParams extends DocumentAsk {
  /** `engine:REF`, `registry:REF`, or the path of an archive or a layout on the server's disk. */
  readonly image: string | null;
}

export interface CompareImageResult {
  readonly outcome: "compared" | "refused" | "closed";
  /** In sentences. */
  readonly message: string;
}

/** A file in a layer of the image that is shown beside a Dockerfile. */
export interface ImagePlace {
  /** From 0. */
  readonly layer: number;
  /** Below the root of the image. */
  readonly path: string;
}

/** A file as a layer has it, or why it cannot be shown. */
export interface ImageFile {
  /** null: it is no text, or cannot be read. */
  readonly text: string | null;
  /** In a sentence; empty: nothing is wrong. */
  readonly problem: string;
}

/** Files of the image whose paths hold a text. */
export interface FoundInImage {
  readonly rows: readonly {
    readonly label: string;
    /** What which layer does with it. */
    readonly description: string;
    /** null: there is nothing to open. */
    readonly place: ImagePlace | null;
  }[];
  /** In a sentence; empty: nothing is wrong. */
  readonly problem: string;
}

/** What grew from one image to another. */
export interface GrownParams extends DocumentAsk {
  readonly before: string;
  readonly after: string;
}

/** A document about a Dockerfile, made by the server. */
export interface DocumentParams {
  /** Of the Dockerfile; the glossary is about none. */
  readonly uri: string;
  readonly kind: "explain" | "run" | "failure" | "built" | "glossary";
  /** From 1: of the step that fails; around which a preview explains a very long Dockerfile. */
  readonly line?: number;
  /** `preview`: Markdown with a drawn picture in it; `markdown`: drawn in characters, for anywhere. */
  readonly format: "preview" | "markdown" | "html";
}

export interface PictureParams {
  readonly uri: string;
  /** `all`: the stages above the layers. */
  readonly part: "stack" | "graph" | "all";
  /** Boxes that a keyboard reaches carry `data-line`, from 1. */
  readonly reach: "none" | "button";
  /** Pixels that it should not be wider than. Default: those of a page. */
  readonly room?: number;
}

/** A word of a hover that the glossary explains. */
export interface GlossaryTerm {
  /** Of its entry in the glossary; the same in every language. */
  readonly id: string;
  readonly term: string;
}

/** Where the hover at a place leads to. */
export interface HoverLinks {
  readonly terms: readonly GlossaryTerm[];
  /** True on a FROM of which nothing is known because nobody may be asked. */
  readonly offersLookUp: boolean;
  /** Of the instruction, from 1; null: there is none. */
  readonly line: number | null;
  /** True where it takes files of the build context. */
  readonly takesContext: boolean;
}

export const noHoverLinks: HoverLinks = {
  terms: [],
  offersLookUp: false,
  line: null,
  takesContext: false,
};

/** A request over HTTP: the client makes it, since it knows the editor's proxy and certificates. */
export interface HttpAsk {
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A longer body is given up. */
  readonly maxBytes: number;
  /** Milliseconds, for the whole of it. */
  readonly timeout: number;
}

export type HttpReply =
  | {
      readonly ok: true;
      readonly status: number;
      /** By their names in lower case. */
      readonly headers: Readonly<Record<string, string>>;
      /** In base64. */
      readonly body: string;
    }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface LookUpResult {
  /** `off`: the setting `stratacast.resolve` says so; `untrusted`: the workspace is not trusted. */
  readonly outcome: "done" | "off" | "untrusted";
  /** In sentences, of `done`. */
  readonly message: string;
}

/** Sent by the server whenever the answers for a document may have changed. */
export interface AnalysisState {
  readonly uri: string;
  /** True while files are being read; the answers shown meanwhile are the last ones. */
  readonly busy: boolean;
  /** For the status item: `4 cached · 3 rebuild`. Empty when nothing is known. */
  readonly text: string;
  /** The status in full sentences. */
  readonly detail: string;
}

/** What is asked about an open document. */
export interface DocumentAsk {
  readonly uri: string;
}

/**
 * The name of a request: for the protocol a text, for the compiler also what is asked and answered,
 * so that neither side can get it wrong. Nothing of that is there when the program runs.
 */
export type RequestName<P, R> = string & { readonly asks?: P; readonly answers?: R };

/** The same of a notification. */
export type NotificationName<P> = string & { readonly tells?: P };

/** Without parameters. */
export type Nothing = undefined;

export const requests = {
  layerStack: request<DocumentAsk, LayerStack | null>("stratacast/layerStack"),
  layerChildren: request<DocumentAsk & { readonly id: string }, readonly LayerNode[]>(
    "stratacast/layerChildren",
  ),
  /** In the order of the lines. */
  stepMarks: request<DocumentAsk, readonly MarkedLine[]>("stratacast/stepMarks"),
  /** `path`: of a folder, relative to the context; empty: the whole of it. */
  contextView: request<DocumentAsk & { readonly path: string }, ContextPart | null>(
    "stratacast/contextView",
  ),
  buildChoices: request<DocumentAsk, BuildChoices | null>("stratacast/buildChoices"),
  definitions: request<DocumentAsk, readonly DefinitionRow[] | null>("stratacast/definitions"),
  /** What a Compose or Bake file defines, for one that need not be open. */
  definedIn: request<DocumentAsk, readonly DefinedBuild[]>("stratacast/definedIn"),
  /** Cancellable, reports work-done progress. */
  simulateBuild: request<SimulateParams, SimulateResult>("stratacast/simulateBuild"),
  recordBuild: request<RecordParams, RecordResult>("stratacast/recordBuild"),
  /** Markdown, or a page of its own. */
  document: request<DocumentParams, string | null>("stratacast/document"),
  /** An SVG; null: there is nothing to draw. */
  picture: request<PictureParams, string | null>("stratacast/picture"),
  /** Markdown about the layers that these Dockerfiles have in common. */
  sharedLayers: request<{ readonly uris: readonly string[] }, string>("stratacast/sharedLayers"),
  /** What the hover at this position of the protocol speaks of, and offers. */
  hoverLinks: request<
    DocumentAsk & { readonly position: { readonly line: number; readonly character: number } },
    HoverLinks
  >("stratacast/hoverLinks"),
  /** Looks the base images of a Dockerfile up anew. */
  lookUpImages: request<DocumentAsk, LookUpResult>("stratacast/lookUpImages"),
  /** server → client. It follows no redirect. */
  http: request<HttpAsk, HttpReply>("stratacast/http"),
  /** Of the engine that docker would ask, where the settings of a trusted workspace say so. */
  engineImages: request<Nothing, EngineImages>("stratacast/engineImages"),
  imageFile: request<DocumentAsk & ImagePlace, ImageFile>("stratacast/imageFile"),
  findInImage: request<DocumentAsk & { readonly text: string }, FoundInImage>(
    "stratacast/findInImage",
  ),
  compareImage: request<CompareImageParams, CompareImageResult>("stratacast/compareImage"),
  /** Markdown, for a pull request. */
  grownImage: request<GrownParams, string>("stratacast/grownImage"),
  /** How many simulated builds were dropped. */
  forgetBuilds: request<Nothing, { readonly forgotten: number }>("stratacast/forgetBuilds"),
} as const;

export const notifications = {
  /** server → client */
  analysisState: notification<AnalysisState>("stratacast/analysisState"),
  /** client → server: the user trusted the workspace */
  trustGranted: notification<Nothing>("stratacast/trustGranted"),
  /** client → server: the remembered choice for a document */
  buildChoice: notification<BuildChoice>("stratacast/buildChoice"),
  /** client → server: the window has the focus again, so what git says may be another thing */
  focused: notification<Nothing>("stratacast/focused"),
  /** client → server: the cursor is on another line; an editor that does not say so loses nothing else */
  cursor: notification<DocumentAsk & { readonly line: number }>("stratacast/cursor"),
  /** client → server: files may have changed unseen, so look at all of them again */
  refresh: notification<DocumentAsk>("stratacast/refresh"),
} as const;

function request<P, R>(name: string): RequestName<P, R> {
  return name as RequestName<P, R>; // the rest of it is for the compiler alone
}

function notification<P>(name: string): NotificationName<P> {
  return name as NotificationName<P>; // as above
}

/** The command that chooses a build: `(uri: string, id: string)`. */
export const useBuildCommand = "stratacast.useBuild";

/** The command that writes a line into a terminal and does not run it: `(line: string, folder: string)`. */
export const putInTerminalCommand = "stratacast.putInTerminal";

/** The command behind a lens: `(uri: string, line: number)`. */
export const revealLayerCommand = "stratacast.revealLayer";

/** Of the lens that names the build; its argument is the URI of the Dockerfile. */
export const chooseBuildCommand = "stratacast.chooseBuild";
